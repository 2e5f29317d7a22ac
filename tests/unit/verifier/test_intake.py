"""Checks that come by code: from the scan page's queue, typed in, or out of a replacement."""

import json
import uuid
from types import SimpleNamespace

import pytest

from esspass.attestations import PDA1_WEBUILD
from esspass.cwt import create_document_cwt
from esspass.errors import VerificationError
from esspass.jose.jws import parse_jws
from esspass.openid4vci.replacement import ReplacementDelivery, create_delivery
from esspass.openid4vci.replacement import verify_replacement_request as read_replacement
from esspass.qr import create_paper_text, create_qr_text
from esspass.statuslist import StatusReference
from tests.builders.inspections import bind_shown, create_bundle
from tests.builders.lists import DAY
from tests.builders.presentations import FUND_LIST, PERSON, create_a1, create_ehic

PATHS = [("subject", "names"), ("subject", "dateOfBirth"), ("documentID",)]
PATHS += [("competentInstitution",), ("statusConfirmation",), ("placesOfWork",)]
PATHS += [("employmentSituations", 0)]


@pytest.fixture
def browser(stage):
    return stage.sign_in()


def shown_text(stage, **changes):
    """The text of a code that a wallet shows just now."""
    world = stage.world
    credential = world.issue(changes.pop("document", create_a1()), PDA1_WEBUILD)
    return create_qr_text(bind_shown(world, credential, PATHS, now=stage.now, **changes))


def check(stage, text, **changes):
    """What the scan page posts."""
    return {
        "id": uuid.uuid4().hex,
        "taken_at": stage.now,
        "submission": {"medium": "qr", "text": text, "purpose": "labour-inspection"},
        "answers": {},
        "source": create_bundle(stage.world),
        **changes,
    }


def post(browser, case, body, csrf="csrf"):
    headers = {"X-CSRF-Token": csrf} if csrf else {}
    return browser.post(f"{case}/persons", json=body, headers=headers)


class TestFromTheScanPage:
    def test_is_decided_here_and_stands_in_the_case(self, stage, browser):
        case = stage.open_case(browser)
        body = check(stage, shown_text(stage))
        answer = post(browser, case, body)
        assert answer.status_code == 200, answer.text
        decision = answer.json["decision"]
        assert decision["ruling"]["outcome"] == "COVERED"
        assert decision["facts"]["document"]["person"] is None
        page = browser.get(f"{case}/persons/{body['id']}").text
        assert PERSON.surnames in page
        assert "Code scanned" in page

    def test_once_for_each_id(self, stage, browser):
        case = stage.open_case(browser)
        body = check(stage, shown_text(stage))
        first, second = post(browser, case, body), post(browser, case, body)
        assert first.json == second.json
        assert "1 person" in browser.get(case).text

    def test_a_code_shown_twice_is_a_replay(self, stage, browser):
        case = stage.open_case(browser)
        body = check(stage, shown_text(stage))
        post(browser, case, body)
        again = post(browser, case, {**body, "id": uuid.uuid4().hex}).json["decision"]["ruling"]
        assert (again["outcome"], again["reason"]) == ("NOT_A_CREDENTIAL", "replayed")

    def test_a_case_set_up_without_a_network_is_opened(self, stage, browser):
        described = {
            "id": "offline-case-1", "kind": "work", "purpose": "labour-inspection",
            "country": "GR", "date": "2026-11-21", "until": None, "place": "Patra",
            "employer": None, "provider": None,
        }  # fmt: skip
        body = check(stage, shown_text(stage), case=described)
        assert post(browser, "/cases/offline-case-1", body).status_code == 200
        assert "Patra" in browser.get("/cases/offline-case-1").text
        colleague = stage.sign_in("Colleague")
        foreign = {**body, "id": uuid.uuid4().hex}
        assert post(colleague, "/cases/offline-case-1", foreign).status_code == 404

    def test_sources_count_under_our_anchors_only(self, stage, browser):
        stranger = type(stage.world)(stage.world.now)
        stranger.lists.rules = stage.world.lists.rules
        case = stage.open_case(browser)
        text = create_qr_text(
            bind_shown(stranger, stranger.issue(create_a1(), PDA1_WEBUILD), PATHS, now=stage.now)
        )
        body = check(stage, text, source=create_bundle(stranger))
        ruling = post(browser, case, body).json["decision"]["ruling"]
        assert ruling["outcome"] == "CANNOT_DECIDE"

    def test_without_sources_the_network_is_asked(self, stage, browser):
        case = stage.open_case(browser)
        answer = post(browser, case, check(stage, shown_text(stage), source=None))
        assert answer.json["decision"]["ruling"]["outcome"] == "COVERED"

    def test_nobody_without_a_document(self, stage, browser):
        case = stage.open_case(browser)
        ruling = post(browser, case, check(stage, "", submission=None)).json["decision"]["ruling"]
        assert ruling["reason"] == "not_presented"

    def test_a_difference_on_paper_is_kept(self, stage, browser):
        case = stage.open_case(browser)
        body = check(stage, shown_text(stage), difference="Another name is on the paper")
        post(browser, case, body)
        assert "Paper differs" in browser.get(case).text

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"id": "x"}, "bad_check"),
            ({"taken_at": "now"}, "bad_check"),
            ({"taken_at": 0}, "taken_at_unlikely"),
            ({"taken_at": 2**52}, "taken_at_unlikely"),
            ({"submission": {"medium": "smoke"}}, "bad_submission"),
            ({"answers": {"same_person": "yes"}}, "bad_answers"),
            ({"source": []}, "bad_sources"),
            ({"source": {"made_at": 1}}, "bad_sources"),
        ],
    )
    def test_what_is_no_check(self, stage, browser, changes, code):
        case = stage.open_case(browser)
        answer = post(browser, case, {**check(stage, "ESP1:x"), **changes})
        assert answer.status_code == 400
        assert code in answer.text
        assert stage.database.query("SELECT * FROM case_persons") == []

    @pytest.mark.parametrize("csrf", ["", "guess"])
    def test_other_sites_cannot_post(self, stage, browser, csrf):
        case = stage.open_case(browser)
        assert post(browser, case, check(stage, "ESP1:x"), csrf).status_code == 400

    def test_verdict_only_keeps_no_presentation(self, stage, browser):
        case = stage.open_case(browser, keep="0")
        post(browser, case, check(stage, shown_text(stage)))
        rows = json.dumps(stage.database.query("SELECT * FROM case_persons"), default=str)
        assert "ESP1" not in rows
        assert "LT-A1" not in rows


