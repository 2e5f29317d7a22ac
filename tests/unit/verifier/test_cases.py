"""A case: opened once, many persons, questions, what stays and what goes, what is taken along."""

import hashlib
import io
import json

import pytest
from click.testing import CliRunner

from esspass.attestations import EHIC, PDA1_WEBUILD, PID
from esspass.inspection.commands import verify_case
from esspass.jose.jws import parse_jws, verify_jws
from esspass.keys.certificates import parse_leaf_key, parse_x5c
from esspass.keys.jwk import encode_base64url
from tests.builders.presentations import FUND_LIST, PERSON, create_a1, create_ehic, create_pid
from verifier.receipts import create_salted_digest


@pytest.fixture
def browser(stage):
    return stage.sign_in()


def present(stage, browser, case, *, a1=None, with_pid="1", index=7):
    """Somebody whose wallet answers in a case; returns the address of the verdict."""
    inspection = stage.ask(browser, case, with_pid=with_pid)
    request = stage.read_request(stage.link_of(inspection))
    world = stage.world
    wallet = world.wallet(
        a1=world.issue(a1 or create_a1(), PDA1_WEBUILD, index=index),
        ehic=world.issue(create_ehic(), EHIC, index=index),
        pid=world.issue(create_pid(), PID, index=8),
    )
    answer = stage.answer(request, wallet.answer(request, stage.now))
    assert answer.status_code == 200, answer.text
    present.answer, present.request = answer.json, request
    return browser.get(f"/inspections/{inspection}").location


def outcome(browser, page):
    return browser.get(page).text.split('data-outcome="')[1].split('"')[0]


