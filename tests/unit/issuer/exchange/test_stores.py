"""Who was told of what, and which certificates were asked for: the stores."""

from dataclasses import replace
from datetime import date

import pytest

from esspass.exchange.entitlement import Certificate, EntitlementAnswer
from esspass.storage import migrate
from issuer import MIGRATIONS
from issuer.exchange.notified import Notified, NotifiedStates
from issuer.exchange.stays import Seal, Stay, Stays, UnknownStayError
from issuer.history import Event, History
from issuer.records import Records, RecordState
from tests.builders.issuance import NOW


@pytest.fixture
def register(database, people):
    """The builder's A1, entered; the test gives it out."""
    migrate(database, MIGRATIONS)
    builder = people["builder"]
    record_id, _ = Records(database).add(builder.person, builder.documents[0], NOW)
    Records(database).add(builder.person, builder.documents[1], NOW)
    return database, record_id


def note(record_id, country="GR", case_id="case"):
    whom = "EL:2000" if case_id else ""
    return Notified(record_id, country, whom, case_id, "A009", RecordState.GRANTED, NOW, NOW)


@pytest.mark.parametrize("event", [Event.ISSUED, Event.APPROVED, Event.PRINTED])
def test_what_was_given_out_waits_until_it_is_told(register, event):
    database, record_id = register
    told = NotifiedStates(database)
    assert told.waiting() == []
    History(database).add(record_id, event, NOW)
    assert told.waiting() == [record_id]
    told.keep([note(record_id)])
    told.keep([note(record_id)])
    assert told.waiting() == []
    assert told.of_record(record_id) == [note(record_id)]


def test_what_was_withdrawn_before_it_was_told_is_not_told(register):
    database, record_id = register
    History(database).add(record_id, Event.ISSUED, NOW)
    Records(database).withdraw(record_id, "ended_early", date(2026, 1, 1), NOW)
    assert NotifiedStates(database).waiting() == []


def test_a_change_is_outdated_until_it_is_told(register):
    database, record_id = register
    told = NotifiedStates(database)
    told.keep([note(record_id), note(record_id, "PL", ""), note(record_id, "", "")])
    assert told.outdated() == []
    Records(database).suspend(record_id, NOW + 1)
    assert [each.country for each in told.outdated()] == ["", "GR", "PL"]
    for each in told.outdated():
        told.tell(each, RecordState.SUSPENDED, NOW + 2)
    assert told.outdated() == []
    assert [each.country for each in told.of_record(record_id)] == ["GR", "PL"]


@pytest.fixture
def stay(people):
    first, last = date(2026, 9, 1), date(2026, 9, 5)
    return Stay("case", "LT:1000", "LT", people["pensioner"].person, first, last, NOW)


def test_a_request_and_its_answer(register, stay):
    stays = Stays(register[0])
    stays.add(stay)
    stays.add(replace(stay, asked_at=NOW + 9))
    assert stays.get("case") == stay
    given = Certificate("8044", stay.starts, stay.ends)
    stays.answer("case", EntitlementAnswer("01", given), Seal.GOOD, NOW + 1)
    answered = stays.get("case")
    assert (answered.certificate, answered.seal, answered.answered_at) == (
        given,
        Seal.GOOD,
        NOW + 1,
    )
    assert stays.latest() == [answered]


def test_a_refusal_has_no_certificate(register, stay):
    stays = Stays(register[0])
    stays.add(stay)
    stays.answer("case", EntitlementAnswer("02", reason="01"), Seal.NONE, NOW)
    assert (stays.get("case").status, stays.get("case").certificate) == ("02", None)


def test_what_nobody_asked_for(register):
    with pytest.raises(UnknownStayError):
        Stays(register[0]).get("x")
