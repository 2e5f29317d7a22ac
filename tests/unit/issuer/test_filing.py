"""Applications: prefilled, checked, decided by the machine or passed on, with letters."""

from datetime import UTC, date, datetime, timedelta

import pytest

from esspass.attestations import PDA1_APPLICATION, PDA1_WEBUILD, Ehic, Pda1
from esspass.inspection.logic import plus_months
from issuer.filing.checks import find_obstacles, rules
from issuer.filing.examining import IncompleteError
from issuer.filing.filings import FilingState, SentError, UnknownFilingError
from issuer.filing.form import (
    Form,
    Problem,
    Question,
    read_country,
    read_day,
    read_rules,
    steps,
)
from issuer.mailbox import Recipient
from issuer.matching import Identity
from issuer.records import RecordState
from tests.builders.issuance import NOW

TODAY = datetime.fromtimestamp(NOW, UTC).date()
RULES_MET = {
    "insured_before": "yes", "replaces": "no", "substantial": "yes", "paid_by_employer": "yes",
}  # fmt: skip
NEXT_YEAR = plus_months(TODAY, 12) - timedelta(days=10)  # after the A1 that the register holds


def sign_in(desk, person, now=NOW):
    identity = Identity(person.surnames, person.forenames, person.date_of_birth, person.pin)
    token = desk.applicants.open_session(identity, now)
    return desk.applicants.of_session(token, now)


def fill(desk, filing_id, **answers):
    filing = desk.filings.get(filing_id)
    given = {name: value for name, value in answers.items() if value is not None}
    desk.filings.save(filing, {**filing.answers, **given}, NOW)
    return desk.filings.get(filing_id)


def work_abroad(**changes):
    return {
        "work": "01", "work_country": "RO", "work_fixed": "yes", "work_name": "Șantier Exemplu",
        "work_town": "Cluj-Napoca", "starts": NEXT_YEAR.isoformat(),
        "ends": plus_months(NEXT_YEAR, 6).isoformat(), **RULES_MET, **changes,
    }  # fmt: skip


@pytest.fixture
def desk(portable_office):
    return portable_office.services.filing


@pytest.fixture
def builder(desk, people):
    return sign_in(desk, people["builder"].person)


def draft(desk, applicant, **changes):
    filing_id = desk.start(applicant, Form.A1_SELF, NOW)
    return fill(desk, filing_id, **work_abroad(**changes))


def decided(desk, filing):
    (person,) = desk.filings.persons(filing)
    return person, desk.issuer.records.get(person.record_id)


def test_the_register_fills_in_what_it_knows(desk, builder):
    filing = desk.filings.get(desk.start(builder, Form.A1_SELF, NOW))
    assert filing.answers["employer_name"] == "UAB Pavyzdinė statyba"
    assert filing.answers["residence_town"] == "Kaunas"
    assert filing.answers["nationality"] == "LT"


def test_the_machine_grants_when_every_rule_is_met(desk, builder):
    filing = draft(desk, builder)
    assert [review.obstacles for review in desk.review(filing, NOW)] == [()]
    reference = desk.send(filing, NOW)
    assert reference.startswith("LT-")
    person, record = decided(desk, filing)
    assert person.obstacles == ()
    assert record.state is RecordState.GRANTED
    assert isinstance(record.document, Pda1)
    made = desk.issuer.create_offer(record.id, PDA1_WEBUILD, tx_code=False, now=NOW)
    assert made.uri.startswith("openid-credential-offer:")
    topics = [letter.topic for letter in desk.letters.mailbox.of(Recipient.PERSON, builder.pin)]
    assert sorted(topics) == ["granted", "received"]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"replaces": "yes"}, ["P-14"]),
        ({"substantial": "unknown"}, ["P-15"]),
        ({"paid_by_employer": "no"}, ["P-16"]),
        ({"insured_before": "no"}, ["P-13"]),
        ({"ends": plus_months(NEXT_YEAR, 24).isoformat()}, ["P-04"]),
        ({"starts": plus_months(TODAY, 13).isoformat(), "ends": plus_months(TODAY, 15).isoformat()}, ["P-06"]),
        ({"starts": (TODAY - timedelta(days=40)).isoformat(), "ends": TODAY.isoformat()}, ["P-07", "P-10"]),
        ({"work_country": "BR"}, ["P-11"]),
        ({"work_country": "GB"}, ["P-11"]),
        ({"work": "10", "ends": plus_months(NEXT_YEAR, 60).isoformat()}, ["P-05", "P-12"]),
        ({"employer_number": "900009999", "employer_name": "UAB Kita"}, ["P-18"]),
        ({"employer_country": "PL"}, ["P-20"]),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_met_is_for_a_clerk(desk, builder, changes, names):
    filing = draft(desk, builder, **changes)
    desk.send(filing, NOW)
    person, record = decided(desk, filing)
    assert list(person.obstacles) == names
    assert record.state is RecordState.PENDING
    assert desk.issuer.records.get(record.id).state is not RecordState.REFUSED


