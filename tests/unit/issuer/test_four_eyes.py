"""Four eyes: risky grants and withdrawals need a second person, whoever asks the register."""

import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator

from esspass.attestations import Ehic
from esspass.web import LOCALES
from issuer.commands import import_records
from issuer.config import IssuerConfig
from issuer.four_eyes import (
    NotApproverError,
    SamePersonError,
    SecondLookError,
    SecondPersonNeededError,
)
from issuer.reasons import WithdrawalReason
from issuer.records import Records, RecordState, StateError
from issuer.risk import Withdrawal, assess, create_facts, risk_rules
from issuer.staff import Role
from tests.builders.issuance import NOW
from tests.unit.issuer.conftest import Office
from tests.unit.issuer.staffing import Colleague, hire, lines

TODAY = datetime.fromtimestamp(NOW, UTC).date()
FRAUD = Withdrawal(WithdrawalReason.FRAUD, TODAY)


@pytest.fixture
def strict(issuer_database, world, keys, people):
    """An institution where three points ask for a second person; on every kind of database."""
    return Office(issuer_database, world, keys, people, four_eyes_risk=3)


def states(office, key="driver", kind="pda1"):
    return office.issuer.records.get(office.records[key, kind]).state


def pending(office, **changes):
    """A posting of the driver that waits, changed to be risky or not."""
    record = office.issuer.records.get(office.records["driver", "pda1"])
    document = replace(record.document, document_number="LT-PENDING-1", **changes)
    identifier, _ = office.issuer.records.add(record.person, document, NOW, RecordState.PENDING)
    return identifier


LONG = {"status_confirmation": "01", "starts": TODAY, "ends": TODAY + timedelta(days=800)}
SHORT = {"status_confirmation": "01", "starts": TODAY, "ends": TODAY + timedelta(days=100)}


def test_the_register_itself_asks(strict):
    record_id = strict.records["driver", "pda1"]
    with pytest.raises(SecondPersonNeededError):
        strict.issuer.withdraw(record_id, "fraud", TODAY, NOW, "machine")
    waiting = pending(strict, **LONG)
    with pytest.raises(SecondPersonNeededError):
        strict.issuer.approve(waiting, NOW, "machine")
    assert states(strict) is RecordState.GRANTED
    assert strict.issuer.records.get(waiting).state is RecordState.PENDING


def test_what_is_not_risky_is_done_at_once(strict):
    clerk, looks = Colleague(strict, "clerk").member, strict.services.second_looks
    assert looks.grant(pending(strict, **SHORT), clerk, NOW)
    ended = Withdrawal(WithdrawalReason.ENDED, TODAY)
    assert looks.withdraw(strict.records["driver", "pda1"], ended, clerk, NOW) == 0
    assert states(strict) is RecordState.WITHDRAWN


def test_a_grant_with_two_people(strict):
    people, looks = hire(strict), strict.services.second_looks
    record_id = pending(strict, **LONG)
    assert not looks.grant(record_id, people[Role.CLERK].member, NOW)
    (look,) = looks.four_eyes.waiting()
    assert look.risk.rules == ("R-03", "R-05", "R-07")
    looks.accept(look.id, people[Role.APPROVER].member, NOW + 5)
    assert strict.issuer.records.get(record_id).state is RecordState.GRANTED
    assert looks.four_eyes.waiting() == []
    told = [(entry.event, entry.actor) for entry in strict.issuer.history.of(record_id)]
    assert told == [("approved", "Approver Example"), ("proposed", "Clerk Example")]


def test_a_withdrawal_with_two_people(strict):
    people, looks = hire(strict), strict.services.second_looks
    record_id = strict.records["driver", "pda1"]
    assert looks.withdraw(record_id, FRAUD, people[Role.APPROVER].member, NOW) is None
    look = looks.four_eyes.of_record(record_id)
    looks.accept(look.id, people[Role.SUPERVISOR].member, NOW)
    record = strict.issuer.records.get(record_id)
    assert (record.state, record.withdrawal_reason) == (RecordState.WITHDRAWN, "fraud")
    assert record.withdrawal_date == TODAY


