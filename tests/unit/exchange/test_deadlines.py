"""What is due, by whom and until when."""

from datetime import UTC, date, datetime

import pytest

from esspass.attestations import pda1_states
from esspass.exchange.calendar import PeriodEnd, add_months, find_end, is_holiday, name_holiday
from esspass.exchange.case_type import case_type, case_types
from esspass.exchange.engine import find_deadlines
from tests.unit.exchange.network import DAY, INSTITUTIONS, Network

LT, EL, RO = INSTITUTIONS[:3]


def _at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.fixture
def begin():
    def start(kind, *receivers, at="2026-03-02T10:00"):
        network = Network(case_type(kind), lambda some: some[0])
        network.now = _at(at)
        network.start(receivers or (EL,))
        network.rest()
        return network

    return start


def _due(network, me):
    return [(d.kind, d.whose, d.due_at) for d in find_deadlines(network.copies[me])]


@pytest.mark.parametrize(
    ("at", "period", "country", "end", "counted"),
    [
        ("2026-03-02T10:00", {"months": 2}, "XX", "2026-05-05", date(2026, 5, 2)),  # a Saturday
        ("2026-03-03T23:59", {"months": 2}, "XX", "2026-05-05", date(2026, 5, 3)),
        ("2026-03-04T00:00", {"months": 2}, "XX", "2026-05-05", None),
        ("2026-12-31T12:00", {"months": 2}, "XX", "2027-03-02", date(2027, 2, 28)),
        ("2027-12-31T12:00", {"months": 2}, "XX", "2028-03-01", None),
        ("2026-03-02T10:00", {"days": 14}, "XX", "2026-03-17", None),
        ("2026-03-02T10:00", {"working_days": 10}, "XX", "2026-03-17", None),
        ("2026-03-06T10:00", {"working_days": 1}, "XX", "2026-03-10", None),
        ("2026-03-07T10:00", {"working_days": 1}, "XX", "2026-03-10", None),
        # Good Friday and Easter Monday: 10 and 13 April 2026 in Greece, 3 and 6 April in Germany
        ("2026-03-27T10:00", {"days": 14}, "GR", "2026-04-15", date(2026, 4, 10)),
        ("2026-03-27T10:00", {"days": 14}, "DE", "2026-04-11", None),
        ("2026-03-20T10:00", {"days": 14}, "DE", "2026-04-08", date(2026, 4, 3)),
        ("2026-04-09T10:00", {"working_days": 1}, "GR", "2026-04-15", None),
        ("2026-04-09T10:00", {"working_days": 1}, "RO", "2026-04-15", None),
        ("2026-04-09T10:00", {"working_days": 1}, "LT", "2026-04-11", None),
        # 11 March is a holiday in Lithuania alone
        ("2026-03-02T10:00", {"working_days": 10}, "LT", "2026-03-18", None),
        ("2025-12-11T10:00", {"days": 14}, "LT", "2025-12-30", date(2025, 12, 25)),
        ("2025-12-11T10:00", {"days": 14}, "GR", "2025-12-30", date(2025, 12, 25)),
    ],
)
def test_a_period_ends_with_the_last_hour_of_its_last_working_day(
    at, period, country, end, counted
):
    assert find_end(_at(at), country, **period) == PeriodEnd(_at(end), counted)


@pytest.mark.parametrize("country", sorted(pda1_states()))
def test_the_holidays_of_every_state_are_known(country):
    assert is_holiday(country, date(2026, 1, 1))
    assert is_holiday(country, date(2026, 12, 25))
    assert not is_holiday(country, date(2026, 2, 11))


@pytest.mark.parametrize(
    ("country", "locale", "name"),
    [
        ("GR", "en", "Good Friday"), ("GR", "el", "Μεγάλη Παρασκευή"), ("GR", "lt", ""),
        ("RO", "ro", "Vinerea Mare"), ("XX", "en", ""), ("LT", "lt", ""),
    ],
)  # fmt: skip
def test_a_holiday_is_named_where_the_language_has_a_name(country, locale, name):
    assert name_holiday(country, date(2026, 4, 10), locale) == name