class TestSetUp:
    def test_what_is_said_is_remembered_for_the_next_case(self, stage, browser):
        stage.open_case(browser, place="Patra", employer_name="Statyba UAB", country="IT")
        page = browser.get("/cases/new").text
        assert 'value="Patra"' in page
        assert 'value="Statyba UAB"' in page
        assert '<option value="IT" selected' in page

    def test_first_case_starts_here_and_today(self, browser):
        page = browser.get("/cases/new").text
        assert '<option value="GR" selected' in page
        assert 'value="2026-11-21"' in page

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("purpose", "", "Choose what to check"),
            ("purpose", "curiosity", "Choose what to check"),
            ("country", "XX", "Choose a country"),
            ("day", "21.11.2026", "Write the day"),
            ("until", "soon", "Write the last day"),
            ("until", "2026-11-20", "before the first"),
            ("place", "x" * 81, "Write a shorter place"),
            ("employer_name", "x" * 201, "at most 200"),
            ("keep", "999999999", "Choose how long"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(self, stage, browser, field, value, message):
        form = {"purpose": "labour-inspection", "country": "GR", "day": "2026-11-21", "keep": "0"}
        page = stage.post(browser, "/cases/new", **{**form, field: value})
        assert page.status_code == 422
        assert message in page.text
        assert f'href="#{field}"' in page.text
        assert f'id="{field}"' in page.text

    def test_a_case_of_a_colleague_does_not_exist(self, stage, browser):
        case = stage.open_case(browser)
        page = present(stage, browser, case)
        colleague = stage.sign_in("Colleague")
        addresses = [case, page, f"{case}/report.json", f"{case}/case-file.json", f"{case}/paper"]
        assert {colleague.get(each).status_code for each in addresses} == {404}
        posts = [f"{case}/ask", f"{case}/nothing", f"{page}/answers", f"{page}/erase"]
        assert {stage.post(colleague, each).status_code for each in posts} == {404}

    def test_a_person_belongs_to_one_case(self, stage, browser):
        page = present(stage, browser, stage.open_case(browser))
        other = stage.open_case(browser)
        assert browser.get(f"{other}/persons/{page.rpartition('/')[2]}").status_code == 404


class TestCrew:
    def test_three_people_one_doubt(self, stage, browser):
        case = stage.open_case(browser, employer_name="Statyba UAB", place="Patra")
        other = create_a1(document_number="LT-A1-2026-000018")
        present(stage, browser, case)
        doubtful = present(stage, browser, case, a1=other, index=9)
        stage.post(browser, f"{doubtful}/answers", **{"q-works_for_other": "yes"})
        stage.post(browser, f"{case}/nothing")
        assert outcome(browser, doubtful) == "DOUBT"
        listed = browser.get(case).text
        for text in ("3 persons", "Covered: 1", "Doubt: 1", "Cannot be decided: 1"):
            assert text in listed
        assert "Doubt: 1" in browser.get("/cases").text

    def test_filter_search_and_order(self, stage, browser):
        case = stage.open_case(browser)
        first = present(stage, browser, case)
        stage.post(browser, f"{case}/nothing")
        assert first in browser.get(f"{case}?outcome=COVERED").text
        assert first not in browser.get(f"{case}?outcome=CANNOT_DECIDE").text
        assert first in browser.get(f"{case}?q=šimkutė").text
        assert first in browser.get(f"{case}?q=000017").text
        nobody = browser.get(f"{case}?q=nobody").text
        assert first not in nobody
        assert "Nobody in this case fits" in nobody
        worst = browser.get(f"{case}?order=outcome").text
        assert worst.index("CANNOT_DECIDE") < worst.index(first)

    def test_a_request_that_waits_is_named(self, stage, browser):
        case = stage.open_case(browser)
        inspection = stage.ask(browser, case)
        assert f"/inspections/{inspection}" in browser.get(case).text
        cancelled = stage.post(browser, f"/inspections/{inspection}/cancel")
        assert cancelled.location == case
        assert f"/inspections/{inspection}" not in browser.get(case).text

    def test_a_29_no_document_is_an_outcome_of_its_own(self, stage, browser):
        case = stage.open_case(browser)
        page = stage.post(browser, f"{case}/nothing").location
        assert outcome(browser, page) == "CANNOT_DECIDE"
        assert "A-29" in browser.get(page).text


class TestQuestions:
    def test_answers_change_the_ruling_at_once_and_back(self, stage, browser):
        case = stage.open_case(browser)
        page = present(stage, browser, case)
        assert outcome(browser, page) == "COVERED"
        stage.post(browser, f"{page}/answers", **{"q-replaces_colleague": "yes"})
        assert outcome(browser, page) == "DOUBT"
        stage.post(browser, f"{page}/answers", **{"q-replaces_colleague": "no"})
        assert outcome(browser, page) == "COVERED"

    def test_a_doubt_comes_with_a_request_to_the_institution(self, stage, browser):
        case = stage.open_case(browser, employer_name="Statyba UAB")
        page = present(stage, browser, case)
        assert browser.get(f"{page}/request.txt").status_code == 404
        stage.post(browser, f"{page}/answers", **{"q-replaces_colleague": "yes"})
        text = browser.get(f"{page}/request.txt").text
        for part in (
            "Example Social Insurance Fund (LT:1000)",
            "Article 5(2) of Regulation (EC) No 987/2009",
            "LT-A1-2026-000017",
            "1 March 2026",
            "Labour Inspectorate",
            PERSON.surnames,
        ):
            assert part in text
        assert "invalid" not in text

    def test_answers_after_erasure_are_refused(self, stage, browser):
        page = present(stage, browser, stage.open_case(browser))
        stage.now += 901
        answer = stage.post(browser, f"{page}/answers", **{"q-replaces_colleague": "yes"})
        assert answer.status_code == 409
        assert outcome(browser, page) == "COVERED"


class TestWhatStays:
    def test_verdict_only_stores_nothing_that_was_shown(self, stage, browser):
        case = stage.open_case(browser, keep="0")
        page = present(stage, browser, case)
        shown = browser.get(page).text
        assert outcome(browser, page) == "COVERED"
        assert PERSON.surnames not in shown
        assert "keeps verdicts only" in shown
        for table in ("cases", "case_persons", "inspections", "openid4vp_transactions"):
            rows = stage.database.query(f"SELECT * FROM {table}")
            assert PERSON.surnames not in json.dumps(rows, ensure_ascii=False, default=str)

    def test_longer_for_a_case_file(self, stage, browser):
        case = stage.open_case(browser, keep=str(8 * 3600))
        page = present(stage, browser, case)
        stage.now += 7 * 3600
        assert PERSON.surnames in browser.get(page).text
        stage.now += 3601
        assert PERSON.surnames not in browser.get(page).text
        browser.get("/cases")
        assert stage.database.query("SELECT evidence FROM case_persons") == [{"evidence": None}]
        assert stage.database.query("SELECT * FROM case_sources") == []

    def test_no_name_stands_in_an_address(self, stage, browser):
        page = present(stage, browser, stage.open_case(browser))
        assert PERSON.surnames not in page
        assert "LT-A1" not in page


class TestCaseFile:
    def exported(self, browser, case):
        answer = browser.get(f"{case}/case-file.json")
        assert answer.status_code == 200
        return answer.data

    def upload(self, browser, data):
        form = {"csrf_token": "csrf", "file": (io.BytesIO(data), "case-file.json")}
        answer = browser.post("/case-files", data=form)
        answer.request.environ["wsgi.input"].close()  # the client leaves its large body open
        return answer

    def test_is_the_same_by_command_and_by_page(self, stage, browser, tmp_path):
        case = stage.open_case(browser)
        page = present(stage, browser, case)
        stage.post(browser, f"{page}/answers", **{"q-replaces_colleague": "yes"})
        stage.post(browser, f"{case}/nothing")
        data = self.exported(browser, case)
        (tmp_path / "case.json").write_bytes(data)
        result = CliRunner().invoke(verify_case, [str(tmp_path / "case.json")])
        assert result.exit_code == 0, result.output
        assert "2 of 2 the same. The proof is good" in result.output
        checked = self.upload(browser, data).text
        assert "Everything is the same" in checked
        assert "O=Labour Inspectorate" in checked

    def test_what_was_changed_is_named(self, stage, browser):
        case = stage.open_case(browser)
        page = present(stage, browser, case)
        stage.post(browser, f"{page}/answers", **{"q-replaces_colleague": "yes"})
        changed = json.loads(self.exported(browser, case))
        changed["persons"][0]["decision"]["ruling"]["outcome"] = "COVERED"
        checked = self.upload(browser, json.dumps(changed).encode()).text
        assert "Not everything is the same" in checked
        assert "This entry was changed" in checked
        assert "persons[0].decision.ruling.outcome" in checked

    def test_is_judged_under_our_anchors_not_under_its_own(self, stage, browser):
        case = stage.open_case(browser)
        present(stage, browser, case)
        foreign = json.loads(self.exported(browser, case))
        foreign["sources"][0]["anchors"] = {}
        checked = self.upload(browser, json.dumps(foreign).encode()).text
        assert "persons[0].decision.ruling" not in checked

    def test_leaves_the_name_out_of_the_decision(self, stage, browser):
        case = stage.open_case(browser)
        present(stage, browser, case)
        entry = json.loads(self.exported(browser, case))["persons"][0]
        assert entry["decision"]["facts"]["document"]["person"] is None
        assert entry["submission"]["text"]

    def test_without_what_was_shown_holds_the_decision_alone(self, stage, browser):
        case = stage.open_case(browser, keep="0")
        present(stage, browser, case)
        data = self.exported(browser, case)
        entry = json.loads(data)["persons"][0]
        assert entry["submission"] is None
        assert entry["decision"]["ruling"]["outcome"] == "COVERED"
        checked = self.upload(browser, data).text
        assert "cannot be decided again" in checked

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "Choose a case file"),
            (b"%PDF-1.7", "This is no case file"),
            (b'{"format":"esspass-case/1"}', "This is no case file"),
            (b" " * (20 * 1024 * 1024 + 1), "at most 20 MB"),
        ],
        ids=["nothing", "pdf", "empty", "large"],
    )
    def test_other_files(self, browser, data, message):
        page = self.upload(browser, data)
        assert page.status_code == 422
        assert message in page.text


