"""What an inspector sees, and who may see it."""

import json

import pytest

from esspass.attestations import EHIC, PDA1_WEBUILD, PID
from esspass.openid4vp.response import create_error_response, create_response
from esspass.sdjwt import create_key_binding, create_presentation
from tests.builders.presentations import FUND_LIST, PERSON, create_a1, create_ehic, create_pid
from verifier import create_app


@pytest.fixture
def browser(stage):
    return stage.sign_in()


@pytest.fixture
def wallet(stage):
    world = stage.world
    return world.wallet(
        a1=world.issue(create_a1(), PDA1_WEBUILD),
        ehic=world.issue(create_ehic(), EHIC),
        pid=world.issue(create_pid(), PID, index=8),
    )


def answered(stage, browser, wallet, **form):
    """A check that a wallet has answered; returns its page."""
    inspection = stage.begin(browser, **form)
    request = stage.read_request(stage.link_of(inspection))
    assert stage.answer(request, wallet.answer(request, stage.now)).status_code == 200
    return browser.get(f"/inspections/{inspection}").location


def state(browser, page):
    return browser.get(f"{page}/state").json


@pytest.mark.parametrize(
    "path",
    ["/", "/cases", "/cases/x", "/cases/x/persons/y", "/inspections/x", "/inspections/x/return"],
)
def test_strangers_are_asked_to_sign_in(stage, path):
    answer = stage.app.test_client().get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


def test_strangers_read_the_privacy_notice(stage):
    page = stage.app.test_client().get("/privacy")
    assert page.status_code == 200
    assert "Labour Inspectorate" in page.text
    assert "15 minutes" in page.text
    assert "30 days" in page.text


def test_start_page(browser):
    page = browser.get("/").text
    for text in ("A1 certificate", "European Health Insurance Card", "Labour inspection"):
        assert text in page


def test_nothing_chosen(stage, browser):
    page = stage.post(browser, "/", purpose="")
    assert page.status_code == 422
    assert "Choose what to check" in page.text
    assert 'href="#purpose"' in page.text
    assert 'id="purpose"' in page.text


def test_place_too_long_keeps_what_was_typed(stage, browser):
    page = stage.post(browser, "/", place="x" * 81, purpose="care")
    assert page.status_code == 422
    assert "Write a shorter place" in page.text
    assert "x" * 81 in page.text


@pytest.mark.parametrize(
    "form", [{"purpose": "curiosity"}, {"purpose": "care", "flow": "telepathy"}]
)
def test_made_up_choices(stage, browser, form):
    assert stage.post(browser, "/", **form).status_code == 400


def test_forms_of_other_sites(stage, browser):
    answer = browser.post("/", data={"purpose": "care"})
    assert answer.status_code == 400
    assert "form_expired" in answer.text


def test_progress(stage, browser, wallet):
    page = f"/inspections/{stage.begin(browser)}"
    shown = browser.get(page).text
    assert "<svg" in shown
    assert "Waiting for the wallet" in shown
    assert 'http-equiv="refresh"' in shown
    assert state(browser, page) == {"stage": "waiting", "remaining": 300, "location": None}
    request = stage.read_request(stage.link_of(page.rpartition("/")[2]))
    assert state(browser, page)["stage"] == "fetched"
    stage.now += 100
    assert state(browser, page)["remaining"] == 200
    stage.answer(request, wallet.answer(request, stage.now))
    assert state(browser, page) == {"stage": "concluded", "remaining": 200, "location": page}
    assert "/persons/" in browser.get(page).location


def test_verdict(stage, browser, wallet):
    page = browser.get(answered(stage, browser, wallet, place="Κατασκευές, Patra")).text
    for text in (
        "Covered",
        "A-09",
        "source verified",
        "2026.11.1",
        "Compare with the identity document",
        PERSON.surnames,
        "Statyba UAB",
        "Withdrawal",
        "Trusted list",
        "List number",
        "Κατασκευές, Patra",
        "7 checks passed",
    ):
        assert text in page
    assert PERSON.pin not in page  # never asked for
    assert "app-verdict--good" in page


def test_verdict_on_a_card_without_identity(stage, browser, wallet):
    page = browser.get(answered(stage, browser, wallet, purpose="care", with_pid="")).text
    assert "This document carries no name" in page
    assert "app-verdict--good" in page
    assert "80440000000000000017" in page


def test_withdrawn(stage, browser, wallet):
    stage.world.withdraw(FUND_LIST, 7)
    page = browser.get(answered(stage, browser, wallet)).text
    assert "app-verdict--bad" in page
    assert "Not covered" in page
    assert "A-05" in page
    assert "The issuer has withdrawn the document." in page