def test_never_the_same_person_and_never_a_clerk(strict):
    people, looks = hire(strict), strict.services.second_looks
    record_id = strict.records["driver", "pda1"]
    looks.withdraw(record_id, FRAUD, people[Role.APPROVER].member, NOW)
    (look,) = looks.four_eyes.waiting()
    with pytest.raises(SamePersonError):
        looks.accept(look.id, people[Role.APPROVER].member, NOW)
    for role in (Role.CLERK, Role.AUDITOR):
        with pytest.raises(NotApproverError):
            looks.accept(look.id, people[role].member, NOW)
        with pytest.raises(NotApproverError):
            looks.four_eyes.decline(look.id, people[role].member, NOW)
    assert states(strict) is RecordState.GRANTED


def test_the_same_person_in_another_role_is_the_same_person(strict):
    people, looks = hire(strict), strict.services.second_looks
    record_id = strict.records["driver", "pda1"]
    looks.withdraw(record_id, FRAUD, people[Role.CLERK].member, NOW)
    (look,) = looks.four_eyes.waiting()
    strict.services.staff.give_role(people[Role.CLERK].id, Role.SUPERVISOR)
    with pytest.raises(SamePersonError):
        looks.accept(look.id, people[Role.CLERK].member, NOW)


def test_sent_back_taken_back_and_proposed_again(strict):
    people, looks = hire(strict), strict.services.second_looks
    record_id, clerk = strict.records["driver", "pda1"], people[Role.CLERK].member
    looks.withdraw(record_id, FRAUD, clerk, NOW)
    with pytest.raises(SecondLookError):
        looks.withdraw(record_id, FRAUD, people[Role.SUPERVISOR].member, NOW)
    (look,) = looks.four_eyes.waiting()
    looks.four_eyes.decline(look.id, people[Role.APPROVER].member, NOW)
    with pytest.raises(SecondLookError):
        looks.accept(look.id, people[Role.SUPERVISOR].member, NOW)
    looks.withdraw(record_id, FRAUD, clerk, NOW)
    (again,) = looks.four_eyes.waiting()
    looks.four_eyes.decline(again.id, clerk, NOW)
    assert looks.four_eyes.waiting() == []
    assert states(strict) is RecordState.GRANTED


def test_agreement_to_one_thing_is_no_agreement_to_another(strict):
    people, looks = hire(strict), strict.services.second_looks
    record_id = strict.records["driver", "pda1"]
    looks.withdraw(record_id, FRAUD, people[Role.CLERK].member, NOW)
    (look,) = looks.four_eyes.waiting()
    with strict.services.database.atomic():
        looks.four_eyes.accept(look.id, people[Role.APPROVER].member, NOW)
        with pytest.raises(SecondPersonNeededError):
            strict.issuer.withdraw(record_id, "fraud", date(2020, 1, 1), NOW)
    assert states(strict) is RecordState.GRANTED


def test_what_was_refused_meanwhile_is_not_granted(strict):
    people, looks = hire(strict), strict.services.second_looks
    record_id = pending(strict, **LONG)
    looks.grant(record_id, people[Role.CLERK].member, NOW)
    (look,) = looks.four_eyes.waiting()
    strict.issuer.refuse(record_id, NOW)
    assert looks.four_eyes.waiting() == []
    with pytest.raises(StateError):
        looks.accept(look.id, people[Role.APPROVER].member, NOW)
    assert strict.issuer.records.get(record_id).state is RecordState.REFUSED


def test_two_who_agree_at_once_carry_it_out_once(strict):
    people, looks = hire(strict), strict.services.second_looks
    record_id = strict.records["driver", "pda1"]
    looks.withdraw(record_id, FRAUD, people[Role.CLERK].member, NOW)
    (look,) = looks.four_eyes.waiting()
    outcomes = []

    def accept(role):
        try:
            looks.accept(look.id, people[role].member, NOW)
            outcomes.append("done")
        except (SecondLookError, StateError):
            outcomes.append("over")

    threads = [
        threading.Thread(target=accept, args=(role,)) for role in (Role.APPROVER, Role.SUPERVISOR)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "over"]


# Pages