def test_24_months_to_the_day_are_no_obstacle(desk, builder):
    last = plus_months(NEXT_YEAR, 24) - timedelta(days=1)
    filing = draft(desk, builder, ends=last.isoformat())
    assert desk.review(filing, NOW)[0].obstacles == ()


def test_a_posting_soon_after_another_is_for_a_clerk(desk, builder):
    """The register holds an A1 for Greece; a month later the same employer asks again."""
    ends = next(
        record.document.ends
        for record in desk.issuer.records.search(builder.pin).records
        if record.kind == "pda1"
    )
    again = {"work_country": "GR", "starts": (ends + timedelta(days=30)).isoformat(),
             "ends": plus_months(ends, 14).isoformat()}  # fmt: skip
    (review,) = desk.review(draft(desk, builder, **again), NOW)
    assert [rule.id for rule in review.obstacles] == ["P-08", "P-09"]
    later = {**again, "starts": plus_months(ends, 3).isoformat()}
    in_spring = NOW + 200 * 86400
    assert desk.review(draft(desk, builder, **later), in_spring)[0].obstacles == ()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"ends": (NEXT_YEAR - timedelta(days=1)).isoformat()}, "P-01"),
        ({"work_country": "LT"}, "P-02"),
    ],
)
def test_what_must_be_corrected_is_not_sent(desk, builder, changes, name):
    filing = draft(desk, builder, **changes)
    assert name in [rule.id for rule in desk.review(filing, NOW)[0].to_correct]
    with pytest.raises(IncompleteError):
        desk.send(filing, NOW)
    assert desk.filings.get(filing.id).sent_at is None
    assert [person.record_id for person in desk.filings.persons(filing)] == [""]
    assert desk.letters.mailbox.of(Recipient.PERSON, builder.pin) == []


def test_a_question_without_answer_is_not_sent(desk, builder):
    filing = draft(desk, builder, work_town="")
    assert [step.id for step in desk.open_steps(filing)] == ["place"]
    with pytest.raises(IncompleteError):
        desk.send(filing, NOW)


def test_sent_once_and_never_changed_after(desk, builder):
    filing = draft(desk, builder)
    desk.send(filing, NOW)
    before = desk.filings.persons(filing)
    with pytest.raises(SentError):
        desk.send(filing, NOW)
    with pytest.raises(SentError):
        desk.filings.save(filing, {}, NOW)
    with pytest.raises(SentError):
        desk.filings.drop(filing)
    with pytest.raises(SentError):
        desk.filings.put_person(filing, before[0].answers)
    assert desk.filings.persons(filing) == before


def test_drafts_are_kept_for_90_days_and_what_was_sent_stays(desk, builder):
    old, sent = draft(desk, builder), draft(desk, builder)
    desk.send(sent, NOW)
    assert desk.filings.purge_drafts(NOW + 90 * 86400) == 0
    assert desk.filings.purge_drafts(NOW + 90 * 86400 + 1) == 1
    with pytest.raises(UnknownFilingError):
        desk.filings.get(old.id)
    assert desk.filings.get(sent.id).sent_at == NOW


def test_nobody_sees_the_application_of_another(desk, builder, people):
    filing = draft(desk, builder)
    other = sign_in(desk, people["driver"].person)
    with pytest.raises(UnknownFilingError):
        desk.filings.get(filing.id, other.id)
    assert desk.filings.of_applicant(other.id) == []


def test_a_stranger_may_apply_and_a_clerk_decides(desk, people):
    from dataclasses import replace

    stranger = replace(people["builder"].person, pin="39001010000", surnames="Naujokas")
    applicant = sign_in(desk, stranger)
    filing_id = desk.start(applicant, Form.A1_SELF, NOW)
    filing = fill(
        desk, filing_id, **work_abroad(), employer_name="UAB Kita", employer_number="900009999",
        employer_town="Kaunas", employer_country="LT", residence_town="Kaunas",
        residence_country="LT", nationality="LT", birth_town="Kaunas", birth_country="LT",
    )  # fmt: skip
    desk.send(filing, NOW)
    person, record = decided(desk, filing)
    assert list(person.obstacles) == ["P-13", "P-17", "P-18"]
    assert record.state is RecordState.PENDING
    assert record.person.surnames == "Naujokas"


