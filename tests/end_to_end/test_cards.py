"""The cards as Chromium draws them: no word runs into another or off the card."""

from datetime import UTC, datetime

import pytest

from demo.people import citizens
from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID, Ehic, Pda1, write_claims
from esspass.attestations.card import render_card
from esspass.web.languages import LOCALES

pytestmark = pytest.mark.browser
TYPES = {Pda1: (PDA1_WEBUILD, PDA1_EUDI), Ehic: (EHIC,)}
RIGHT_EDGE = 805
COLLISIONS = """([edge]) => [...document.querySelectorAll('svg')].flatMap(card => {
  const texts = [...card.querySelectorAll('text')].filter(each => each.textContent.trim());
  const boxes = texts.map(each => [each.textContent, each.getBBox()]);
  const meet = (a, b) => a.x < b.x + b.width - 1 && b.x < a.x + a.width - 1
    && a.y + 4 < b.y + b.height - 4 && b.y + 4 < a.y + a.height - 4;
  return boxes.flatMap(([text, box], index) => [
    ...(box.x + box.width > edge ? [[text, 'edge']] : []),
    ...boxes.slice(index + 1).filter(([, other]) => meet(box, other)).map(([name]) => [text, name]),
  ]);
})"""


def _cards(locale):
    for citizen in citizens(datetime.now(UTC).date()):
        for document in (citizen.pid, *citizen.documents):
            for vct in TYPES.get(type(document), (PID,)):
                yield render_card(vct, write_claims(document, vct), locale)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_word_runs_into_another(new_page, locale):
    page = new_page()
    page.set_content("".join(_cards(locale)))
    assert page.evaluate(COLLISIONS, [RIGHT_EDGE]) == []


def test_a_collision_is_found(new_page):
    page = new_page()
    page.set_content("".join(_cards("en")))
    page.evaluate("document.querySelectorAll('svg text')[4].setAttribute('font-size', '60')")
    assert page.evaluate(COLLISIONS, [RIGHT_EDGE])