def test_suspended_is_not_called_withdrawn(stage, browser, wallet):
    stage.world.withdraw(FUND_LIST, 7, value=2)
    page = browser.get(answered(stage, browser, wallet)).text
    assert "app-verdict--doubt" in page
    assert "The issuer has suspended the document." in page
    assert "Doubt" in page
    assert "The issuer has withdrawn" not in page


def test_cannot_be_decided(stage, browser, wallet):
    del stage.world.web.answers[FUND_LIST]
    page = browser.get(answered(stage, browser, wallet)).text
    assert "app-verdict--unsure" in page
    assert "Cannot be decided" in page
    assert "status_unreachable" in page
    assert FUND_LIST in page


def test_tampered(stage, browser):
    inspection = stage.begin(browser, with_pid="")
    request = stage.read_request(stage.link_of(inspection))
    assert stage.answer(request, create_response({"a1": ["x~y~"]}, request)).status_code == 400
    page = browser.get(f"/inspections/{inspection}", follow_redirects=True)
    assert page.status_code == 200
    assert "Not proof of anything" in page.text


def test_another_answer_than_asked(stage, browser):
    inspection = stage.begin(browser, with_pid="")
    request = stage.read_request(stage.link_of(inspection))
    stage.answer(request, create_response({"other": ["x~y~"]}, request))
    page = browser.get(f"/inspections/{inspection}", follow_redirects=True)
    assert page.status_code == 200
    assert "Not proof of anything" in page.text
    assert "not the one asked for" in page.text


def test_vp_16_excess_is_named_without_its_value(stage, browser):
    inspection = stage.begin(browser, with_pid="")
    request = stage.read_request(stage.link_of(inspection))
    asked = [claim.path for claim in request.dcql_query.credential("a1").claims]
    text = create_presentation(
        stage.world.issue(create_a1(), PDA1_WEBUILD), [*asked, ("subject", "pin")]
    )
    bound = create_key_binding(
        text, stage.world.holder, nonce=request.nonce, audience=request.client_id, now=stage.now
    )
    stage.answer(request, create_response({"a1": [bound]}, request))
    page = browser.get(f"/inspections/{inspection}", follow_redirects=True).text
    assert "Shown without being asked for" in page
    assert PERSON.pin not in page


def test_refused(stage, browser, wallet):
    inspection = stage.begin(browser)
    request = stage.read_request(stage.link_of(inspection))
    stage.answer(request, create_error_response(request))
    page = f"/inspections/{inspection}"
    assert state(browser, page)["location"] == page
    assert "No answer was given" in browser.get(page).text


def test_cancelled(stage, browser):
    inspection = stage.begin(browser)
    link = stage.link_of(inspection)
    assert stage.post(browser, f"/inspections/{inspection}/cancel").status_code == 303
    assert "The check is cancelled" in browser.get("/").text
    assert (
        "This check was cancelled"
        in browser.get(f"/inspections/{inspection}", follow_redirects=True).text
    )
    with pytest.raises(AssertionError, match="unknown"):
        stage.read_request(link)


def test_expired(stage, browser):
    inspection = stage.begin(browser)
    stage.now += 300
    assert (
        "The time for this check is over"
        in browser.get(f"/inspections/{inspection}", follow_redirects=True).text
    )


def test_claims_are_erased_in_time_and_the_verdict_later(stage, browser, wallet):
    page = answered(stage, browser, wallet)
    stage.now += 899
    assert PERSON.surnames in browser.get(page).text
    stage.now += 1
    assert PERSON.surnames not in browser.get(page).text
    assert "has been erased" in browser.get(page).text
    browser.get("/cases")
    stored = stage.database.query("SELECT claims FROM inspections")
    assert [row["claims"] for row in stored] == [None]
    assert stage.database.query("SELECT evidence FROM case_persons") == [{"evidence": None}]
    stage.verifier.purge(stage.now + 31 * 86400)
    for table in ("cases", "case_persons", "case_sources", "case_tokens"):
        assert stage.database.query(f"SELECT * FROM {table}") == []
    assert stage.database.query("SELECT id FROM inspections") == []


def test_erase_now(stage, browser, wallet):
    page = answered(stage, browser, wallet)
    stage.post(browser, f"{page}/erase")
    shown = browser.get(page).text
    assert PERSON.surnames not in shown
    assert "Covered" in shown


def test_no_checks_yet(browser):
    assert "No cases yet" in browser.get("/cases").text


