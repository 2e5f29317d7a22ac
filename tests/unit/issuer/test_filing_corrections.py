"""Clerks put declared data right, ask applicants for more, and read what these send."""

import io
import re
from datetime import timedelta

import pytest

from esspass.attestations import PDA1_APPLICATION, PDA1_WEBUILD
from esspass.errors import MalformedError
from issuer.filing.corrections import DecidedError, Reason, SplitError, UnchangedError
from issuer.filing.enquiries import AnsweredError, parse_attachment
from issuer.filing.filings import FilingState, SentError
from issuer.mailbox import Recipient
from issuer.records import RecordState
from tests.builders.issuance import ISSUER, NOW
from tests.unit.issuer.test_apply_pages import ROWS, Citizen, employers_draft, upload
from tests.unit.issuer.test_back_office import Clerk
from tests.unit.issuer.test_filing import (
    NEXT_YEAR,
    TODAY,
    draft,
    sign_in,
    work_abroad,
)
from tests.unit.issuer.test_filing import employers_draft as make_employers_draft
from tests.unit.issuer.test_filing_states import SHORT, a_state, with_states

WHY = Reason("The contract says so.", "Aldona")
PDF = b"%PDF-1.7 mandate"


@pytest.fixture
def desk(portable_office):
    return portable_office.services.filing


@pytest.fixture
def builder(desk, people):
    return sign_in(desk, people["builder"].person)


def sent(desk, applicant, **changes):
    filing = draft(desk, applicant, **changes)
    desk.send(filing, NOW)
    return desk.filings.get(filing.id)


def correct(desk, filing, **changes):
    return desk.corrector.correct(filing, None, {**filing.answers, **changes}, WHY, NOW + 60)


def test_what_is_put_right_is_checked_again_and_granted(desk, builder):
    filing = sent(desk, builder, replaces="unknown")
    (waiting,) = desk.filings.persons(filing)
    number = waiting.document_number
    town = {"replaces": "no", "work_town": "Turda"}
    assert correct(desk, filing, **town) == 1
    (person,) = desk.filings.persons(filing)
    record = desk.issuer.records.get(person.record_id)
    assert (person.state, person.obstacles) == (FilingState.GRANTED, ())
    assert record.number == number
    assert record.document.states_of_activity[0].places[0].address.town == "Turda"
    (correction,) = desk.corrector.corrections.of(filing)
    assert correction.before == {"replaces": "unknown", "work_town": "Cluj-Napoca"}
    assert correction.after == town
    assert (correction.reason, correction.actor) == (WHY.text, WHY.actor)
    topics = [letter.topic for letter in desk.letters.mailbox.of(Recipient.PERSON, builder.pin)]
    assert sorted(topics) == ["corrected", "granted", "received"]


def test_what_is_decided_or_the_same_is_not_touched(desk, builder):
    granted = sent(desk, builder)
    with pytest.raises(DecidedError):
        correct(desk, granted, work_town="Turda")
    waiting = sent(desk, builder, starts=(NEXT_YEAR - timedelta(1)).isoformat(), replaces="yes")
    with pytest.raises(UnchangedError):
        correct(desk, waiting)
    assert desk.corrector.corrections.of(waiting) == []


def test_of_two_clerks_at_once_one_is_told_to_look_again(desk, builder):
    filing = sent(desk, builder, replaces="yes")
    correct(desk, filing, work_town="Turda")
    with pytest.raises(SentError):
        correct(desk, filing, work_town="Dej")
    assert len(desk.corrector.corrections.of(filing)) == 1
    assert desk.filings.get(filing.id).answers["work_town"] == "Turda"


def test_the_documents_asked_for_stay_the_same_ones(desk, builder):
    later = (NEXT_YEAR + timedelta(6)).isoformat()
    filing = with_states(
        desk, draft(desk, builder, ends=SHORT, replaces="yes"), a_state("PL", "", later, later)
    )
    desk.send(filing, NOW)
    filing = desk.filings.get(filing.id)
    with pytest.raises(SplitError):
        correct(desk, filing, work="02", share="50", share_here="50", other_work="no")


