"""Checks are counted, also after their verdicts are gone."""

from datetime import UTC, datetime

import pytest

from esspass.statistics import parse_period, reconcile
from esspass.storage import migrate
from verifier import MIGRATIONS
from verifier.cases import Case, Cases
from verifier.enquiries import Enquiries, Enquiry, EnquiryKind
from verifier.persons import NOTHING, SCAN, WALLET, CasePerson, Persons
from verifier.statistics import Statistics

MAY = int(datetime(2026, 5, 31, 23, 59, tzinfo=UTC).timestamp())
JUNE = MAY + 60
PERIOD = parse_period("2026-05", "2026-06")


@pytest.fixture
def statistics(database):
    migrate(database, MIGRATIONS)
    Cases(database).add(Case("work", "i", "work", "labour-inspection", "GR", "2026-05-31"))
    Cases(database).add(Case("care", "i", "care", "care", "RO", "2026-05-31"))
    persons = Persons(database)
    for name, case, source, outcome, at in (
        ("a", "work", WALLET, "COVERED", MAY),
        ("b", "work", SCAN, "COVERED", MAY),
        ("c", "work", SCAN, "DOUBT", JUNE),
        ("d", "care", NOTHING, "CANNOT_DECIDE", JUNE),
    ):
        persons.add(CasePerson(name, case, source, at, {"ruling": {"outcome": outcome}}))
    return Statistics(persons, Enquiries(database), "Example Inspectorate", "GR")


EXPECTED = {
    ("pda1", "COVERED", "unknown", "2026-05"): 2,
    ("pda1", "DOUBT", "unknown", "2026-06"): 1,
    ("ehic", "CANNOT_DECIDE", "none", "2026-06"): 1,
}


def test_verdicts_are_counted(statistics):
    found = statistics.count(PERIOD, JUNE)
    assert dict(found.counts["verdicts"]) == EXPECTED
    assert found.counts["presentations"]["pda1", "qr", "unknown", "2026-05"] == 1
    assert found.totals["presentations"] == 4
    assert reconcile([found]) == ()


def test_what_is_purged_was_counted(statistics):
    for _ in range(2):
        statistics.persons.purge(JUNE + 10, 10)
    found = statistics.count(PERIOD, JUNE)
    assert dict(found.counts["verdicts"]) == EXPECTED


def test_half_of_it_purged_is_not_counted_twice(statistics):
    statistics.persons.purge(MAY + 10, 10)
    assert dict(statistics.count(PERIOD, JUNE).counts["verdicts"]) == EXPECTED


def test_other_months_do_not_count(statistics):
    statistics.persons.purge(MAY + 10, 10)
    assert statistics.count(parse_period("2026-07", "2026-07"), JUNE).totals["verdicts"] == 0


def test_doubts_count_from_when_the_institution_has_them(statistics):
    enquiries = statistics.enquiries
    for name, person, kind in (
        ("1", "a", EnquiryKind.DOUBT),
        ("2", "b", EnquiryKind.DOUBT),
        ("3", "b", EnquiryKind.WATCH),
        ("4", "c", EnquiryKind.DOUBT),
        ("5", "d", EnquiryKind.DOUBT),
    ):
        enquiries.add(Enquiry(name, kind, person, "work", name, "https://x", "t", None, MAY))
    for name in ("1", "2", "3"):
        enquiries.complete(name, MAY)
    enquiries.complete("4", JUNE, refused="unlisted")
    assert dict(statistics.count(PERIOD, JUNE).counts["doubts_told"]) == {("2026-05",): 2}
    enquiries.database.execute("DELETE FROM case_persons")
    for _ in range(2):
        enquiries.purge(JUNE)
    assert enquiries.find("1") is None
    assert dict(statistics.count(PERIOD, JUNE).counts["doubts_told"]) == {("2026-05",): 2}
