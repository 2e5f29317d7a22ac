"""Doubts and answers in the returns of two institutions that really talked: both count alike."""

import json
from dataclasses import replace

import pytest

from esspass.exchange.case_type import case_types
from esspass.statistics import parse_period, reconcile
from esspass.statistics.tables import answers, checks, doubts
from esspass.storage import connect
from issuer.statistics import Statistics
from tests.builders.exchange import EL, LT, Partners
from tests.builders.lists import DAY, NOW
from tests.builders.messages import create_content

PERIOD, MONTH = parse_period("2026-09", "2026-09"), "2026-09"  # NOW lies in it
LATER = parse_period("2026-10", "2026-12")


@pytest.fixture
def partners(database, tmp_path):
    other = connect(str(tmp_path / "other.db"))
    with Partners({LT: database, EL: other}).serving() as found:
        yield found
    other.close()


def count(partners, who, period=PERIOD):
    member = partners[who]
    statistics = Statistics(member.services.database, who, who[:2].replace("EL", "GR"))
    return statistics.count(period, member.now)


def say(partners, who, case_id, sed, *, doubt=False):
    """Send what the case offers, as an answer to whatever it answers; return its set id."""
    member = partners[who]
    action = next(each for each in member.desk.actions(case_id, member.now) if each.sed == sed)
    content = create_content(sed, full=doubt)
    set_id = member.send(case_id, sed, content, related_set_id=action.related_set_id)
    partners.settle()
    return set_id


def wait(partners, days):
    partners.clock[0] += days * DAY
    partners.publish()


def begin(partners, who, case_type, sed, other):
    case_id = partners[who].start(case_type, sed, create_content(sed), other)
    partners.settle()
    return case_id


def test_a_doubt_in_a_running_case_counts_where_it_is_raised_and_answered(partners):
    case_id = begin(partners, LT, "LA_BUC_02", "A003", EL)
    asked = say(partners, EL, case_id, "A005", doubt=True)
    content = create_content("A005", full=True)
    partners[EL].send(case_id, "A005", content, set_id=asked)  # a new version, no new doubt
    partners.settle()
    wait(partners, 9)
    say(partners, LT, case_id, "A006")
    lt, el = count(partners, LT), count(partners, EL)
    assert dict(el.counts["doubts_raised"]) == {("A005", LT, MONTH): 1}
    assert dict(lt.counts["doubts_received"]) == {("A005", EL, MONTH): 1}
    assert dict(lt.counts["doubts_answered"]) == {("A005", EL, "8-30", MONTH): 1}
    assert el.counts["doubt_answers_received"] == {("A005", LT, "8-30", MONTH): 1}
    assert lt.counts["messages_received"]["A005", EL, MONTH] == 2
    assert reconcile([lt, el]) == ()


def test_a_question_without_a_document_is_no_doubt(partners):
    case_id = begin(partners, EL, "H_BUC_01", "H001", LT)
    say(partners, LT, case_id, "H002")
    lt = count(partners, LT)
    assert lt.totals["doubts_received"] == lt.totals["doubts_answered"] == 0
    assert dict(lt.counts["answers"]) == {("H001", EL, "0-7", MONTH): 1}


@pytest.mark.parametrize(
    ("case_type", "question", "asker", "answer"),
    [("LA_BUC_02", "A003", LT, "A012"), ("S_BUC_05", "S044", EL, "S045")],
)
def test_answers_count_by_the_days_they_took(partners, case_type, question, asker, answer):
    answerer = EL if asker == LT else LT
    case_id = begin(partners, asker, case_type, question, answerer)
    wait(partners, 7)
    say(partners, answerer, case_id, answer)
    assert dict(count(partners, answerer).counts["answers"]) == {(question, asker, "0-7", MONTH): 1}
    got = count(partners, asker).counts["answers_received"]
    assert dict(got) == {(question, answerer, "0-7", MONTH): 1}
    assert reconcile([count(partners, LT), count(partners, EL)]) == ()


def test_replies_to_a_clarification_count_too(partners):
    case_id = begin(partners, LT, "LA_BUC_02", "A003", EL)
    say(partners, EL, case_id, "X012")
    wait(partners, 1)
    say(partners, LT, case_id, "X013")
    assert dict(count(partners, LT).counts["answers"]) == {("X012", EL, "0-7", MONTH): 1}


def test_an_acknowledgement_is_no_answer_and_only_the_first_answer_counts(partners):
    content = create_content("DA01", full=True)
    case_id = partners[EL].start("DA_BUC_01", "DA01", content, LT)
    partners.settle()
    say(partners, LT, case_id, "DA02")
    assert count(partners, LT).totals["doubts_answered"] == 0
    wait(partners, 40)
    first = say(partners, LT, case_id, "DA04")
    wait(partners, 20)
    partners[LT].send(case_id, "DA04", create_content("DA04"), set_id=first)
    partners.settle()
    lt, el = count(partners, LT, LATER), count(partners, EL, LATER)
    (cell,) = lt.counts["doubts_answered"]
    assert (cell[:3], cell[3] > MONTH) == (("DA01", EL, "31-60"), True)
    assert lt.counts["doubts_answered"].total() == 1
    assert count(partners, LT).totals["doubts_answered"] == 0, "it was answered later"
    assert reconcile([lt, el]) == ()


def test_an_answer_that_only_one_knows_is_named(partners):
    case_id = begin(partners, EL, "S_BUC_05", "S044", LT)
    say(partners, LT, case_id, "S045")
    lt, el = count(partners, LT), count(partners, EL)
    silent = replace(
        el,
        counts={**el.counts, "answers_received": {}},
        totals={**el.totals, "answers_received": 0},
    )
    (found,) = reconcile([lt, silent])
    assert (found.check, found.first, found.stated, found.expected) == (
        "answered_is_received",
        LT,
        1,
        0,
    )


def test_the_questions_with_a_time_limit_have_answers():
    asked = {(rule.start, tuple(rule.until)) for kind in case_types() for rule in kind.deadlines}
    for question, until in asked:
        if question in answers() and question not in ("DA01", "DA06", "DA08"):
            assert set(until) & set(answers()[question]), question
    assert {"A003", "S044", "A005", "H001", "DA01", "X009", "X012"} <= answers().keys()
    assert set(doubts()) <= answers().keys()
    assert len({check.id for check in checks()}) == len(checks())


def test_doubts_of_verifiers_count_here_too(partners):
    database = partners[LT].services.database
    rows = [("a", None, None, NOW), ("b", NOW + 10 * DAY, None, NOW), ("c", NOW + DAY, "no", NOW)]
    for name, decided, set_aside, received in rows:
        database.execute(
            "INSERT INTO doubts (id, sender, organization, message, received_at, decided_at,"
            " set_aside) VALUES (:id, 's', 'Inspectorate', :message, :at, :decided, :aside)",
            id=name, message=json.dumps({}), at=received, decided=decided, aside=set_aside,
        )  # fmt: skip
    found = count(partners, LT, parse_period("2026-09", "2026-10")).counts
    assert found["doubts_heard"]["Inspectorate", MONTH] == 3
    assert sorted(cell[1:3] for cell in found["doubts_decided"]) == [
        ("asked", "8-30"),
        ("set_aside", "0-7"),
    ]