def test_a_workers_number_is_put_right(desk, people):
    """The decision moves to the person that the number is of; nobody else's is touched."""
    from issuer.filing.documents import describe_person

    boss = sign_in(desk, people["driver"].person)
    builder, pensioner = (people[key].person for key in ("builder", "pensioner"))
    filing = make_employers_draft(desk, boss, [pensioner])
    desk.filings.put_person(filing, {**describe_person(builder), "number": "38405170000"})
    desk.send(filing, NOW)
    filing = desk.filings.get(filing.id)
    wrong = next(p for p in desk.filings.persons(filing) if p.number == "38405170000")
    assert "P-17" in wrong.obstacles
    taken = {**wrong.answers, "number": pensioner.pin}
    with pytest.raises(SentError):
        desk.corrector.correct(filing, wrong, taken, WHY, NOW + 50)
    right = {**wrong.answers, "number": builder.pin}
    assert desk.corrector.correct(filing, wrong, right, WHY, NOW + 60) == 0
    found = next(p for p in desk.filings.persons(filing) if p.number == builder.pin)
    assert found.obstacles == ("P-19",)
    record = desk.issuer.records.get(found.record_id)
    assert record.person.surnames == builder.surnames
    assert record.person_id == desk.issuer.records.find_person(builder.pin)[0]


def test_the_proof_of_the_application_follows(make_office, people):
    office = make_office(attestation_types=(PDA1_WEBUILD, PDA1_APPLICATION))
    desk = office.services.filing
    filing = sent(desk, sign_in(desk, people["builder"].person), replaces="yes")
    (person,) = desk.filings.persons(filing)
    before = desk.issuer.applications.of_decision(person.record_id)
    correct(desk, filing, work_country="PL")
    proofs = desk.issuer.records.of_decision(person.record_id)
    assert {proof.state for proof in proofs} == {RecordState.GRANTED, RecordState.WITHDRAWN}
    now = next(proof for proof in proofs if proof.state is RecordState.GRANTED)
    assert now.number == f"{before.number}-2"
    assert now.document.states_of_work == ("PL",)


def test_a_question_is_answered_once(desk, builder):
    filing = sent(desk, builder, replaces="yes")
    desk.ask(filing, "Whom do you replace?", TODAY + timedelta(14), "Aldona", NOW)
    (asked,) = desk.enquiries.of(filing)
    assert asked.is_overdue(TODAY + timedelta(15))
    assert not asked.is_overdue(TODAY + timedelta(14))
    letters = desk.letters.mailbox.of(Recipient.PERSON, builder.pin)
    (letter,) = [each for each in letters if each.topic == "enquiry"]
    assert "Whom do you replace?" in letter.text("en")
    other = sent(desk, builder, starts=(NEXT_YEAR - timedelta(1)).isoformat(), replaces="yes")
    with pytest.raises(AnsweredError):
        desk.enquiries.answer(asked.id, other, "Somebody", (), NOW)
    file = parse_attachment("Įsakymas 1.pdf", PDF)
    desk.enquiries.answer(asked.id, filing, "Nobody", [file], NOW + 60)
    with pytest.raises(AnsweredError):
        desk.enquiries.answer(asked.id, filing, "Somebody", (), NOW + 61)
    (answered,) = desk.enquiries.of(filing)
    assert answered.answer == "Nobody"
    assert answered.attachments == ((file.id, "sakymas-1.pdf"),)
    assert desk.enquiries.attachment(filing, file.id).content == PDF
    assert desk.enquiries.attachment(other, file.id) is None
    assert desk.enquiries.unread() == [filing.id]
    desk.enquiries.mark_read(filing, NOW + 62)
    assert desk.enquiries.unread() == []


