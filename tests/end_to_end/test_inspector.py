"""The inspector's way: ask, follow, read the verdict; with the citizen's wallet in another browser."""

import io
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image

from tests.end_to_end.conftest import add_authenticator
from tests.end_to_end.quality import check_words
from tests.end_to_end.residents import let_time_pass
from tests.end_to_end.visitors import Inspector

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
CHECKS = {
    "signature", "trust", "validity", "status", "holder_binding", "type", "integrity", "person"
}  # fmt: skip
PACE_SECONDS = 2.1  # longer than anything is cached in a quick world


def test_a1_across_devices(inspector, holder, worker):
    """Asked in Greek on one device, answered in Lithuanian on another."""
    inspector.begin("pda1", place="Εργοτάξιο Λιμένα Πειραιά, Πύλη Ε3")
    assert (
        inspector.page.locator(".app-steps [aria-current]").get_attribute("data-stage") == "waiting"
    )
    holder.read("lt")
    holder.page.goto(inspector.web_link())
    _check_consent(holder, inspector)
    inspector.page.wait_for_selector("[data-stage=fetched][aria-current]")
    holder.share()
    assert "Υποδειγματική Επιθεώρηση Εργασίας" in holder.text
    assert inspector.wait_for_verdict() == "Καλύπτεται"
    _check_verdict(inspector, worker)


def _check_consent(holder, inspector):
    """Who asks, where to, why, each entry, and what stays hidden."""
    page = holder.page
    assert "Υποδειγματική Επιθεώρηση Εργασίας" in holder.heading
    assert inspector.base.removeprefix("http://") in holder.text
    purpose = page.inner_text(".wallet-purpose")
    assert "Darbo inspekcija" in purpose
    assert "Εργοτάξιο Λιμένα Πειραιά, Πύλη Ε3" in purpose
    shown = page.locator(".wallet-shown dt").all_inner_texts()
    assert {"Pavardė", "Gimimo data", "Turėtojo padėtis", "Darbo vietos adresas"} <= set(shown)
    assert "Asmens kodas" not in shown
    page.click(".wallet-hidden summary >> nth=0")
    hidden = page.locator(".wallet-hidden >> nth=0 >> li").all_inner_texts()
    assert {"Asmens kodas", "Pilietybė", "Adresas gyvenamosios vietos valstybėje"} <= set(hidden)
    assert not set(hidden) & set(page.locator(".wallet-pick >> nth=0 >> dt").all_inner_texts())
    check_words(page)


def _check_verdict(inspector, worker):
    page = inspector.page
    assert inspector.findings() == dict.fromkeys(CHECKS, "PASSED")
    check_words(page)
    assert page.locator(".app-portrait").evaluate("picture => picture.naturalWidth") == 240
    holder = page.inner_text(".app-result__person")
    assert worker.person.surnames in holder
    assert "17 Μαΐου 1984" in holder
    page.click("#check-trust summary")
    evidence = page.inner_text("#check-trust dl")
    assert "Pavyzdinė socialinio draudimo tarnyba" in evidence
    assert worker.person.pin not in page.inner_text("main")


def test_a_verdict_stays_without_what_was_shown(inspector, holder):
    inspector.begin("pda1")
    holder.page.goto(inspector.web_link())
    holder.share()
    inspector.wait_for_verdict()
    assert "Kairys" in inspector.text
    inspector.press("form[action$='/erase'] button")
    assert "Kairys" not in inspector.text
    assert inspector.findings() == dict.fromkeys(CHECKS, "PASSED")
    inspector.go("/cases")
    assert inspector.page.locator(".app-recent__row").count() >= 1
    assert "Kairys" not in inspector.text


def test_times_are_those_of_the_readers_clock(inspector):
    inspector.begin("pda1")
    inspector.press("form[action$='/cancel'] button")
    inspector.go("/cases")
    time_element = inspector.page.locator(".app-recent__when time").first
    moment = datetime.fromisoformat(time_element.get_attribute("datetime"))
    there = moment.astimezone(ZoneInfo("Europe/Athens"))
    assert time_element.inner_text().endswith(f" {there.year}, {there:%H:%M}")
    assert time_element.get_attribute("title").endswith(f"{moment:%H:%M} UTC")


def test_ehic_on_the_same_device(nurse, holder):
    """The desk's form and the citizen's wallet in one browser; it comes back with the answer."""
    nurse.begin("ehic", flow="same_device")
    nurse.page.context.add_cookies(holder.page.context.cookies(holder.base))
    nurse.press("main a.govuk-button >> nth=0")
    assert nurse.page.url.startswith(f"{holder.base}/present/")
    nurse.press("button[name=answer][value=share]")
    nurse.press("#continue")
    assert nurse.path.startswith("/cases/")
    assert nurse.page.inner_text("#verdict-title") == "Acoperit"
    assert nurse.findings() == dict.fromkeys(CHECKS, "PASSED")
    check_words(nurse.page)


