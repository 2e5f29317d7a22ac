"""Work in several States: a certificate for each posting, or one that names them all."""

from datetime import timedelta

import pytest

from esspass.inspection.logic import plus_months
from issuer.filing.activities import (
    add_other,
    describe_states,
    parse_state,
    read_others,
    read_states,
    remove_other,
)
from issuer.filing.examining import IncompleteError
from issuer.filing.form import Form, Problem
from issuer.mailbox import Recipient
from issuer.records import RecordState
from tests.builders.issuance import NOW
from tests.unit.issuer.test_filing import NEXT_YEAR, draft, employers_draft, fill, sign_in

REGULAR = {"work": "02", "share_here": "40", "share": "35", "other_work": "no"}

SHORT = (NEXT_YEAR + timedelta(4)).isoformat()


def a_state(country, share="", starts="", ends="", **changes):
    return {"work_country": country, "work_fixed": "no", "work_name": "", "work_town": "",
            "starts": starts, "ends": ends, "share": share, **changes}  # fmt: skip


@pytest.fixture
def desk(portable_office):
    return portable_office.services.filing


@pytest.fixture
def builder(desk, people):
    return sign_in(desk, people["builder"].person)


def with_states(desk, filing, *states):
    answers = {"states": "[]", **filing.answers}
    for state in states:
        answers = add_other(answers, state)
    return fill(desk, filing.id, states=answers["states"])


def test_a_posting_to_each_state_is_a_certificate_of_its_own(desk, builder):
    """Reg. 883/2004 Art. 12: one after the other, each with its own period and places."""
    later = NEXT_YEAR + timedelta(6)  # within a year from now
    filing = with_states(
        desk, draft(desk, builder, ends=SHORT),
        a_state("PL", starts=later.isoformat(), ends=plus_months(later, 2).isoformat(),
                work_fixed="yes", work_name="Baza", work_town="Suwałki"),
    )  # fmt: skip
    assert [review.obstacles for review in desk.review(filing, NOW)] == [()]
    desk.send(filing, NOW)
    persons = desk.filings.persons(filing)
    documents = [desk.issuer.records.get(person.record_id).document for person in persons]
    assert sorted(each.states_of_activity[0].country for each in documents) == ["PL", "RO"]
    poland = next(each for each in documents if each.states_of_activity[0].country == "PL")
    assert (poland.starts, poland.ends) == (later, plus_months(later, 2))
    assert poland.states_of_activity[0].places[0].name == "Baza"
    assert {person.state for person in persons} == {RecordState.GRANTED}
    letters = desk.letters.mailbox.of(Recipient.PERSON, builder.pin)
    assert [letter.topic for letter in letters].count("granted") == 2


def test_only_the_posting_that_breaks_a_rule_waits(desk, builder):
    later = NEXT_YEAR + timedelta(6)  # within a year from now
    filing = with_states(
        desk, draft(desk, builder, ends=SHORT),
        a_state("BR", starts=later.isoformat(), ends=plus_months(later, 2).isoformat()),
    )  # fmt: skip
    assert [rule.id for rule in desk.review(filing, NOW)[0].obstacles] == ["P-11"]
    desk.send(filing, NOW)
    assert {(person.state, person.obstacles) for person in desk.filings.persons(filing)} == {
        (RecordState.GRANTED, ()), (RecordState.PENDING, ("P-11",)),
    }  # fmt: skip


def test_two_postings_at_the_same_time_are_for_a_clerk(desk, builder):
    filing = draft(desk, builder, ends=SHORT)
    starts = filing.answers["ends"]  # the same day is enough
    filing = with_states(
        desk, filing, a_state("PL", starts=starts, ends=plus_months(NEXT_YEAR, 9).isoformat())
    )
    assert [rule.id for rule in desk.review(filing, NOW)[0].obstacles] == ["P-29"]


def test_regular_work_in_several_states_is_one_certificate(desk, builder):
    """Art. 13(1)(a): a quarter or more where one lives; provisional for two months."""
    filing = with_states(
        desk, draft(desk, builder, **REGULAR), a_state("PL", "10"), a_state("DE", "10"),
        a_state("PL", "5", work_fixed="yes", work_name="Baza", work_town="Suwałki"),
    )  # fmt: skip
    assert [rule.id for rule in desk.review(filing, NOW)[0].obstacles] == []
    desk.send(filing, NOW)
    (person,) = desk.filings.persons(filing)
    record = desk.issuer.records.get(person.record_id)
    countries = [state.country for state in record.document.states_of_activity]
    assert countries == ["LT", "RO", "PL", "DE"]
    assert record.document.status_confirmation == "02"
    assert record.document.is_provisional
    assert record.state is RecordState.GRANTED


