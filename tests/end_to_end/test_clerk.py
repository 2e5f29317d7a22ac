"""The clerk's way: find a decision, offer it, withdraw it; the next check says so."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from esspass.attestations import PDA1_WEBUILD
from tests.end_to_end.conftest import equip
from tests.end_to_end.quality import check_words
from tests.end_to_end.residents import let_time_pass, settle

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
PACE_SECONDS = 2.1  # longer than anything is cached in a quick world


@pytest.fixture(scope="module")
def person(cast):
    return settle(cast, "Vaitkus", "Tomas Vytautas")


@pytest.fixture(scope="module")
def a1_number(person):
    return next(each.document_number for each in person.documents if hasattr(each, "employments"))


def test_decisions_are_found(clerk, person, a1_number):
    for text in ("Vaitkus", "tomas vait", person.person.pin, a1_number):
        lines = clerk.search(text)
        assert lines, text
        assert all("Vaitkus, Tomas Vytautas" in line for line in lines)
    assert len(clerk.search(a1_number)) == 1
    assert clerk.search("Nobody of that name") == []
    assert clerk.search("Vaitkus", "withdrawn") == []
    check_words(clerk.page)


def test_a_decision_and_an_offer_with_a_code(clerk, person, a1_number, new_citizen):
    clerk.open_decision(a1_number)
    assert clerk.heading == "Tomas Vytautas Vaitkus"
    check_words(clerk.page)
    clerk.offer("pre-authorized-tx-code", PDA1_WEBUILD)
    tx_code = clerk.page.inner_text("#tx-code")
    citizen = new_citizen("Tomas")
    citizen.page.goto(clerk.page.input_value("#wallet-link"))
    citizen.accept(tx_code)
    assert citizen.path.startswith("/documents/")
    clerk.open_decision(a1_number)
    assert "Offer taken by a wallet" in clerk.text


def test_an_offer_is_shown_again_without_its_code_and_cancelled(clerk, a1_number):
    clerk.open_decision(a1_number)
    clerk.offer("pre-authorized-tx-code", PDA1_WEBUILD)
    uri = clerk.page.input_value("#offer-uri")
    clerk.open_decision(a1_number)
    clerk.press(".issuer-rows a[href*='/offers/']")
    assert clerk.page.input_value("#offer-uri") == uri
    assert clerk.page.locator("#tx-code").count() == 0
    clerk.press("form[action$='/cancel'] button")
    assert clerk.page.locator(".app-flash--good").count() == 1
    clerk.open_decision(a1_number)
    assert clerk.page.locator(".issuer-rows a[href*='/offers/']").count() == 0


def test_a_withdrawal_is_seen_by_holder_and_inspector(
    clerk, person, a1_number, new_citizen, inspector, cast
):
    holder = new_citizen("Tomas")
    equip(holder, cast, person)
    assert _check(inspector, holder) == "Καλύπτεται"
    clerk.open_decision(a1_number)
    clerk.press(".issuer-actions a[href$='/withdraw']")
    today = datetime.now(UTC).date()
    clerk.withdraw(None, (today + timedelta(days=2)).isoformat())
    assert clerk.page.locator(".govuk-error-summary li").count() == 2
    effective = today - timedelta(days=3)
    clerk.withdraw("ended_early", effective.isoformat())
    assert "The work or the insurance ended earlier" in clerk.text
    check_words(clerk.page)
    clerk.press("main form button[type=submit]")
    assert "Withdrawn" in clerk.text
    assert "The work or the insurance ended earlier" in clerk.text
    time.sleep(PACE_SECONDS)
    assert _check(inspector, holder) == "Δεν καλύπτεται"
    assert inspector.findings()["status"] == "FAILED"
    banner = inspector.page.inner_text(".app-verdict--bad")
    assert "ανακάλεσε" in banner
    check_words(inspector.page)
    holder.documents()
    holder.press("a.app-credential[aria-label^='Portable']")
    holder.press("form[action$='/check'] button")
    assert holder.page.inner_text(".wallet-standing strong") == "Withdrawn"


def _check(inspector, holder):
    inspector.begin("pda1")
    holder.page.goto(inspector.web_link())
    holder.share()
    return inspector.wait_for_verdict()


def test_a_document_that_waits_for_approval(clerk, cast, new_citizen):
    """Held back: the wallet waits; approved: it arrives."""
    waiting = settle(cast, "Laukienė", "Rūta")
    office = cast.office("issuer-lt")
    record = office.record_id(waiting, "ehic")
    offer = office.offer(waiting, "urn:eudi:ehic:1", "ehic", "pre-authorized", tx_code=False)
    office.services.issuer.hold(record, int(time.time()), "demo clerk")
    citizen = new_citizen("Rūta", locale="lt")
    citizen.open_link(offer.uri)
    citizen.accept()
    assert citizen.path == "/waiting"
    assert "Europos sveikatos draudimo kortelė" in citizen.text
    clerk.go(f"/decisions/{record}")
    clerk.press("form[action$='/approve'] button")
    let_time_pass(cast, "wallet", "UPDATE wallet_deferred SET next_at = 0")
    citizen.press("main form button[type=submit]")
    assert len(citizen.documents()) == 1
