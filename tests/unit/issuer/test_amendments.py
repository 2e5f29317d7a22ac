"""An A1 is changed: the new decision takes the old one's place in one moment, or not at all."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from esspass.attestations import EHIC, PDA1_WEBUILD
from esspass.statuslist import INVALID
from issuer.amendments import AmendmentError
from issuer.four_eyes import SecondPersonNeededError
from issuer.history import Event
from issuer.notices import SUCCESSOR
from issuer.reasons import AmendmentReason, WithdrawalReason
from issuer.records import RecordState, StateError
from issuer.renewals import day_of
from issuer.staff import Role
from tests.builders.issuance import NOW
from tests.unit.issuer.conftest import Office
from tests.unit.issuer.staffing import hire

TODAY = day_of(NOW)


def old(office):
    return office.issuer.records.get(office.records["builder", "pda1"])


def changed(record, days=-10, **more):
    """The document with another last day."""
    document = record.document
    return replace(document, ends=document.ends + timedelta(days), **more)


def amend(office, record=None, **settings):
    record = record or old(office)
    new_id = office.issuer.amend(
        record.id, changed(record, **settings), NOW, "Clerk", AmendmentReason.PERIOD
    )
    return office.issuer.records.get(new_id)


def events(office, record):
    return [(entry.event, entry.detail) for entry in office.issuer.history.of(record.id)]


def test_the_new_decision_takes_the_place_of_the_old_one(portable_office):
    before = old(portable_office)
    after = amend(portable_office)
    assert after.state is RecordState.GRANTED
    assert (after.replaces, after.number) == (before.id, f"{before.number}-V2")
    assert (after.document.issued_on, after.person) == (TODAY, before.person)
    gone = old(portable_office)
    assert gone.state is RecordState.WITHDRAWN
    assert (gone.withdrawal_reason, gone.withdrawal_date) == (WithdrawalReason.REPLACED, TODAY)
    assert set(events(portable_office, after)) == {
        (Event.AMENDS, "other_period"),
        (Event.APPROVED, ""),
    }
    assert (Event.AMENDED, "other_period") in events(portable_office, gone)
    assert (Event.WITHDRAWN, "replaced") in events(portable_office, gone)


def test_all_credentials_of_the_old_one_become_invalid_and_the_wallet_may_fetch_the_new(office):
    wallet = office.ready("builder", "pda1", PDA1_WEBUILD)
    answer = wallet.credential(PDA1_WEBUILD)
    assert answer.status_code == 200, answer.text
    after = amend(office)
    statuses = {each.status for each in office.issuer.credentials.of_record(after.replaces)}
    assert statuses == {INVALID}
    told = {each["reason"]: each for each in wallet.read("/notices").json["notices"]}
    assert told["replaced"]["status"] == "withdrawn"
    assert told[SUCCESSOR]["successor"] == after.number
    assert told[SUCCESSOR]["credential_offer_uri"]


def test_a_chain_of_changes_leads_to_the_last(portable_office):
    first = amend(portable_office)
    second = amend(portable_office, first, days=-5)
    assert second.number == f"{old(portable_office).number}-V3"
    assert portable_office.issuer.renewals.successor(old(portable_office)).id == second.id
    states = [portable_office.issuer.records.get(each.id).state for each in (first, second)]
    assert states == [RecordState.WITHDRAWN, RecordState.GRANTED]


def test_a_number_of_its_own_may_be_given_and_none_is_taken_twice(portable_office):
    before = old(portable_office)
    other = portable_office.issuer.records.get(portable_office.records["driver", "pda1"])
    with pytest.raises(AmendmentError) as refused:
        amend(portable_office, document_number=other.number)
    assert refused.value.code == "number_taken"
    assert old(portable_office).state is RecordState.GRANTED
    assert amend(portable_office, document_number="LT-OWN-1").number == "LT-OWN-1"
    assert old(portable_office).id == before.id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"days": 0}, "nothing_changed"),
        ({"days": -5000}, "period_reversed"),
        ({"pin": "49001010000"}, "other_decision"),
        ({"legislation_country": "GR"}, "other_decision"),
        ({"status_confirmation": "99"}, "not_issuable"),
    ],
)
def test_what_is_no_change_is_refused_and_nothing_happens(office, changes, code):
    with pytest.raises(AmendmentError) as refused:
        amend(office, **changes)
    assert refused.value.code == code
    assert old(office).state is RecordState.GRANTED
    assert office.issuer.records.replacement_of(old(office).id) is None


def test_only_an_a1_in_force_is_changed(office):
    card = office.issuer.records.get(office.records["builder", "ehic"])
    assert EHIC in office.issuer.types_of(card)
    with pytest.raises(AmendmentError):
        office.issuer.amend(card.id, card.document, NOW)
    office.issuer.withdraw(old(office).id, "fraud", TODAY, NOW)
    with pytest.raises(StateError):
        amend(office)


def test_a_work_that_ended_before_today_may_be_decided(office):
    record = old(office)
    days = (TODAY - timedelta(1) - record.document.ends).days
    assert record.document.starts < TODAY
    after = amend(office, days=days)
    assert (after.state, after.document.ends) == (RecordState.GRANTED, TODAY - timedelta(1))


def test_a_changed_decision_is_not_put_on_hold(office):
    """The old one is gone: nothing would be in force meanwhile."""
    after = amend(office)
    with pytest.raises(StateError):
        office.issuer.hold(after.id, NOW)
    assert office.issuer.records.get(after.id).state is RecordState.GRANTED


def test_two_who_change_at_once_change_once(portable_office):
    outcomes, record = [], old(portable_office)

    def change(days):
        try:
            amend(portable_office, record, days=days)
            outcomes.append("done")
        except (StateError, AmendmentError):
            outcomes.append("over")

    threads = [threading.Thread(target=change, args=(-days,)) for days in (5, 6, 7, 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "over", "over", "over"]
    rows = portable_office.services.database.query(
        "SELECT count(*) AS n FROM records WHERE (id = :id OR replaces = :id)"
        " AND state = 'granted'",
        id=record.id,
    )
    assert rows[0]["n"] == 1


# Four eyes


@pytest.fixture
def strict(issuer_database, world, keys, people):
    return Office(issuer_database, world, keys, people, four_eyes_risk=1)


def propose(office, **settings):
    people = hire(office)
    record = office.services.second_looks.amend(
        old(office).id, changed(old(office), days=500, **settings), AmendmentReason.PERIOD,
        people[Role.CLERK].member, NOW,
    )  # fmt: skip
    return people, record


def test_the_old_one_stays_in_force_until_a_second_person_agrees(strict):
    people, waiting = propose(strict)
    assert (waiting.state, old(strict).state) == (RecordState.PENDING, RecordState.GRANTED)
    assert strict.issuer.renewals.successor(old(strict)) is None
    with pytest.raises(SecondPersonNeededError):
        strict.issuer.approve(waiting.id, NOW, "machine")
    assert old(strict).state is RecordState.GRANTED
    (look,) = strict.services.second_looks.four_eyes.waiting()
    strict.services.second_looks.accept(look.id, people[Role.APPROVER].member, NOW + 5)
    assert strict.issuer.records.get(waiting.id).state is RecordState.GRANTED
    assert old(strict).state is RecordState.WITHDRAWN


def test_refusing_leaves_the_old_one_and_makes_room_for_another_change(strict):
    _, waiting = propose(strict)
    with pytest.raises(StateError):
        amend(strict)
    strict.issuer.refuse(waiting.id, NOW, "Approver")
    assert old(strict).state is RecordState.GRANTED
    assert (Event.AMENDMENT_REFUSED, "") in events(strict, old(strict))
    assert strict.issuer.records.replacement_of(old(strict).id) is None
    again = amend(strict, days=500)
    assert (again.state, again.number) == (RecordState.PENDING, f"{old(strict).number}-V3")


def test_a_change_of_what_was_withdrawn_meanwhile_is_not_carried_out(strict):
    people, waiting = propose(strict)
    strict.issuer.records.withdraw(old(strict).id, "fraud", TODAY, NOW)
    (look,) = strict.services.second_looks.four_eyes.waiting()
    with pytest.raises(StateError):
        strict.services.second_looks.accept(look.id, people[Role.APPROVER].member, NOW)
    assert strict.issuer.records.get(waiting.id).state is RecordState.PENDING
    assert old(strict).withdrawal_reason == "fraud"
    strict.issuer.refuse(waiting.id, NOW)
    assert strict.issuer.records.get(waiting.id).state is RecordState.REFUSED