@pytest.mark.parametrize(
    ("changes", "state", "names"),
    [
        ({}, a_state("PL", "25"), []),
        ({"share_here": "24", "share": "51"}, a_state("PL", "25"), []),  # the seat is here
        ({"share_here": "24", "share": "51", "employer_country": "PL"}, a_state("PL", "25"), ["P-25"]),
        ({"employer_country": "PL"}, a_state("PL", "25"), []),  # residence and a quarter decide
        ({"work": "04", "share_here": "25", "share": "50"}, a_state("PL", "25"), []),
        ({"work": "04", "share_here": "24", "share": "51"}, a_state("PL", "25"), ["P-26"]),
        ({"share": "56"}, a_state("PL", "4"), ["P-27"]),
        ({"other_work": "yes"}, a_state("PL", "25"), ["P-28"]),
        ({"residence_country": "PL"}, a_state("PL", "25"), ["P-24"]),
        ({}, a_state("BR", "25"), ["P-11"]),
    ],
)  # fmt: skip
def test_what_decides_on_regular_work(desk, builder, changes, state, names):
    filing = with_states(desk, draft(desk, builder, **{**REGULAR, **changes}), state)
    assert [rule.id for rule in desk.review(filing, NOW)[0].obstacles] == names


@pytest.mark.parametrize(
    ("changes", "states", "names"),
    [
        ({"share_here": "0", "share": "100"}, [], ["P-22"]),
        ({}, [], ["P-23"]),
        ({}, [a_state("PL", "26")], ["P-23"]),
    ],
)
def test_shares_that_cannot_be_are_not_sent(desk, builder, changes, states, names):
    filing = with_states(desk, draft(desk, builder, **{**REGULAR, **changes}), *states)
    assert names[0] in [rule.id for rule in desk.review(filing, NOW)[0].to_correct]
    with pytest.raises(IncompleteError):
        desk.send(filing, NOW)
    assert desk.issuer.records.search(builder.pin).total == 2  # what the register held before


def test_an_employers_workers_go_to_every_state(desk, people):
    boss = sign_in(desk, people["driver"].person)
    workers = [people[key].person for key in ("builder", "pensioner")]
    filing = fill(desk, employers_draft(desk, boss, workers).id, ends=SHORT)
    later = NEXT_YEAR + timedelta(6)  # within a year from now
    filing = with_states(
        desk, filing, a_state("PL", starts=later.isoformat(), ends=(later + timedelta(9)).isoformat())
    )  # fmt: skip
    desk.send(filing, NOW)
    assert len(desk.filings.persons(filing)) == 4
    assert desk.confirm_representative(filing, NOW + 60, "Aldona") == 4
    found = desk.filings.search()
    assert found.total == 4


def test_states_come_and_go():
    answers = add_other(add_other({"work": "02"}, a_state("PL", "10")), a_state("DE", "20"))
    first, second = read_others(answers)
    assert [each["work_country"] for each in read_others(remove_other(answers, first["id"]))] == [
        "DE"
    ]
    assert remove_other(answers, "x")["states"] == answers["states"]
    assert read_others({**answers, "work": "10"}) == []
    whole = {**answers, "starts": "2027-01-01", "ends": "2027-12-31"}
    assert {each["starts"] for each in read_states(whole)} == {"2027-01-01"}
    assert second["share"] == "20"


def test_a_state_needs_its_place_when_it_is_fixed_and_its_days_when_posted():
    answers, wrong = parse_state({"work_country": "PL", "work_fixed": "yes"}, "02")
    assert {question.id for question, _ in wrong} == {"work_name", "work_town", "share"}
    _answers, wrong = parse_state({"work_country": "PL", "work_fixed": "no"}, "01")
    assert {question.id: problem for question, problem in wrong} == {
        "starts": Problem.MISSING, "ends": Problem.MISSING,
    }  # fmt: skip
    assert answers["work_country"] == "PL"


def test_unknown_shares_are_no_shares():
    facts = describe_states({"work": "02", "work_country": "PL", "share_here": "30"}, "LT")
    assert facts["share_total"] is None
    assert facts["share_least"] is None
    assert Form.A1_SELF.kind == "a1"
