"""A doubt raised on a verdict page, on its way to the institution, and how it stands."""

import json
import time

import pytest
from click.testing import CliRunner

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from esspass.exchange.standing import (
    DocumentStanding,
    DocumentState,
    Stage,
    Standing,
    Step,
    StepState,
)
from esspass.inspection import parse_case_file
from esspass.inspection.recomputation import verify_case_file
from esspass.keys.certificates import create_authority, create_signer
from esspass.storage import connect
from esspass.web.jobs import Reports
from tests.builders.presentations import create_a1, create_ehic, create_pid
from tests.simulators.institution import ADDRESS, SimulatedInstitution, WebWithInstitution
from tests.unit.verifier.conftest import BASE_URL
from tests.unit.verifier.conftest import Stage as VerifierStage
from verifier import create_app
from verifier.commands import verifier as verifier_command
from verifier.enquiries import Enquiries, Enquiry, EnquiryKind
from verifier.work import create_worker

CONTACT = {"contact_name": "Inspector", "contact_address": "inspector@example.gr"}


@pytest.fixture
def stage(database, tmp_path):
    stage = VerifierStage(tmp_path, database, address=BASE_URL, national_institution=f"{ADDRESS}/")
    web = WebWithInstitution(stage.world.web.answers)
    stage.institution = web.institution = SimulatedInstitution(stage.world, stage.now)
    stage.institution.now = lambda: stage.now
    publish_again(stage)
    stage.app = create_app(stage.config, database, web, lambda: stage.now)
    stage.verifier = stage.app.extensions["verifier"]
    stage.wallet_client = stage.app.test_client()
    return stage


def publish_again(stage):
    stage.world.lists.publish()
    stage.publish_lists()


@pytest.fixture
def browser(stage):
    return stage.sign_in()


def check(stage, browser, case, *, vct=PDA1_WEBUILD, number="LT-A1-2026-000017", index=7):
    """Somebody shows an A1; returns the address of the verdict."""
    inspection = stage.ask(browser, case, with_pid="1")
    request = stage.read_request(stage.link_of(inspection))
    world = stage.world
    wallet = world.wallet(
        a1=world.issue(create_a1(document_number=number), vct, index=index),
        ehic=world.issue(create_ehic(), EHIC, index=index),
        pid=world.issue(create_pid(), PID, index=8),
    )
    answer = stage.answer(request, wallet.answer(request, stage.now))
    assert answer.status_code == 200, answer.text
    return browser.get(f"/inspections/{inspection}").location


def doubtful(stage, browser, case, **shown):
    page = check(stage, browser, case, **shown)
    stage.post(browser, f"{page}/answers", **{"q-works_for_other": "yes"})
    assert 'data-outcome="DOUBT"' in browser.get(page).text
    return page


def rules_of(browser, page):
    form = browser.get(f"{page}/doubt").text
    return [part.split('"')[0] for part in form.split('name="rules" type="checkbox" value="')[1:]]


def send(stage, browser, page, **form):
    form = {"rules": rules_of(browser, page), "words": "Three said so.", **CONTACT, **form}
    return stage.post(browser, f"{page}/doubt", **form)


def dialogue(now, **changes):
    source = "Decision A1"
    steps = (
        Step("DA01", StepState.DONE, at=now - 60),
        Step("DA02", StepState.CURRENT, due_at=now + 86400, source=source),
        Step("DA04", StepState.TO_COME, due_at=now + 90 * 86400, source=source),
    )
    return Standing(**{"stage": Stage.DIALOGUE, "since": now - 60, "steps": steps, **changes})