def test_my_checks_hold_no_names(stage, browser, wallet):
    page = answered(stage, browser, wallet, place="Patra")
    listed = browser.get("/cases").text
    assert page in listed
    assert "Patra" in listed
    assert PERSON.surnames not in listed


def test_checks_of_a_colleague_are_not_shown(stage, browser, wallet):
    page = answered(stage, browser, wallet)
    colleague = stage.sign_in("Colleague")
    for path in (page, f"{page}/state"):
        assert colleague.get(path).status_code == 404
    for path in (f"{page}/cancel", f"{page}/erase"):
        assert stage.post(colleague, path).status_code == 404
    assert "No cases yet" in colleague.get("/cases").text
    assert PERSON.surnames in browser.get(page).text


def same_device(stage, browser, wallet):
    inspection = stage.begin(browser, flow="same_device")
    request = stage.read_request(stage.link_of(inspection))
    answer = stage.answer(request, wallet.answer(request, stage.now))
    redirect_uri = answer.json["redirect_uri"]
    assert redirect_uri.startswith(stage.config.base_url)
    return f"/inspections/{inspection}", redirect_uri.removeprefix(stage.config.base_url)


def test_same_device(stage, browser, wallet):
    page, back = same_device(stage, browser, wallet)
    assert state(browser, page)["stage"] == "returning"
    assert PERSON.surnames not in browser.get(page).text
    answer = browser.get(back)
    assert answer.status_code == 303
    assert answer.location == browser.get(page).location
    assert PERSON.surnames in browser.get(answer.location).text
    assert browser.get(back).status_code == 303  # back button: nothing breaks


def test_same_device_links(stage, browser):
    page = browser.get(f"/inspections/{stage.begin(browser, flow='same_device')}").text
    assert 'href="openid4vp://?client_id=' in page
    assert 'href="https://wallet.example.org/present?client_id=' in page


def test_vp_12_the_return_in_another_browser_shows_nothing(stage, browser, wallet):
    page, back = same_device(stage, browser, wallet)
    other = stage.sign_in()  # the same person, in another browser
    answer = other.get(back)
    assert answer.status_code == 403
    assert "This result is not for this browser" in answer.text
    assert PERSON.surnames not in other.get(page).text
    wrong = browser.get(f"{page}/return?response_code=guess")
    assert wrong.status_code == 403
    assert browser.get(back).status_code == 303


def test_vp_12_without_return_there_is_no_result(stage, browser, wallet):
    page, _ = same_device(stage, browser, wallet)
    stage.now += 301
    shown = browser.get(page)
    assert PERSON.surnames not in shown.text
    assert "The time for this check is over" in shown.text
    assert page not in browser.get("/cases").text


def test_same_device_tampered_is_shown_at_once(stage, browser):
    inspection = stage.begin(browser, flow="same_device", with_pid="")
    request = stage.read_request(stage.link_of(inspection))
    stage.answer(request, create_response({"a1": ["x~y~"]}, request))
    assert (
        "Not proof of anything"
        in browser.get(f"/inspections/{inspection}", follow_redirects=True).text
    )


@pytest.mark.parametrize("lang", ["lt", "el", "ro"])
def test_pages_are_translated(stage, browser, wallet, lang):
    page = answered(stage, browser, wallet)
    browser.get(f"/?lang={lang}")
    english = ("Check a document", "Genuine and not withdrawn", "My checks", "What was shown")
    for path in ("/", page, "/cases", "/privacy"):
        shown = browser.get(path).text
        assert f'lang="{lang}"' in shown
        assert not [text for text in english if text in shown]


def test_results_for_programs(stage, wallet):
    started = stage.verifier.start("pda1", now=stage.now)
    assert stage.verifier.result(started.id, stage.now).as_json() == {
        "id": started.id,
        "stage": "waiting",
    }
    request = stage.read_request(started.link)
    stage.answer(request, wallet.answer(request, stage.now))
    body = json.loads(json.dumps(stage.verifier.result(started.id, stage.now).as_json()))
    assert (body["stage"], body["outcome"]) == ("concluded", "PASSED")
    assert body["person"]["outcome"] == "PASSED"
    assert [each["vct"] for each in body["documents"]] == [PDA1_WEBUILD, PID]


def test_a_restart_loses_nothing(stage, browser, wallet):
    inspection = stage.begin(browser)
    request = stage.read_request(stage.link_of(inspection))
    form = wallet.answer(request, stage.now)
    again = create_app(stage.config, stage.database, stage.world.web, lambda: stage.now)
    stage.wallet_client = again.test_client()
    assert stage.answer(request, form).status_code == 200
    assert PERSON.surnames in browser.get(f"/inspections/{inspection}", follow_redirects=True).text