class TestReport:
    def test_json(self, stage, browser):
        case = stage.open_case(browser, place="Patra")
        present(stage, browser, case)
        report = browser.get(f"{case}/report.json").json
        assert report["counts"] == {"COVERED": 1}
        assert report["case"]["place"] == "Patra"
        (person,) = report["persons"]
        assert person["name"] == f"{PERSON.forenames} {PERSON.surnames}"
        assert person["rules_version"] == "2026.11.1"

    @pytest.mark.parametrize("lang", ["en", "el"])
    def test_pdf_is_tagged_and_in_the_readers_language(self, stage, browser, lang):
        import pikepdf

        case = stage.open_case(browser, place="Patra")
        present(stage, browser, case)
        browser.get(f"/cases?lang={lang}")
        answer = browser.get(f"{case}/report.pdf")
        assert answer.content_type == "application/pdf"
        with pikepdf.open(io.BytesIO(answer.data)) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang) == lang


class TestSignedWords:
    def believe(self, stage, token, typ):
        jws = parse_jws(token)
        chain = parse_x5c(jws.header)
        assert jws.header["typ"] == typ
        assert chain[0] == stage.verifier.relying_party.access_signer.certificates[0]
        verify_jws(jws, parse_leaf_key(chain))
        return jws.claims()

    def test_the_wallet_gets_a_receipt(self, stage, browser):
        present(stage, browser, stage.open_case(browser, place="Patra"))
        token = present.answer["verification_receipt"]
        claims = self.believe(stage, token, "verification-receipt+jwt")
        assert claims["iss"] == present.request.client_id
        assert (claims["outcome"], claims["rules_version"]) == ("COVERED", "2026.11.1")
        assert (claims["purpose"], claims["country"]) == ("labour-inspection", "GR")
        assert (claims["date"], claims["place"]) == ("2026-11-21", "Patra")
        shown = stage.database.query("SELECT evidence FROM case_persons")[0]["evidence"]
        binding = json.loads(shown)["submission"]["text"].rpartition("~")[2]
        digest = encode_base64url(hashlib.sha256(binding.encode()).digest())
        assert claims["sub_hash"] == digest
        assert PERSON.surnames not in json.dumps(claims, ensure_ascii=False)

    def test_a_proof_names_nobody_but_can_be_confirmed_with_its_salt(self, stage, browser):
        page = present(stage, browser, stage.open_case(browser))
        given = browser.get(f"{page}/proof.json").json
        claims = self.believe(stage, given["proof"], "verification-proof+jwt")
        text = json.dumps(claims, ensure_ascii=False)
        assert PERSON.surnames not in text
        assert "LT-A1" not in text
        digest = create_salted_digest(given["salt"], "LT-A1-2026-000017")
        assert claims["document_hash"] == digest
        stage.post(browser, f"{page}/erase")
        later = browser.get(f"{page}/proof.json").json
        assert later["salt"] is None
        assert "document_hash" not in self.believe(stage, later["proof"], "verification-proof+jwt")