class TestTyped:
    def test_a_code_is_checked(self, stage, browser):
        case = stage.open_case(browser)
        answer = stage.post(browser, f"{case}/paper", text=shown_text(stage) + "\r\n")
        assert answer.status_code == 303
        assert "Covered" in browser.get(answer.location).text

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("HC1:6BFOXN", "EU Digital COVID Certificate"),
            ("https://example.org", "internet address"),
            ("ESD1:torn", "damaged or incomplete"),
            ("", "neither an A1 certificate"),
            ("hello", "neither an A1 certificate"),
        ],
    )
    def test_what_is_none_of_ours_is_named_at_once(self, stage, browser, text, message):
        case = stage.open_case(browser)
        page = stage.post(browser, f"{case}/paper", text=text)
        assert page.status_code == 422
        assert message in page.text
        assert stage.database.query("SELECT * FROM case_persons") == []


def sealed(stage, document, person=PERSON):
    """The text of the code on a sealed paper."""
    world = stage.world
    return create_paper_text(
        create_document_cwt(
            document,
            person=person,
            status=StatusReference(FUND_LIST, 7),
            issued_at=world.now - DAY,
            expires_at=world.now + 30 * DAY,
            signer=world.fund.attestation_signer,
        )
    )


class TestPaper:
    def test_signed_data_stand_beside_the_question_what_the_paper_says(self, stage, browser):
        case = stage.open_case(browser)
        page = stage.post(browser, f"{case}/paper", text=sealed(stage, create_a1())).location
        shown = browser.get(page).text
        assert "What does your paper say?" in shown
        assert PERSON.surnames in shown
        assert 'data-outcome="COVERED"' in shown
        stage.post(browser, f"{page}/difference", text="Another employer")
        shown = browser.get(page).text
        assert "Reported: the paper differs." in shown
        assert "Another employer" in shown
        assert "Paper differs" in browser.get(case).text
        stage.post(browser, f"{page}/erase")
        assert "Another employer" not in browser.get(page).text