def test_a_declared_name_changes_nothing_in_the_register(desk, people):
    from dataclasses import replace

    known = people["builder"].person
    impostor = sign_in(desk, replace(known, surnames="Kitas"))
    filing_id = desk.start(impostor, Form.A1_SELF, NOW)
    assert "employer_name" not in desk.filings.get(filing_id).answers
    filing = fill(
        desk, filing_id, **work_abroad(), employer_name="UAB Kita", employer_number="900009999",
        employer_town="Kaunas", employer_country="LT", residence_town="Kitur",
        residence_country="LT", nationality="LT", birth_town="Kitur", birth_country="LT",
    )  # fmt: skip
    desk.send(filing, NOW)
    person, record = decided(desk, filing)
    assert "P-17" in person.obstacles
    assert record.person == desk.issuer.records.find_person(known.pin)[1]
    assert record.person.surnames == known.surnames


def test_a_proof_of_application_goes_with_what_waits(make_office, people):
    office = make_office(attestation_types=(PDA1_WEBUILD, PDA1_APPLICATION))
    desk = office.services.filing
    filing = draft(desk, sign_in(desk, people["builder"].person), replaces="yes")
    desk.send(filing, NOW)
    _person, record = decided(desk, filing)
    proof = desk.issuer.applications.of_decision(record.id)
    assert proof.state is RecordState.GRANTED
    assert proof.kind == "application"


def test_what_cannot_be_issued_is_not_granted_by_a_machine(make_office, people):
    """Without the institution's address no type of ours can express the A1."""
    office = make_office(institution_town=None, attestation_types=(PDA1_WEBUILD,))
    desk = office.services.filing
    filing = draft(desk, sign_in(desk, people["builder"].person))
    desk.send(filing, NOW)
    person, record = decided(desk, filing)
    assert person.obstacles == ()
    assert record.state is RecordState.PENDING


def test_letters_follow_a_clerks_decision_once(desk, builder):
    filing = draft(desk, builder, replaces="yes")
    desk.send(filing, NOW)
    _person, record = decided(desk, filing)
    desk.issuer.refuse(record.id, NOW + 60, "clerk")
    assert desk.letters.write_due(NOW + 60) == 1
    assert desk.letters.write_due(NOW + 61) == 0
    letters = desk.letters.mailbox.of(Recipient.PERSON, builder.pin)
    assert [letter.topic for letter in letters] == ["refused", "received"]
    assert "refused" in letters[0].text("en")
    assert letters[0].text("el") != letters[0].text("en")


# Health insurance cards


def card(desk, applicant, **answers):
    filing_id = desk.start(applicant, Form.EHIC_SELF, NOW)
    return fill(desk, filing_id, **{"card_for": "me", "card_reason": "ends", **answers})


def test_a_card_near_its_end_is_granted(desk, people):
    from dataclasses import replace

    pensioner = people["pensioner"].person
    (record,) = desk.issuer.records.search(pensioner.pin).records
    ending = replace(record.document, document_number="80440010000000000077")
    desk.issuer.withdraw(record.id, "replaced", TODAY, NOW)
    desk.issuer.records.add(
        record.person, replace(ending, expires_on=TODAY + timedelta(days=20)), NOW
    )
    filing = card(desk, sign_in(desk, pensioner))
    desk.send(filing, NOW)
    person, made = decided(desk, filing)
    assert person.obstacles == ()
    assert isinstance(made.document, Ehic)
    assert made.state is RecordState.GRANTED
    assert made.number.startswith("8044001000")
    assert len(made.number) == 20


def end_the_cards(desk, pin):
    for record in desk.issuer.records.search(pin).records:
        if record.kind == "ehic":
            desk.issuer.records.withdraw(record.id, "wallet_lost", TODAY, NOW)


def cards_of(desk, pin):
    found = desk.issuer.records.search(pin).records
    return [each for each in found if each.kind == "ehic" and each.state is RecordState.GRANTED]