def test_a_refusal(inspector, holder):
    inspector.begin("pda1")
    holder.page.goto(inspector.web_link())
    holder.refuse()
    inspector.page.wait_for_selector(".app-over")
    assert inspector.heading == "Δεν δόθηκε απάντηση"
    holder.go("/history")
    assert "Υποδειγματική Επιθεώρηση Εργασίας" in holder.text


def test_a_wallet_without_the_document_looks_like_a_refusal(inspector, new_citizen):
    citizen = new_citizen("Empty", locale="ro")
    inspector.begin("pda1")
    citizen.page.goto(inspector.web_link())
    assert citizen.page.locator("button[value=share]").count() == 0
    citizen.refuse()
    inspector.page.wait_for_selector(".app-over")
    assert inspector.heading == "Δεν δόθηκε απάντηση"


def test_a_check_is_cancelled(inspector, holder):
    inspector.begin("pda1")
    link = inspector.web_link()
    inspector.press("form[action$='/cancel'] button")
    assert inspector.page.locator(".app-flash--good").count() == 1
    holder.page.goto(link)
    assert holder.page.locator(".app-error").count() == 1


def test_a_request_runs_out(inspector, cast):
    inspector.begin("pda1")
    let_time_pass(cast, "inspector-el", "UPDATE openid4vp_transactions SET expires_at = 1")
    inspector.page.wait_for_selector(".app-over")
    assert inspector.heading == "Ο χρόνος αυτού του ελέγχου έληξε"


def test_a_passkey_used_long_ago_is_asked_for_again(inspector, holder, cast):
    inspector.begin("pda1")
    let_time_pass(cast, "wallet", "UPDATE web_sessions SET created_at = created_at - 3600")
    holder.page.goto(inspector.web_link())
    assert holder.page.locator("button[value=share]").count() == 0
    holder.press(".wallet-decide a.govuk-button")
    holder.page.click(".app-passkey button")
    holder.page.wait_for_selector("button[value=share]")
    holder.refuse()


def test_a_colleague_comes_by_invitation_and_sees_only_own_checks(inspector, kept_pages):
    inspector.begin("pda1")
    address = inspector.path
    inspector.go("/passkeys")
    inspector.press("form[action$='/invitations'] button")
    colleague = Inspector(kept_pages.open(), inspector.base)
    add_authenticator(colleague.page)
    colleague.arrive(inspector.page.input_value("#link"), "Νίκος Γεωργίου")
    assert colleague.heading == "Check a document"
    assert colleague.go(address).status == 404
    assert colleague.heading == "Check not found"
    colleague.go("/cases")
    assert colleague.page.locator(".app-empty").count() == 1


def test_an_institution_that_does_not_answer_decides_nothing(inspector, holder, demo_world):
    """Fail closed: the source is named, and the verdict is neither yes nor no."""
    issuer = demo_world[1]["issuer-lt"]
    issuer.kill()
    time.sleep(PACE_SECONDS)
    try:
        inspector.begin("pda1")
        holder.page.goto(inspector.web_link())
        holder.share()
        assert inspector.wait_for_verdict() == "Δεν μπορεί να αποφασιστεί"
    finally:
        issuer.start()
        issuer.wait_until_ready(demo_world[0].world.fetcher())
    outcomes = inspector.findings()
    assert {name for name, outcome in outcomes.items() if outcome != "PASSED"} == {"status"}
    assert outcomes["status"] == "INDETERMINATE"
    assert inspector.page.locator(".app-verdict--unsure").count() == 1
    check_words(inspector.page)


class TestCode:
    def test_the_code_on_the_screen_is_the_link(self, inspector):
        inspector.begin("pda1")
        app_link = inspector.web_link().partition("?")[2]
        (code,) = _read_codes(inspector)
        assert code == f"openid4vp://?{app_link}"
        inspector.page.set_viewport_size({"width": 320, "height": 640})
        assert _read_codes(inspector) == [code]
        inspector.page.set_viewport_size({"width": 1280, "height": 900})

    def test_the_wallet_scans_it(self, inspector, camera, new_page, holder):
        inspector.begin("pda1")
        (code,) = _read_codes(inspector)
        with camera(code) as chromium:
            page = new_page(on=chromium, permissions=["camera"], locale="el")
            page.context.add_cookies(holder.page.context.cookies(holder.base))
            page.goto(f"{holder.base}/add")
            page.click(".app-scanner__start")
            page.wait_for_selector(".wallet-host")
            assert page.inner_text(".wallet-host") == inspector.base.removeprefix("http://")
            page.click("main a.govuk-button")
            page.wait_for_selector("button[name=answer]")
            page.context.close()


def _read_codes(inspector):
    picture = inspector.page.locator(".app-qr-frame").screenshot()
    return [each.text for each in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]
