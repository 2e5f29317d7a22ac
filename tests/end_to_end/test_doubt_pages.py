"""Doubts and dialogues in the back office, in a browser: every state, accessible, in four languages."""

from datetime import date

import pytest

from demo.people import citizens
from esspass.web.passkeys import PasskeyStore, create_first_invitation
from tests.builders.exchange import EL, LT, running_partners
from tests.builders.lists import NOW
from tests.end_to_end.conftest import add_authenticator
from tests.end_to_end.test_every_page import review
from tests.end_to_end.visitors import Clerk
from tests.unit.issuer.test_doubts import World, access_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
LANGUAGES = ("en", "lt", "el", "ro")
NAMES = (
    "LT:", "EL:", "Fund", "Labour Inspectorate", "Žemaitis", "Šarūnas", "A1-LT", "A-19", "Art.",
    "Baltic Construction", "Another employer", "Three workers said so", "Inspector", "Decision A1",
    "Ελένη", "Πειραιάς", "Άλλη", "My passkey", "Administrative Commission",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    today = date.fromtimestamp(NOW)
    builder = next(each for each in citizens(today) if each.key == "builder")
    with running_partners(tmp_path_factory.mktemp("doubts"), EL, LT) as partners:
        access_of(partners)
        yield World(partners, builder)


@pytest.fixture(scope="module")
def clerk(world, kept_pages):
    page = kept_pages.open()
    clerk = Clerk(page, world.el.services.config.base_url, add_authenticator(page))
    store = PasskeyStore(world.el.services.database)
    clerk.arrive(create_first_invitation(store, clerk.base, world.now), "Ελένη")
    return clerk


def test_every_state_of_a_doubt(world, clerk):
    review(clerk, ["/doubts"], languages=LANGUAGES, names=NAMES)
    doubt_id = world.raise_doubt()
    address = f"/doubts/{doubt_id}"

    def forget_the_reason(visitor):
        visitor.go(address)
        visitor.page.locator("form[action$='set-aside'] button").click()
        visitor.page.wait_for_selector(".govuk-error-summary")

    review(clerk, [address, forget_the_reason], languages=LANGUAGES, names=NAMES)
    clerk.read("en")
    clerk.go(address)
    clerk.page.locator("form[action$='/ask'] button").click()
    clerk.page.wait_for_url("**/dialogues/*")
    world.partners.settle()
    dialogue = clerk.page.url.removeprefix(clerk.base)
    review(clerk, [dialogue, address, "/doubts"], languages=LANGUAGES, names=NAMES)
    assert clerk.page.locator("[data-stage], .app-tag").count()