def test_a_card_follows_an_a1_with_a_letter_and_an_offer(desk, builder):
    """Insured, and without a card for the first day: it is not asked for again."""
    end_the_cards(desk, builder.pin)
    desk.send(draft(desk, builder), NOW)
    (card,) = cards_of(desk, builder.pin)
    letters = desk.letters.mailbox.of(Recipient.PERSON, builder.pin)
    letter = next(letter for letter in letters if letter.topic == "card")
    assert letter.record_id == card.id
    assert card.number in letter.text("el")
    vct = desk.issuer.types_of(card)[0]
    assert desk.issuer.create_offer(card.id, vct, tx_code=False, now=NOW).uri
    desk.send(draft(desk, builder, starts=(NEXT_YEAR - timedelta(1)).isoformat()), NOW + 60)
    assert len(cards_of(desk, builder.pin)) == 1


def test_no_card_follows_for_who_has_one_or_is_not_insured_here(desk, builder, people):
    desk.send(draft(desk, builder, ends=NEXT_YEAR.isoformat()), NOW)
    assert len(cards_of(desk, builder.pin)) == 1
    (card,) = cards_of(desk, builder.pin)
    desk.issuer.withdraw(card.id, "conditions_not_met", TODAY, NOW)
    filing = draft(desk, builder, starts=(NEXT_YEAR + timedelta(1)).isoformat())
    desk.send(filing, NOW)
    _person, record = decided(desk, filing)
    if record.state is RecordState.PENDING:
        desk.issuer.approve(record.id, NOW, "clerk")
    desk.letters.write_due(NOW)
    assert cards_of(desk, builder.pin) == []


@pytest.mark.parametrize(
    ("key", "answers", "names"),
    [
        ("pensioner", {}, ["C-03"]),
        ("pensioner", {"card_reason": "lost"}, ["C-03", "C-04"]),
        ("driver", {"card_reason": "first"}, ["C-01"]),
        ("parent", {"card_for": "child", "child_surnames": "Dovydaitis", "child_forenames": "Matas",
                    "child_born": "2018-06-12", "child_number": "51806120157"}, ["C-01", "C-02"]),
    ],
)  # fmt: skip
def test_a_card_that_a_clerk_decides(desk, people, key, answers, names):
    filing = card(desk, sign_in(desk, people[key].person), **answers)
    desk.send(filing, NOW)
    person, record = decided(desk, filing)
    assert list(person.obstacles) == names
    assert record.state is RecordState.PENDING


# Employers


def employers_draft(desk, applicant, persons):
    from issuer.filing.documents import describe_person

    filing_id = desk.start(applicant, Form.A1_EMPLOYER, NOW)
    filing = fill(
        desk, filing_id, **work_abroad(), employer_name="UAB Pavyzdinė statyba",
        employer_number="900004516", employer_town="Kaunas", employer_country="LT",
    )  # fmt: skip
    for person in persons:
        desk.filings.put_person(filing, describe_person(person))
    return filing


def test_an_employers_mandate_is_seen_once(desk, people):
    boss = sign_in(desk, people["driver"].person)
    workers = [people[key].person for key in ("builder", "pensioner")]
    filing = employers_draft(desk, boss, workers)
    desk.send(filing, NOW)
    persons = desk.filings.persons(filing)
    assert [person.obstacles for person in persons] == [("P-19",), ("P-19",)]
    assert desk.letters.mailbox.of(Recipient.EMPLOYER, "900004516") == []
    assert desk.confirm_representative(filing, NOW + 60, "Aldona") == 2
    states = [person.state for person in desk.filings.persons(filing)]
    assert states == [FilingState.GRANTED, FilingState.GRANTED]
    letters = desk.letters.mailbox.of(Recipient.EMPLOYER, "900004516")
    assert [letter.topic for letter in letters] == ["granted", "granted"]
    assert desk.confirm_representative(filing, NOW + 61, "Aldona") == 0
    again = desk.filings.get(desk.start(boss, Form.A1_EMPLOYER, NOW + 62))
    assert again.answers["employer_name"] == "UAB Pavyzdinė statyba"


def test_one_worker_twice_is_one_worker(desk, people):
    boss, worker = sign_in(desk, people["driver"].person), people["builder"].person
    filing = employers_draft(desk, boss, [worker, worker])
    assert len(desk.filings.persons(filing)) == 1