def test_the_pages_of_a_withdrawal(make_office):
    office = make_office(four_eyes_risk=3)
    people, path = hire(office), f"/decisions/{office.records['driver', 'pda1']}"
    clerk, approver = people[Role.CLERK], people[Role.APPROVER]
    done = clerk.post(f"{path}/withdraw/confirm", reason="fraud", effective=TODAY.isoformat())
    assert done.status_code == 303
    page = clerk.get(path).text
    assert "needs a second person" in page
    assert "proposed by Clerk Example, waits for a second person." in page
    assert 'href="' + path + '/withdraw"' not in page
    (line,) = lines(clerk.get("/second-looks"))
    assert "You proposed this. Somebody else must agree." in line
    assert "False statements are alleged" in line
    (look,) = office.services.second_looks.four_eyes.waiting()
    assert clerk.post(f"/second-looks/{look.id}/accept").status_code == 403
    assert "Agree" in lines(approver.get("/second-looks"))[0]
    assert approver.post(f"/second-looks/{look.id}/accept").status_code == 303
    assert "You agreed: the document is withdrawn." in approver.get(path).text
    over = approver.post(f"/second-looks/{look.id}/accept")
    assert over.status_code == 400
    assert "This proposal is over" in over.text


def test_the_pages_of_a_grant_that_is_sent_back(make_office):
    office = make_office(four_eyes_risk=3)
    people, record_id = hire(office), pending(office, **LONG)
    people[Role.CLERK].post(f"/decisions/{record_id}/approve")
    (look,) = office.services.second_looks.four_eyes.waiting()
    supervisor = people[Role.SUPERVISOR]
    assert supervisor.post(f"/second-looks/{look.id}/decline").status_code == 303
    page = supervisor.get(f"/decisions/{record_id}").text
    assert "Sent back by the second person: Grant" in page
    assert "Approve" in page
    assert "Nothing waits" in supervisor.get("/second-looks").text


# Rules


def test_the_rules_are_what_their_schema_says():
    from importlib.resources import files

    folder = files("specs").joinpath("back_office")
    schema = json.loads(folder.joinpath("risk.schema.json").read_text())
    rules = json.loads(folder.joinpath("risk.json").read_text())
    Draft202012Validator(schema).validate(rules)
    assert len(risk_rules()) == len(rules["rules"])
    assert all(rule.titles.keys() >= set(LOCALES[:4]) for rule in risk_rules().values())


DAY = timedelta(days=1)
GRANTS = [
    ("R-01", {"status_confirmation": "11"}, {"status_confirmation": "12"}),
    ("R-02", {"starts": TODAY - 91 * DAY}, {"starts": TODAY - 90 * DAY}),
    ("R-03", {"status_confirmation": "01", "starts": date(2026, 1, 1), "ends": date(2028, 1, 1)},
     {"status_confirmation": "01", "starts": date(2026, 1, 1), "ends": date(2027, 12, 31)}),
    ("R-04", {"starts": TODAY + 400 * DAY}, {"starts": TODAY + 300 * DAY}),
    ("R-05", {"starts": date(2026, 1, 1), "ends": date(2027, 1, 1)},
     {"starts": date(2026, 1, 1), "ends": date(2026, 12, 31)}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "holds", "fails"), GRANTS, ids=[row[0] for row in GRANTS])
def test_each_rule_about_dates_and_codes_at_its_edge(office, rule, holds, fails):
    record = office.issuer.records.get(office.records["driver", "pda1"])

    def risk(changes):
        changed = replace(record, document=replace(record.document, **changes))
        return assess(create_facts(changed, None, copies=0, frauds=0, now=NOW)).rules

    assert rule in risk(holds)
    assert rule not in risk(fails)


def test_the_rules_about_places_people_and_withdrawals(office):
    record = office.issuer.records.get(office.records["driver", "pda1"])
    document = record.document
    bare = replace(
        document, status_confirmation="01",
        states_of_activity=tuple(replace(s, places=()) for s in document.states_of_activity),
        employments=document.employments * 2,
    )  # fmt: skip
    facts = create_facts(replace(record, document=bare), None, copies=0, frauds=1, now=NOW)
    assert {"R-06", "R-07", "R-08"} <= set(assess(facts).rules)
    back = Withdrawal(WithdrawalReason.FRAUD, TODAY - timedelta(days=31))
    facts = create_facts(record, back, copies=1, frauds=0, now=NOW)
    assert assess(facts).rules == ("R-09", "R-10", "R-11")
    mild = Withdrawal(WithdrawalReason.ENDED, TODAY - timedelta(days=30))
    assert assess(create_facts(record, mild, copies=0, frauds=0, now=NOW)).points == 0