class TestDesk:
    def open(self, stage, browser, **form):
        values = {"purpose": "care", "provider": "statutory", "until": "2026-11-25", **form}
        return stage.open_case(browser, **values)

    def test_steps_and_a_reference_without_personal_data(self, stage, browser):
        case = self.open(stage, browser)
        page = browser.get(case).text
        for text in ("1", "Identity", "Reference for billing", "form S2", "form S1", "20261121-"):
            assert text in page

    def test_e_06_a_card_that_expires_during_the_treatment(self, stage, browser):
        case = self.open(stage, browser, until="2028-03-01", day="2028-02-01")
        page = present(stage, browser, case, with_pid="")
        assert outcome(browser, page) == "NOT_COVERED"
        assert "patient pays" in browser.get(page).text.replace("The patient", "patient")

    def test_e_11_planned_care_is_not_for_the_card(self, stage, browser):
        page = present(stage, browser, self.open(stage, browser), with_pid="")
        assert outcome(browser, page) == "COVERED"
        stage.post(browser, f"{page}/answers", **{"q-planned_care": "yes"})
        assert outcome(browser, page) == "NOT_COVERED"
        assert "S2" in browser.get(page).text

    def test_e_14_a_private_provider(self, stage, browser):
        case = self.open(stage, browser, provider="private")
        assert outcome(browser, present(stage, browser, case, with_pid="")) == "NOT_COVERED"

    def test_withdrawn(self, stage, browser):
        stage.world.withdraw(FUND_LIST, 7)
        page = present(stage, browser, self.open(stage, browser), with_pid="")
        assert outcome(browser, page) == "NOT_COVERED"

    def test_the_name_comes_from_the_identity(self, stage, browser):
        page = present(stage, browser, self.open(stage, browser))
        assert PERSON.surnames in browser.get(page).text.partition("app-holder__name")[2][:200]