class TestAsk:
    def test_what_the_institution_gets(self, stage, browser):
        case = stage.open_case(browser, employer_name="Άλλη ΑΕ", place="Πάτρα")
        page = doubtful(stage, browser, case)
        rules = rules_of(browser, page)
        assert "A-19" in rules
        assert send(stage, browser, page).status_code == 303
        ((doubt, sender, evidence),) = stage.institution.doubts.values()
        assert sender.organization == "Labour Inspectorate"
        assert (doubt.document.number, doubt.document.institution) == (
            "LT-A1-2026-000017",
            "LT:1000",
        )
        assert doubt.document.vct == PDA1_WEBUILD
        assert doubt.document.person["surnames"] == "Šimkutė-Petraitienė"
        assert [reason.rule for reason in doubt.reasons] == sorted(rules)
        assert set(doubt.reasons[0].texts) >= {"en", "lt", "el", "ro"}
        assert doubt.occasion.employer_name == "Άλλη ΑΕ"
        assert (doubt.words, doubt.contact.address) == ("Three said so.", "inspector@example.gr")
        report = verify_case_file(parse_case_file(evidence.encode(), {}), None)
        assert report.same
        assert [each.id for each in report.persons] == [page.rpartition("/")[2]]

    def test_an_a1_without_names_takes_them_from_the_identity(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser, employer_name="X"), vct=PDA1_EUDI)
        send(stage, browser, page)
        ((doubt, _, _),) = stage.institution.doubts.values()
        assert doubt.document.person["date_of_birth"] == "1990-01-01"
        assert doubt.document.vct == PDA1_EUDI

    def test_reasons_can_be_left_out(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser, employer_name="Άλλη ΑΕ"))
        chosen = rules_of(browser, page)[:1]
        send(stage, browser, page, rules=chosen)
        ((doubt, _, _),) = stage.institution.doubts.values()
        assert [reason.rule for reason in doubt.reasons] == chosen

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("rules", [], "Choose at least one reason"),
            ("rules", ["A-01"], "Choose at least one reason"),
            ("words", "x" * 2001, "Write at most 2000"),
            ("contact_name", "", "Write who can be asked back"),
            ("contact_address", "x" * 301, "Write an e-mail address"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(self, stage, browser, field, value, message):
        page = doubtful(stage, browser, stage.open_case(browser))
        answer = send(stage, browser, page, **{field: value})
        assert answer.status_code == 422
        assert message in answer.text
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}"' in answer.text
        assert not stage.institution.doubts

    def test_only_a_doubt_is_asked_about(self, stage, browser):
        page = check(stage, browser, stage.open_case(browser))
        assert browser.get(f"{page}/doubt").status_code == 404
        assert stage.post(browser, f"{page}/doubt", **CONTACT).status_code == 404

    def test_a_colleague_cannot_ask(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        colleague = stage.sign_in("Colleague")
        for path in ("doubt", "watch", "standing"):
            assert stage.post(colleague, f"{page}/{path}").status_code == 404

    def test_once_for_each_check(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        send(stage, browser, page)
        send(stage, browser, page)
        assert len(stage.institution.doubts) == 1

    def test_without_a_national_institution_there_is_the_letter(self, database, tmp_path):
        stage = VerifierStage(tmp_path, database)
        browser = stage.sign_in()
        page = doubtful(stage, browser, stage.open_case(browser))
        text = browser.get(page).text
        assert "Download the request" in text
        assert f"{page}/doubt" not in text
        assert browser.get(f"{page}/doubt").status_code == 404
        assert stage.post(browser, f"{page}/watch").status_code == 409


class TestOutbox:
    def test_waits_for_an_institution_that_does_not_answer(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        stage.institution.up = False
        send(stage, browser, page)
        assert "Not sent yet" in browser.get(page).text
        stage.institution.up = True
        assert stage.verifier.doubts.work(stage.now) == 0  # not yet again
        stage.now += 120
        assert "Not sent yet" not in browser.get(page).text
        assert len(stage.institution.doubts) == 1

    def test_is_sent_without_anybody_looking(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        stage.institution.up = False
        send(stage, browser, page)
        stage.institution.up = True
        assert stage.verifier.doubts.work(stage.now + 120) == 1
        assert stage.verifier.doubts.work(stage.now + 9999) == 0

    def test_content_is_erased_once_it_is_there(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        send(stage, browser, page)
        row = stage.database.query("SELECT * FROM enquiries")[0]
        assert (row["token"], row["evidence"]) == ("", None)
        assert "000017" not in json.dumps(dict(row))
        assert "imkut" not in json.dumps(dict(row))

    def test_a_refusal_ends_it_and_says_why(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        stage.institution.refuse = "untrusted_issuer"
        send(stage, browser, page)
        text = browser.get(page).text
        assert "did not take the doubt" in text
        assert "untrusted_issuer" in text
        stage.institution.refuse = ""
        stage.now += 86400 * 2
        assert stage.verifier.doubts.work(stage.now) == 0

    def test_a_directory_that_does_not_name_the_institution_leaves_it_waiting(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        lists = stage.world.lists
        named, lists.institutions = lists.institutions, lists.institutions[:1]
        stage.now += 61
        publish_again(stage)
        send(stage, browser, page)
        assert stage.institution.doubts == {}
        assert "Not sent yet" in browser.get(page).text
        lists.institutions = named
        stage.now += 300
        publish_again(stage)
        assert stage.verifier.doubts.work(stage.now) == 1
        assert len(stage.institution.doubts) == 1

    def test_a_key_that_changed_is_found_in_the_next_directory(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        stage.institution.change_key(listed=False)
        send(stage, browser, page)
        (enquiry,) = stage.verifier.doubts.enquiries.of_person(page.rpartition("/")[2])
        assert (enquiry.refused, enquiry.attempts) == ("", 1)
        stage.institution.change_key()
        stage.now += 300
        publish_again(stage)
        assert stage.verifier.doubts.work(stage.now) == 1
        assert len(stage.institution.doubts) == 1

    def test_gives_up_after_a_month(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        stage.institution.up = False
        send(stage, browser, page)
        stage.verifier.doubts.work(stage.now + 31 * 86400)
        (enquiry,) = stage.verifier.doubts.enquiries.of_person(page.rpartition("/")[2])
        assert (enquiry.refused, enquiry.token) == ("expired", "")

    def test_two_at_once_send_one(self, stage, database):
        enquiries = Enquiries(database)
        enquiries.add(
            Enquiry("e1", EnquiryKind.WATCH, "p", "c", "d", ADDRESS, "t", None, stage.now)
        )
        assert enquiries.claim("e1", stage.now) is not None
        assert enquiries.claim("e1", stage.now) is None
        assert enquiries.claim("e1", stage.now + 31).attempts == 2


class TestWorker:
    def test_sends_asks_and_erases(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser, keep="900"))
        stage.institution.up = False
        send(stage, browser, page)
        stage.institution.up = True
        stage.now += 120
        worker = create_worker(stage.verifier, stage.database)
        assert worker.run_due(stage.now) == 2  # sent, and asked how it stands
        assert len(stage.institution.doubts) == stage.institution.asked == 1
        assert worker.run_due(stage.now + 10) == 0
        assert worker.run_due(stage.now + 301) == 1
        assert stage.institution.asked == 2
        person = page.rpartition("/")[2]
        kept = "SELECT evidence FROM case_persons WHERE id = :id"
        assert stage.database.query(kept, id=person)[0]["evidence"] is not None
        worker.run_due(stage.now + 1000)
        assert stage.database.query(kept, id=person)[0]["evidence"] is None
        assert worker.broken == {}

    def test_the_command_of_a_timer(self, tmp_path, monkeypatch):
        database = connect(str(tmp_path / "app.db"))
        stage = VerifierStage(tmp_path, database, address=BASE_URL)
        orphan = Enquiry("e1", EnquiryKind.WATCH, "p", "c", "d", ADDRESS, "t", None, stage.now)
        stage.verifier.doubts.enquiries.add(orphan)
        settings = {
            "BASE_URL": BASE_URL, "SECRET_KEY": "s" * 40, "DATABASE_URL": str(tmp_path / "app.db"),
            "KEYS_FOLDER": str(tmp_path), "TRUST_ANCHORS": str(tmp_path / "anchors.json"),
            "ALLOW_LOOPBACK": "1", "NATIONAL_INSTITUTION": "http://localhost:9",
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(f"VERIFIER_{name}", value)
        result = CliRunner().invoke(verifier_command, ["work", "--once"])
        assert (result.exit_code, result.output) == (0, "0 things were done\n")
        assert stage.verifier.doubts.enquiries.find("e1") is None, "its check is gone"
        assert len(Reports(database).read(int(time.time()))) == 1
        database.close()


class TestStanding:
    def test_under_dialogue_with_the_next_date(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        stage.institution.standing = dialogue(stage.now)
        send(stage, browser, page)
        text = browser.get(page).text
        assert 'data-stage="dialogue"' in text
        assert "Under dialogue" in text
        assert "Acknowledgement of the request, until 22 November 2026" in text
        assert "time limit not verified in its source" in text
        assert "It stays valid until it is withdrawn." in text

    def test_every_other_verdict_on_the_document_says_so(self, stage, browser):
        case = stage.open_case(browser)
        other = check(stage, browser, case)
        page = doubtful(stage, browser, stage.open_case(browser))
        different = check(stage, browser, case, number="LT-A1-2026-000018", index=9)
        stage.institution.standing = dialogue(stage.now)
        send(stage, browser, page)
        assert 'data-stage="dialogue"' in browser.get(other).text
        assert 'data-stage="dialogue"' not in browser.get(different).text
        assert browser.get(case).text.count('data-stage="dialogue"') == 1

    def test_also_when_what_was_shown_is_erased_by_time(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser, keep="900"))
        stage.institution.standing = dialogue(stage.now)
        send(stage, browser, page)
        stage.now += 1000
        assert 'data-stage="dialogue"' in browser.get(page).text

    def test_is_asked_again_only_after_a_while(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        send(stage, browser, page)
        asked = stage.institution.asked
        browser.get(page)
        assert stage.institution.asked == asked
        stage.now += 301
        browser.get(page)
        assert stage.institution.asked == asked + 1
        stage.post(browser, f"{page}/standing")
        assert stage.institution.asked == asked + 2

    def test_an_answer_of_somebody_unlisted_changes_nothing(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        stranger = create_authority("Stranger", "GR", "Stranger", stage.now)
        stage.institution.signer = create_signer(stranger, "X", "GR", "x", stage.now, ADDRESS)
        stage.institution.standing = dialogue(stage.now)
        send(stage, browser, page)
        text = browser.get(page).text
        assert "Under dialogue" not in text
        assert "could not be asked yet" in text

    def test_verdict_stays_while_institutions_talk(self, stage, browser):
        page = doubtful(stage, browser, stage.open_case(browser))
        stage.institution.standing = dialogue(stage.now)
        send(stage, browser, page)
        person, later = page.rpartition("/")[2], stage.now + 31 * 86400
        stage.verifier.purge(later)
        assert stage.verifier.casework.persons.find(person, later) is not None
        stage.institution.standing = Standing(Stage.ENDED, stage.now, "withdrawn")
        stage.post(browser, f"{page}/standing")
        stage.verifier.purge(later)
        assert stage.verifier.casework.persons.find(person, later) is None
        assert stage.database.query("SELECT * FROM enquiries") == []


class TestWatch:
    def test_a_withdrawal_shows_on_verdict_and_case(self, stage, browser):
        case = stage.open_case(browser)
        page = check(stage, browser, case)
        stage.institution.standing = Standing(
            Stage.WATCHED, stage.now, document=DocumentStanding(DocumentState.IN_FORCE)
        )
        assert stage.post(browser, f"{page}/watch").status_code == 303
        ((watch),) = stage.institution.watches.values()
        assert (watch.institution, watch.number) == ("LT:1000", "LT-A1-2026-000017")
        assert "it is in force" in browser.get(page).text
        told = DocumentStanding(DocumentState.WITHDRAWN, stage.now, "2026-11-01", "Wrong data")
        stage.institution.standing = Standing(Stage.WATCHED, stage.now, document=told)
        stage.now += 301
        assert 'data-document="withdrawn"' in browser.get(case).text
        text = browser.get(page).text
        assert "has withdrawn it" in text
        assert "With effect from 1 November 2026" in text
        assert "Check the document again" in text

    def test_erasing_forgets_the_document_unless_it_is_watched(self, stage, browser):
        case = stage.open_case(browser)
        first = check(stage, browser, case)
        second = check(stage, browser, case, number="LT-A1-2026-000018", index=9)
        stage.post(browser, f"{second}/watch")
        for page in (first, second):
            stage.post(browser, f"{page}/erase")
        rows = stage.database.query("SELECT person_id FROM seen_documents")
        assert [row["person_id"] for row in rows] == [second.rpartition("/")[2]]