@pytest.mark.parametrize("years", [0, 2])
def test_a_card_has_no_risk_however_long_it_has_been_in_use(office, years):
    """Nothing is decided with effect for the past: cards out of other records have their years."""
    record = office.issuer.records.get(office.records["builder", "ehic"])
    began = replace(record.document, starts=record.document.starts - years * 365 * DAY)
    facts = create_facts(replace(record, document=began), None, copies=5, frauds=0, now=NOW)
    assert assess(facts).rules == ()


# What does not come from a page


def test_by_default_high_risk_needs_two(portable_office):
    office = portable_office
    four_eyes = replace(office.issuer.four_eyes, threshold=IssuerConfig.four_eyes_risk)
    record = office.issuer.records.get(office.records["driver", "pda1"])

    def needs_two(withdrawal=None, frauds=0, copies=0, **changes):
        changed = replace(record, document=replace(record.document, **changes))
        facts = create_facts(changed, withdrawal, copies=copies, frauds=frauds, now=NOW)
        return four_eyes.is_needed(assess(facts))

    assert needs_two(**LONG)
    assert needs_two(frauds=1, **SHORT)
    assert needs_two(starts=TODAY - 370 * DAY, ends=TODAY + DAY)
    assert needs_two(FRAUD)
    assert needs_two(Withdrawal(WithdrawalReason.ENDED, TODAY - 370 * DAY))
    assert not needs_two(**SHORT)
    assert not needs_two(starts=TODAY - 100 * DAY, ends=TODAY)
    assert not needs_two(Withdrawal(WithdrawalReason.ENDED, TODAY), copies=3)


def test_what_is_imported_goes_the_same_way(issuer_database, people):
    driver = people["driver"]
    long = replace(driver.documents[0], document_number="LT-LONG", **LONG)
    short = replace(driver.documents[0], document_number="LT-SHORT", **SHORT)
    entered = [(driver.person, (long, short))]
    risk = {"four_eyes_risk": IssuerConfig.four_eyes_risk}
    ids = import_records(issuer_database, entered, NOW, **risk)
    records = Records(issuer_database)
    assert [records.get(each).state for each in ids] == ["pending", "granted"]
    assert import_records(issuer_database, entered, NOW, **risk) == ids
    rows = issuer_database.query("SELECT record_id, proposed_name FROM second_looks")
    assert rows == [{"record_id": ids[0], "proposed_name": "esspass issuer import"}]


def test_no_machine_renews_the_card_of_somebody_with_a_fraud_and_a_clerk_not_alone(strict, people):
    office, card = strict, people["builder"].documents[-1]
    assert isinstance(card, Ehic)
    ending = replace(card, document_number=card.document_number[:-4] + "7777",
                     expires_on=TODAY + 30 * DAY, ends=TODAY + 30 * DAY)  # fmt: skip
    person = people["builder"].person
    (record_id,) = import_records(office.services.database, [(person, (ending,))], NOW)
    old = office.records["builder", "ehic"]
    office.issuer.records.withdraw(old, "fraud", TODAY, NOW)
    renewals, record = office.issuer.renewals, office.issuer.records.get(record_id)
    assert renewals.request(record, NOW) is None
    assert [each.record.id for each in renewals.open_requests()] == [record_id]
    clerk = hire(office)[Role.CLERK]
    page = clerk.post(f"/renewal-requests/{record_id}/grant")
    (look,) = office.services.second_looks.four_eyes.waiting()
    assert page.headers["Location"].endswith(f"/decisions/{look.record.id}")
    assert look.record.state is RecordState.PENDING
    assert "needs a second person" in clerk.get(f"/decisions/{look.record.id}").text
    with pytest.raises(SamePersonError):
        office.services.second_looks.accept(look.id, replace(clerk.member, role="approver"), NOW)