def test_the_staff_finds_applications(desk, builder, people):
    filing = draft(desk, builder, replaces="yes")
    assert desk.filings.search().total == 0  # a draft is nobody else's business
    desk.send(filing, NOW)
    desk.send(draft(desk, builder, work_country="GR", starts=plus_months(NEXT_YEAR, 8).isoformat(),
                    ends=plus_months(NEXT_YEAR, 9).isoformat()), NOW)  # fmt: skip
    assert desk.filings.search().total == 2
    assert desk.filings.search("zemaitis").total == 2
    assert desk.filings.search(builder.pin).total == 2
    assert desk.filings.search("nobody").total == 0
    waiting = desk.filings.search(state=FilingState.WAITING)
    assert filing.id in [row.filing.id for row in waiting.rows]
    assert desk.filings.count_waiting() == waiting.total
    assert desk.filings.search(size=1).last == 2


# The form and its rules


def test_a_session_ends_and_belongs_to_one(desk, builder):
    from issuer.filing.applicants import SESSION_SECONDS

    person = builder.person
    token = desk.applicants.open_session(
        Identity(person.surnames, person.forenames, person.date_of_birth, person.pin), NOW
    )
    assert desk.applicants.of_session(token, NOW + SESSION_SECONDS - 1).id == builder.id
    assert desk.applicants.of_session(token, NOW + SESSION_SECONDS) is None
    assert desk.applicants.of_session("guess", NOW) is None
    desk.applicants.close_session(token)
    assert desk.applicants.of_session(token, NOW) is None


def test_every_text_is_there_in_four_languages():
    def gaps(value, path=""):
        if isinstance(value, dict):
            if "en" in value and isinstance(value["en"], str):
                if set(value) != {"en", "lt", "el", "ro"} or not all(value.values()):
                    yield path
                return
            for name, item in value.items():
                yield from gaps(item, f"{path}/{name}")
        elif isinstance(value, list):
            for place, item in enumerate(value):
                yield from gaps(item, f"{path}/{place}")

    for name in ("application.json", "pre_issue.json", "letters.json"):
        assert list(gaps(read_rules(name), name)) == []


def test_rules_have_sources_and_known_levels():
    assert len(rules()) == len(read_rules("pre_issue.json")["rules"])
    for rule in rules().values():
        assert rule.source
        assert rule.level in ("correct", "pass_on")


def test_nothing_known_is_never_granted():
    """Facts that are missing are obstacles, not passes."""
    assert {"P-01", "P-04", "P-13", "P-17"} <= {
        rule.id for rule in find_obstacles("a1", {"work": {"code": "01"}})
    }
    assert {"C-01", "P-17"} <= {rule.id for rule in find_obstacles("ehic", {})}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-05", date(2027, 3, 5)), ("5.3.2027", date(2027, 3, 5)),
        ("05/03/2027", date(2027, 3, 5)), ("05. 03. 2027", date(2027, 3, 5)),
        ("31.02.2027", None), ("soon", None), ("1.1.1", None), ("1699-01-01", None),
        ("٣.٣.2027", None),
    ],
)  # fmt: skip
def test_days_as_people_write_them(text, day):
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [("lt", "LT"), ("EL", "GR"), ("UK", "GB"), ("Lietuva", "LT"), ("Ελλάδα", "GR"),
     ("romania", "RO"), ("EU", ""), ("nowhere", ""), ("", "")],
)  # fmt: skip
def test_countries_by_code_or_name(text, code):
    assert read_country(text) == code


def test_answers_have_limits():
    question = Question("x", "text", {"max": 5, "label": {"en": "x"}})
    share = Question("x", "share", {})
    assert [share.parse(text)[0] for text in ("25", " 7 % ", "0")] == ["25", "7", "0"]
    assert {share.parse(text)[1] for text in ("101", "-1", "2.5", "٣", "a")} == {Problem.NO_SHARE}
    assert question.parse("  a \n b ") == ("a b", None)
    assert question.parse("123456")[1] is Problem.TOO_LONG
    assert question.parse(" \u202e ")[1] is Problem.MISSING
    choice = Question("x", "choice", {"choices": {"yes": {"label": {"en": "Yes"}}}})
    assert choice.parse("maybe")[1] is Problem.NO_CHOICE


def test_pages_follow_the_answers():
    posted = [step.id for step in steps(Form.A1_SELF, {"work": "01", "work_fixed": "yes"})]
    assert posted == [
        "work",
        "employer",
        "country",
        "place",
        "period",
        "states",
        "conditions",
        "home",
        "birth",
    ]
    several = [step.id for step in steps(Form.A1_SELF, {"work": "02", "work_fixed": "no"})]
    assert "place" not in several
    assert "conditions" not in several
    assert several.index("share") + 1 == several.index("states")
    assert "states" not in [step.id for step in steps(Form.A1_SELF, {"work": "10"})]