def test_nothing_is_asked_about_what_is_decided(desk, builder):
    filing = sent(desk, builder)
    with pytest.raises(DecidedError):
        desk.ask(filing, "Why?", TODAY + timedelta(14), "Aldona", NOW)
    waiting = sent(desk, builder, starts=(NEXT_YEAR - timedelta(1)).isoformat(), replaces="yes")
    with pytest.raises(MalformedError):
        desk.ask(waiting, "x" * 2001, TODAY, "Aldona", NOW)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "attachment_size"),
        ("a.pdf", PDF + bytes(4 * 1024 * 1024), "attachment_size"),
        ("a.pdf", b"MZ\x90", "attachment_type"),
        ("a.svg", b"<svg onload=alert(1)>", "attachment_type"),
    ],
)
def test_files_that_are_not_taken(name, content, code):
    with pytest.raises(MalformedError) as caught:
        parse_attachment(name, content)
    assert caught.value.code == code


def test_names_of_files_do_no_harm():
    assert parse_attachment('../"a\r\nb".exe', PDF).name == "a--b.pdf"
    assert parse_attachment("ΑΒ.jpg", b"\xff\xd8\xff").name == "file.jpg"


# The pages


@pytest.fixture
def citizen(office, people):
    return Citizen(office, people["builder"].person)


def apply(citizen, **changes):
    filing_id = citizen.begin("a1-self")
    citizen.walk(**work_abroad(**changes))
    citizen.post(f"/apply/{filing_id}/send")
    return filing_id


def values_of(page):
    """What a form holds, as a browser would send it back."""
    text = page.text[page.text.index('class="apply-step"') :]
    found = dict(re.findall(r'name="([a-z_]+)" type="(?:text|date)"[^>]*value="([^"]*)"', text))
    found |= dict(re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)" checked', text))
    selects = re.findall(r'<select[^>]*name="([a-z_]+)"(.*?)</select>', text, re.DOTALL)
    found |= {n: re.findall(r'value="([A-Z]*)" selected', body)[0] for n, body in selects}
    return {name: value for name, value in found.items() if name != "csrf_token"}


def test_a_clerk_puts_right_and_the_applicant_sees_it(office, citizen):
    filing_id = apply(citizen, replaces="yes")
    clerk = Clerk(office)
    path = f"/applications/{filing_id}/correct"
    assert path in clerk.get(f"/applications/{filing_id}").text
    page = clerk.get(path)
    given = values_of(page)
    assert (given["work_town"], given["replaces"]) == ("Cluj-Napoca", "yes")
    refused = clerk.post(path, page, **{**given, "work_town": "", "starts": "soon"})
    assert refused.status_code == 400
    for words in ("Please fill this in: Town", "Enter a day", "Say in a sentence why"):
        assert words in refused.text
    same = clerk.post(path, page, **given, reason="Nothing")
    assert same.status_code == 409
    assert "Nothing is different" in same.text
    done = clerk.post(path, page, **{**given, "replaces": "no"}, reason="Asked by telephone.")
    assert done.status_code == 303
    shown = clerk.get(f"/applications/{filing_id}").text
    assert "Asked by telephone." in shown
    assert path not in shown  # decided now
    own = citizen.get(f"/apply/{filing_id}").text
    assert "<del>Yes</del> <ins>No</ins>" in own
    assert "Put right by the institution" in own
    assert "We put something right" in citizen.get("/letters").text


