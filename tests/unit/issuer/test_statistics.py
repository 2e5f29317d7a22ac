"""What an institution counts of its own work: applications, decisions, documents, by sector."""

from datetime import UTC, date, datetime

import pytest

from esspass.statistics import parse_period
from issuer.history import Event
from issuer.records import RecordState
from issuer.statistics import Statistics
from tests.builders.issuance import NOW
from tests.unit.issuer.test_filing import draft, sign_in

MONTH = f"{datetime.fromtimestamp(NOW, UTC):%Y-%m}"
PERIOD = parse_period(MONTH, MONTH)


@pytest.fixture
def count(portable_office):
    statistics = Statistics(portable_office.services.database, "LT:1000", "LT")
    return lambda table, period=PERIOD: dict(statistics.count(period, NOW).counts[table])


def test_what_was_given_out_counts_with_its_sector(portable_office, count):
    office, ids = portable_office, portable_office.records
    office.issuer.note_sector(ids["builder", "pda1"], "F", NOW)
    for key in (("builder", "pda1"), ("driver", "pda1"), ("builder", "ehic")):
        office.issuer.history.add(ids[key], Event.ISSUED, NOW)
        office.issuer.history.add(ids[key], Event.PRINTED, NOW + 86400)
    assert count("issued") == {
        ("pda1", "01", "GR", "F", MONTH): 1,
        ("pda1", "02", "several", "unknown", MONTH): 1,
        ("ehic", "none", "none", "none", MONTH): 1,
    }


def test_an_application_and_the_machines_decision(portable_office, people, count):
    desk = portable_office.services.filing
    desk.send(draft(desk, sign_in(desk, people["builder"].person), sector="F"), NOW)
    assert count("applications") == {("a1-self", "F", MONTH): 1}
    assert count("decisions") == {("pda1", "approved", "machine", "F", MONTH): 1}
    draft(desk, sign_in(desk, people["driver"].person))
    assert count("applications") == {("a1-self", "F", MONTH): 1}, "a draft is no application"


def test_each_decision_counts_once_and_for_whoever_took_it(portable_office, people, count):
    issuer, ids = portable_office.issuer, portable_office.records
    musician, card = ids["musician", "pda1"], ids["pensioner", "ehic"]
    assert count("decisions") == {}, "what was loaded was decided elsewhere"
    issuer.hold(musician, NOW, "Rasa")
    issuer.approve(musician, NOW, "Rasa")
    issuer.hold(musician, NOW + 60, "Rasa")
    issuer.approve(musician, NOW + 120, "Jonas")
    issuer.hold(card, NOW, "Rasa")
    issuer.refuse(card, NOW, "Rasa")
    assert count("decisions") == {
        ("pda1", "approved", "person", "unknown", MONTH): 1,
        ("ehic", "refused", "person", "none", MONTH): 1,
    }
    assert count("decisions", parse_period("2020-01", "2020-12")) == {}
    assert issuer.records.get(card).state is RecordState.REFUSED


def test_withdrawals_count_by_their_reason(portable_office, count):
    today = date.fromtimestamp(NOW)
    portable_office.issuer.withdraw(
        portable_office.records["builder", "pda1"], "ended_early", today, NOW
    )
    assert count("withdrawn") == {("pda1", "ended_early", MONTH): 1}