class TestReplacement:
    @pytest.fixture
    def asked(self, stage, browser):
        """A request that waits: its page, and what it asks."""
        case = stage.open_case(browser, purpose="care", until="2026-11-25")
        page = stage.post(browser, f"{case}/replacement").location
        answer = stage.app.test_client().get(f"{page}/request")
        assert answer.status_code == 200
        assert answer.content_type == "application/replacement-request+jwt"
        return page, answer.text

    def test_the_desk_says_who_asks_and_for_which_days(self, stage, browser, asked):
        page, token = asked
        claims = parse_jws(token).claims()
        assert claims["desk_name"] == "Labour Inspectorate"
        assert claims["country"] == "GR"
        assert (claims["treatment_from"], claims["treatment_until"]) == ("2026-11-21", "2026-11-25")
        assert claims["deliver_uri"] == f"{stage.config.base_url}{page}/certificate"
        shown = browser.get(page).text
        assert "Nothing has come yet" in shown
        assert browser.get(f"{page}/state").json["remaining"] == 1800

    def deliver(self, stage, page, body, content_type="application/jose"):
        client = stage.app.test_client()
        return client.post(f"{page}/certificate", data=body, content_type=content_type)

    def seal(self, token, certificate="ESD1:torn", pdf=b"%PDF-1.7", **changes):
        """What an institution sends, to the key of the request."""
        claims = parse_jws(token).claims()
        asked = SimpleNamespace(jti=changes.get("jti", claims["jti"]), jwk=claims["jwk"])
        return create_delivery(ReplacementDelivery(certificate, pdf), asked)

    def test_a_delivery_leads_to_a_verdict_once(self, stage, browser, asked):
        page, token = asked
        body = self.seal(token)
        assert self.deliver(stage, page, body).status_code == 204
        assert self.deliver(stage, page, body).status_code == 204  # the answer was lost
        assert self.deliver(stage, page, self.seal(token)).status_code == 409
        verdict = browser.get(page).location
        assert 'data-outcome="NOT_A_CREDENTIAL"' in browser.get(verdict).text
        assert browser.get(f"{page}/certificate.pdf").status_code == 404  # of nothing believed

    def test_a_certificate_that_holds_comes_with_its_file(self, stage, browser, asked):
        page, token = asked
        body = self.seal(token, sealed(stage, create_ehic()))
        assert self.deliver(stage, page, body).status_code == 204
        verdict = browser.get(page).location
        shown = browser.get(verdict).text
        assert 'data-outcome="COVERED"' in shown
        assert f"{page}/certificate.pdf" in shown
        assert browser.get(f"{page}/certificate.pdf").data == b"%PDF-1.7"
        stage.post(browser, f"{verdict}/erase")
        assert browser.get(f"{page}/certificate.pdf").status_code == 404

    def test_what_is_not_for_this_request_changes_nothing(self, stage, browser, asked):
        page, token = asked
        assert self.deliver(stage, page, self.seal(token, jti="x" * 32)).status_code == 400
        assert self.deliver(stage, page, "a.b.c.d.e").status_code == 400
        assert self.deliver(stage, page, "{}", "application/json").status_code == 415
        assert self.deliver(stage, page, b"x" * (4 * 1024 * 1024 + 1)).status_code == 413
        assert "Nothing has come yet" in browser.get(page).text

    def test_ends_in_time(self, stage, browser, asked):
        page, token = asked
        stage.now += 1801
        assert self.deliver(stage, page, self.seal(token)).status_code == 409
        assert stage.app.test_client().get(f"{page}/request").status_code == 404
        shown = browser.get(page).text
        assert "Nothing came in time" in shown
        assert "only the patient may know" in shown

    def test_only_for_care_and_only_for_the_desk(self, stage, browser, asked):
        work = stage.open_case(browser)
        assert stage.post(browser, f"{work}/replacement").status_code == 409
        colleague = stage.sign_in("Colleague")
        assert colleague.get(asked[0]).status_code == 404
        assert colleague.get(f"{asked[0]}/certificate.pdf").status_code == 404


def test_a_replacement_request_is_one_that_institutions_read(stage, browser):
    case = stage.open_case(browser, purpose="care")
    page = stage.post(browser, f"{case}/replacement").location
    token = stage.app.test_client().get(f"{page}/request").text
    with pytest.raises(VerificationError, match="host"):  # our certificate here names none
        read_replacement(token, stage.now)