def test_a_clerk_asks_and_the_applicant_answers_with_a_file(office, citizen, people):
    filing_id = apply(citizen, replaces="yes")
    clerk = Clerk(office)
    path = f"/applications/{filing_id}/ask"
    page = clerk.get(path)
    refused = clerk.post(path, page, question="", due="2020-01-01")
    assert refused.status_code == 400
    assert "Choose a day from tomorrow on" in refused.text
    due = (TODAY + timedelta(5)).isoformat()
    assert clerk.post(path, page, question="Whom <b>exactly</b>?", due=due).status_code == 303
    asked = citizen.get(f"/apply/{filing_id}").text
    assert "Whom &lt;b&gt;exactly&lt;/b&gt;?" in asked
    answer = re.search(r'action="([^"]+/enquiries/[^"]+)"', asked)[1]
    assert "Write an answer, or send a file" in citizen.post(answer, answer=" ").text
    wrong = (io.BytesIO(b"<html>"), "mandate.pdf")
    page = citizen.post(answer, answer="Nobody", files=wrong)
    assert page.status_code == 400
    assert "Only PDF files" in page.text
    assert "Nobody</textarea>" in page.text
    page = citizen.post(answer, answer="Nobody", files=(io.BytesIO(PDF), "order.pdf"))
    assert page.status_code == 200
    assert "order.pdf" in page.text
    assert "1 applicant has answered" in clerk.get("/applications").text
    shown = clerk.get(f"/applications/{filing_id}").text
    file = re.search(r'href="(/applications/[^"]+/attachments/[^"]+)"', shown)[1]
    got = clerk.get(file)
    assert got.data == PDF
    assert got.headers["Content-Disposition"] == 'attachment; filename="order.pdf"'
    assert "applicant has answered" not in clerk.get("/applications").text
    other = Citizen(office, people["driver"].person)
    own = f"/apply/{filing_id}/attachments/{file.rpartition('/')[2]}"
    assert citizen.get(own).data == PDF
    assert other.get(own).status_code == 400


def test_the_mandate_is_asked_for_shown_seen_and_ended(office, people):
    boss = Citizen(office, people["driver"].person)
    filing_id = employers_draft(boss)
    builder = people["builder"].person
    row = f"{builder.surnames};{builder.forenames};1984-05-17;{builder.pin};LT;Kaunas;LT\n"
    upload(boss, filing_id, ROWS + row)
    boss.get(f"/apply/{filing_id}/check")
    page = boss.post(f"/apply/{filing_id}/send").text
    assert "Show us that you may act for the employer" in page
    answer = re.search(r'action="([^"]+/enquiries/[^"]+)"', page)[1]
    assert "Choose the file" in boss.post(answer, answer="I may").text
    boss.post(answer, files=(io.BytesIO(PDF), "mandate.pdf"))
    clerk = Clerk(office)
    assert "Nobody yet" in clerk.get("/mandates").text
    page = clerk.get(f"/applications/{filing_id}")
    assert "mandate.pdf" in page.text
    worker = re.search(r'href="([^"]+/correct/workers/[^"]+)"', page.text)[1]
    assert builder.surnames in clerk.get(worker).text
    clerk.post(f"/applications/{filing_id}/mandate", page)
    listed = clerk.get("/mandates")
    assert "UAB Pavyzdinė statyba" in listed.text
    applicants = office.services.filing.applicants
    assert applicants.represents(people["driver"].person.pin, "900004516")
    (mandate,) = applicants.mandates()
    clerk.post("/mandates/end", listed, pin=mandate.pin, employer=mandate.employer_id)
    assert not applicants.represents(people["driver"].person.pin, "900004516")


def test_one_state_of_several_is_put_right(office, citizen):
    filing_id = citizen.begin("a1-self")
    answers = work_abroad(ends=SHORT, replaces="yes")
    while not citizen.path.endswith("/states"):
        citizen.answer(**answers)
    later = (NEXT_YEAR + timedelta(6)).isoformat()
    citizen.post(f"/apply/{filing_id}/states/add", work_country="PL", work_fixed="no",
                 starts=later, ends=later)  # fmt: skip
    citizen.walk(**answers)
    citizen.post(f"/apply/{filing_id}/send")
    clerk = Clerk(office)
    page = clerk.get(f"/applications/{filing_id}").text
    path = re.search(r'href="([^"]+/correct/states/[^"]+)"', page)[1]
    form = clerk.get(path)
    given = {**values_of(form), "work_country": "DE"}
    assert clerk.post(path, form, **given, reason="A slip.").status_code == 303
    assert "Germany" in clerk.get(f"/applications/{filing_id}").text
    assert clerk.get(path + "x").status_code == 404
    assert clerk.client.get(f"/applications/{filing_id}/correct/workers/x", base_url=ISSUER).status_code == 404  # fmt: skip
