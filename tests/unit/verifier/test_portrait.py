"""The portrait of the identity: for comparing, where there is one, as long as what was shown."""

import json

import pytest
from PIL import Image

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from tests.builders.pictures import create_data_uri
from tests.builders.presentations import create_a1, create_ehic, create_pid
from verifier.queries import create_query


@pytest.fixture
def browser(stage):
    return stage.sign_in()


@pytest.fixture
def portrait(tmp_path):
    """A small true picture, as a data URI."""
    path = tmp_path / "portrait.jpg"
    Image.new("RGB", (24, 32), "#0a50a0").save(path)
    return create_data_uri(path.read_bytes(), "image/jpeg")


DOCUMENTS = {
    "a1": (PDA1_WEBUILD, create_a1, "labour-inspection"),
    "a1_flat": (PDA1_EUDI, create_a1, "labour-inspection"),
    "ehic": (EHIC, create_ehic, "care"),
}


def present(stage, browser, picture, *, kind="a1", keep="900", with_pid="1"):
    """Somebody shows a document and an identity; returns the address of the verdict."""
    vct, create, purpose = DOCUMENTS[kind]
    case = stage.open_case(browser, keep=keep, purpose=purpose)
    request = stage.read_request(stage.link_of(stage.ask(browser, case, with_pid=with_pid)))
    pid = stage.world.issue(create_pid(), PID, index=8, claims={"picture": picture or ...})
    wallet = stage.world.wallet(document=stage.world.issue(create(), vct), pid=pid)
    answer = stage.answer(request, wallet.answer(request, stage.now))
    assert answer.status_code == 200, answer.text
    return f"{case}/persons/{stage.database.query('SELECT id FROM case_persons')[-1]['id']}"


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_is_shown_beside_the_name_with_words_for_it(stage, browser, portrait, kind):
    page = browser.get(present(stage, browser, portrait, kind=kind)).text
    assert f'src="{portrait}" alt="Portrait from the identity data">' in page
    assert 'data-outcome="COVERED"' in page


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_wallet_without_one_answers_all_the_same(stage, browser, kind):
    page = browser.get(present(stage, browser, None, kind=kind)).text
    assert "app-portrait" not in page
    assert 'data-outcome="COVERED"' in page


def test_is_not_asked_for_without_the_identity(stage, browser, portrait):
    page = browser.get(present(stage, browser, portrait, with_pid="")).text
    assert "app-portrait" not in page
    assert "picture" not in json.dumps(create_query("pda1", with_pid=False))


def test_is_registered_for_the_purpose(stage, browser):
    inspection = stage.ask(browser, stage.open_case(browser), with_pid="1")
    registered = stage.read_request(stage.link_of(inspection)).dataset.credentials
    identity = next(each for each in registered if each["meta"]["vct_values"] == [PID])
    assert {"path": ["picture"]} in identity["claim"]


def test_goes_with_what_was_shown(stage, browser, portrait):
    address = present(stage, browser, portrait)
    stage.now += 901
    assert "app-portrait" not in browser.get(address).text
    browser.get("/cases")
    for table in ("case_persons", "inspections", "case_tokens", "openid4vp_transactions"):
        rows = stage.database.query(f"SELECT * FROM {table}")
        assert portrait not in json.dumps(rows, default=str)
    (person,) = stage.database.query("SELECT evidence FROM case_persons")
    assert person["evidence"] is None


def test_is_not_kept_where_only_verdicts_are(stage, browser, portrait):
    assert "app-portrait" not in browser.get(present(stage, browser, portrait, keep="0")).text


@pytest.mark.parametrize("picture", ["https://example.org/face.jpg", "data:image/svg+xml,<svg/>"])
def test_what_is_no_picture_is_not_shown(stage, browser, picture):
    assert "app-portrait" not in browser.get(present(stage, browser, picture)).text