def test_holidays_are_those_of_the_state_whose_turn_it_is(begin):
    """25 March is a holiday in Greece, not in Romania."""
    network = begin("LA_BUC_02", EL, RO, at="2027-01-25T10:00")
    found = {d.whose: (d.due_at, d.counted) for d in find_deadlines(network.copies[LT])}
    assert found == {EL: (_at("2027-03-27"), "2027-03-25"), RO: (_at("2027-03-26"), "")}


def test_months_later_at_the_same_hour():
    assert add_months(_at("2026-08-31T10:30"), 6) == _at("2027-02-28T10:30")


def test_a_determination_is_final_after_two_months_of_silence(begin):
    network = begin("LA_BUC_02", EL, RO)
    end = _at("2026-05-05")
    expected = [("determination_final", EL, end), ("determination_final", RO, end)]
    assert _due(network, LT) == expected
    assert _due(network, EL) == expected[:1]
    network.send(EL, "A004")
    network.rest()
    assert _due(network, LT) == expected[1:]
    assert _due(network, EL) == []
    (deadline,) = find_deadlines(network.copies[RO])
    assert deadline.verified
    assert "987/2009" in deadline.source


def test_a_new_version_or_a_new_determination_starts_the_two_months_anew(begin):
    network = begin("LA_BUC_02")
    network.now = _at("2026-04-01T10:00")
    network.send(LT, "A003", set_id=network.sent[0].set_id)
    assert _due(network, LT) == [
        ("determination_final", EL, _at("2026-06-03"))
    ]  # 1 June is Whit Monday there
    network.rest()
    network.send(EL, "A004")
    network.rest()
    network.now = _at("2026-05-04T10:00")
    network.send(LT, "A003")
    assert _due(network, LT) == [("determination_final", EL, _at("2026-07-07"))]


def test_nothing_is_due_in_a_closed_case_nor_about_what_was_withdrawn(begin):
    network = begin("LA_BUC_02")
    network.send(LT, "X008", set_id=network.sent[0].set_id)
    assert _due(network, LT) == []
    closed = begin("LA_BUC_01")
    assert _due(closed, LT)
    closed.send(LT, "X001")
    assert _due(closed, LT) == []


def test_a_reminder_is_proposed_until_all_have_answered(begin):
    network = begin("LA_BUC_01", EL, RO)
    assert [kind for kind, _, _ in _due(network, LT)] == ["reminder_proposed"]
    network.send(EL, "A011")
    network.rest()
    assert [kind for kind, _, _ in _due(network, LT)] == ["reminder_proposed"]
    network.send(RO, "A002")
    network.rest()
    assert _due(network, LT) == []


def test_the_stages_of_the_dialogue(begin):
    network = begin("DA_BUC_01")
    assert _due(network, EL) == [
        ("dialogue_acknowledgement", EL, _at("2026-03-17")),
        ("dialogue_answer", EL, _at("2026-06-03")),
        ("dialogue_referral", LT, _at("2026-09-03")),
    ]
    network.send(EL, "DA02")
    network.send(EL, "DA03")
    network.rest()
    assert _due(network, LT) == [
        ("dialogue_answer", EL, _at("2026-09-03")),
        ("dialogue_referral", LT, _at("2026-09-03")),
    ]
    network.now = _at("2026-08-03T10:00")
    network.send(EL, "DA04")
    network.rest()
    network.send(LT, "DA05")
    network.rest()
    week = [("dialogue_contact_persons", name, _at("2026-08-18")) for name in (EL, LT)]
    assert _due(network, LT) == week
    network.send(LT, "DA06")
    network.rest()
    assert _due(network, EL) == [week[0], ("dialogue_agreement", LT, _at("2026-09-15"))]
    network.now += 60 * DAY
    network.send(EL, "DA06")
    network.send(EL, "DA08")
    network.rest()
    assert _due(network, LT) == [("dialogue_conciliation", EL, _at("2027-04-03"))]
    network.send(LT, "DA09")
    network.rest()
    assert _due(network, EL) == []


def test_the_stages_of_the_dialogue_are_marked_as_not_verified(begin):
    network = begin("DA_BUC_01")
    assert not any(deadline.verified for deadline in find_deadlines(network.copies[LT]))


def test_every_time_limit_names_its_source():
    for kind in case_types():
        for rule in kind.deadlines:
            assert rule.source
            assert rule.days or rule.working_days or rule.months
