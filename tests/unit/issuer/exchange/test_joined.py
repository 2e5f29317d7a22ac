"""An A1 is decided, told, registered, checked, withdrawn; a card is missing, asked for, answered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from esspass.exchange.contents import Change, create_change
from esspass.exchange.entitlement import EntitlementRequest
from esspass.exchange.model import DocumentStatus
from issuer.exchange.notification import Grade, IncomingState
from issuer.exchange.stays import Seal
from issuer.mailbox import Mailbox, Recipient
from issuer.reasons import WithdrawalReason
from tests.builders.exchange import EL, LT, RO
from tests.unit.issuer.exchange.conftest import TODAY

NAMED = ("familyName", "forename", "dateBirth")


def withdraw(union, record, reason=WithdrawalReason.CONDITIONS, days=3):
    effective = TODAY - timedelta(days)
    union[LT].services.issuer.withdraw(record.id, reason, effective, union.now)
    return effective


def letters(union, record):
    """The topics of what was written to the holder and to the first employer."""
    mailbox = Mailbox(union[LT].services.database)
    employer = record.document.employments[0].id
    persons = mailbox.of(Recipient.PERSON, record.person.pin)
    return [each.topic for each in (*persons, *mailbox.of(Recipient.EMPLOYER, employer))]


def told(union, record):
    return {each.country: each for each in union[LT].services.joined.notified.of_record(record.id)}


def test_a_posting_is_told_to_the_host_state_and_registered_there(union):
    record = union.give_out("builder")
    union.partners.settle()
    (notified,) = told(union, record).values()
    assert (notified.country, notified.institution_id, notified.sed) == ("GR", EL, "A009")
    arrived = union.incoming(EL, record)
    assert arrived.document.ends == record.document.ends
    assert arrived.person.surnames == record.person.surnames
    assert arrived.notification.case_id == notified.case_id
    assert arrived.notification.core.startswith("ESD1:")
    assert arrived.arrival.grade in (Grade.CLEAR, Grade.NOTE), arrived.arrival.findings
    assert arrived.arrival.facts["checks"]["status"]["outcome"] == "PASSED"
    assert union.incoming(RO, record) is None
    case = union[EL].desk.view(notified.case_id).case
    assert case.type == "LA_BUC_04"


def test_what_was_not_given_out_is_told_to_nobody(union):
    union.partners.settle()
    assert union[LT].desk.search().total == 0


def test_the_file_goes_with_it(union):
    record = union.give_out("builder")
    union.partners.settle()
    case_id = told(union, record)["GR"].case_id
    (logged,) = union[EL].desk.view(case_id).messages
    types = {each.media_type for each in logged.message.attachments}
    assert types == {"application/vnd.esspass.core", "application/pdf"}


def test_work_in_several_states_is_one_case_and_paper_for_the_rest(union):
    """The driver works in Poland and Germany too, where nobody takes part."""
    record = union.give_out("driver")
    union.partners.settle()
    states = told(union, record)
    assert {state: each.institution_id for state, each in states.items()} == {
        "GR": EL,
        "PL": "",
        "DE": "",
    }
    assert union[EL].desk.view(states["GR"].case_id).case.type == "LA_BUC_02"
    on_paper = {task.reference for task in union.tasks(LT, "notify_on_paper")}
    assert on_paper == {f"{record.number}/PL", f"{record.number}/DE"}


def test_telling_twice_is_telling_once(union):
    """A kill between the message and the note of it: the next run finds the case."""
    record = union.give_out("builder")
    union[LT].services.joined.notifier.notify_due(union.now)
    union[LT].services.database.execute("DELETE FROM notified")
    union.partners.settle()
    assert union[LT].desk.search().total == 1
    assert union[EL].desk.search().total == 1
    assert told(union, record)["GR"].case_id


def test_without_a_directory_nothing_is_told_and_nothing_is_lost(union):
    record = union.give_out("builder")
    known = union.partners.view
    union.partners.view = replace(known, directory=None)
    union[LT].pump()
    assert told(union, record) == {}
    assert union.tasks(LT, "notify_on_paper") == []
    union.partners.view = known
    union.partners.settle()
    assert told(union, record)["GR"].case_id


def test_what_no_message_can_hold_is_a_clerk_s_task(union):
    record = union.record("builder")
    long = replace(record.person, surnames="x" * 200)
    document = replace(record.document, document_number="long", person=long)
    issuer = union[LT].services.issuer
    record_id, _ = issuer.records.add(record.person, document, union.now)
    issuer.hold(record_id, union.now)
    issuer.approve(record_id, union.now)
    union.partners.settle()
    assert [task.detail for task in union.tasks(LT, "notify_by_hand")] == ["content_invalid"]
    assert union[LT].desk.search().total == 0


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (WithdrawalReason.CONDITIONS, "04"),
        (WithdrawalReason.ENDED, "99"),
    ],
)
def test_a_withdrawal_reaches_the_register_of_the_host(union, reason, code):
    record = union.give_out("builder")
    union.partners.settle()
    effective = withdraw(union, record, reason)
    union.partners.settle()
    arrived = union.incoming(EL, record)
    assert (arrived.state, arrived.withdrawal_reason, arrived.withdrawal_date) == (
        IncomingState.WITHDRAWN,
        code,
        effective,
    )
    case = union[EL].desk.view(arrived.notification.case_id).case
    assert case.documents[0].status is DocumentStatus.INVALIDATED
    assert letters(union, record) == ["withdrawn", "withdrawn"]


def test_a_withdrawal_is_told_once(union):
    record = union.give_out("builder")
    union.partners.settle()
    withdraw(union, record)
    announcer = union[LT].services.joined.announcer
    assert announcer.announce_due(union.now) == 1
    union[LT].services.database.execute("UPDATE notified SET told = 'granted'")  # killed before
    assert announcer.announce_due(union.now) == 1
    case_id = told(union, record)["GR"].case_id
    assert union[LT].messages(case_id) == ["A009", "X008"]
    assert letters(union, record) == ["withdrawn", "withdrawn"]


def test_one_invalidation_serves_all_states_of_a_case(union):
    record = union.give_out("driver")
    union.partners.settle()
    withdraw(union, record)
    union.partners.settle()
    assert union.incoming(EL, record).state is IncomingState.WITHDRAWN
    details = {task.detail for task in union.tasks(LT, "withdrawal_on_paper")}
    assert details == {"PL", "DE"}


def test_a_closed_case_is_followed_by_one_of_its_own(union):
    record = union.give_out("builder")
    union.partners.settle()
    case_id = told(union, record)["GR"].case_id
    union.partners.clock[0] += 31 * 86400
    union.partners.publish()
    said = union[LT].desk.view(case_id).messages[0].message.content["Person"]
    context = {name: said["PersonIdentification"][name] for name in NAMED}
    closing = {
        "CaseContext": {"PersonContext": context},
        "Closure": {"reason": "05", "typeClosure": "01"},
    }
    union[LT].send(case_id, "X001", closing)
    union.partners.settle()
    effective = withdraw(union, record)
    union.partners.settle()
    arrived = union.incoming(EL, record)
    assert (arrived.state, arrived.withdrawal_date) == (IncomingState.WITHDRAWN, effective)


def test_suspended_and_back_in_force(union):
    services = union[LT].services
    record = union.give_out("builder")
    union.partners.settle()
    services.issuer.records.suspend(record.id, union.now)
    union.partners.settle()
    assert union.incoming(EL, record).state is IncomingState.SUSPENDED
    services.issuer.records.reinstate(record.id, union.now)
    union.partners.settle()
    assert union.incoming(EL, record).state is IncomingState.IN_FORCE
    assert set(letters(union, record)) == {"suspended", "reinstated"}


def test_a_new_decision_names_the_one_it_replaces(union):
    record = union.give_out("builder")
    union.partners.settle()
    withdraw(union, record, WithdrawalReason.REPLACED)
    services = union[LT].services
    longer = replace(
        record.document, document_number="LT-A1-NEW", ends=record.document.ends + timedelta(30)
    )
    new_id, _ = services.issuer.records.add(record.person, longer, union.now)
    services.issuer.hold(new_id, union.now)
    services.issuer.approve(new_id, union.now)
    union.partners.settle()
    case_id = told(union, services.issuer.records.get(new_id))["GR"].case_id
    (logged,) = union[EL].desk.view(case_id).messages
    decision = logged.message.content["DecisionLegislationApplicable"]["Decision"]
    issued = record.document.issued_on.isoformat()
    assert decision == {"AmendingDecision": {"datePreviousDecision": issued}}


def test_nobody_but_its_institution_withdraws_a_document(union):
    """Another institution's A008 about the same number is a clerk's to read."""
    record = union.give_out("builder")
    union.partners.settle()
    change = create_change(Change(TODAY, withdrawn=True), record.document, record.person)
    union[RO].start("LA_BUC_03", "A008", change, EL)
    union.partners.settle()
    assert union.incoming(EL, record).state is IncomingState.IN_FORCE
    assert len(union.tasks(EL, "incoming_unplaced")) == 1


def test_a_contradiction_is_a_task_and_the_document_stays_valid(union):
    record = union.record("builder")
    own = replace(
        record.document, document_number="EL-1", legislation_country="GR",
        states_of_activity=record.document.states_of_activity,
    )  # fmt: skip
    union[EL].services.issuer.records.add(record.person, own, union.now)
    union.give_out("builder")
    union.partners.settle()
    arrived = union.incoming(EL, record)
    assert arrived.arrival.grade is Grade.CONTRADICTION
    assert arrived.state is IncomingState.IN_FORCE
    (task,) = union.tasks(EL, "incoming_contradiction")
    assert (task.reference, task.detail) == (arrived.id, record.number)


# A card that is missing ------------------------------------------------------------------------


def ask(union, person, starts=TODAY, days=5, country="LT", reference="form-1"):
    office = union[RO].services.joined.entitlements
    request = EntitlementRequest(person, starts, starts + timedelta(days), facility="Clinica")
    return office.ask(request, country, union.now, "clerk", reference)


def test_a_request_is_answered_by_the_machine_with_a_certificate(union):
    record = union.record("pensioner", "ehic")
    stay = ask(union, record.person)
    union.partners.settle()
    answered = union[RO].services.joined.entitlements.stays.get(stay.case_id)
    assert answered.status == "01"
    assert (answered.certificate.starts, answered.certificate.ends) == (
        TODAY,
        TODAY + timedelta(5),
    )
    assert answered.certificate.number == record.number
    assert answered.seal is Seal.GOOD
    assert union[RO].messages(stay.case_id) == ["S044", "S045"]
    assert union.tasks(LT, "answer_entitlement_request") == []


def test_the_same_form_asks_once(union):
    person = union.record("pensioner", "ehic").person
    assert ask(union, person).case_id == ask(union, person).case_id
    assert ask(union, person, reference="form-2").case_id != ask(union, person).case_id


def test_an_answer_is_sent_once(union):
    """A kill between the answer and the note that the request was worked on."""
    stay = ask(union, union.record("pensioner", "ehic").person)
    union.partners.settle()
    union[LT].services.database.execute(
        "UPDATE exchange_reactions SET done_at = NULL, next_try = 0"
    )
    union.partners.settle()
    assert union[LT].messages(stay.case_id) == ["S044", "S045"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pin": "39001010000"}, "no_match"),
        ({"pin": None}, "no_match"),
    ],
)
def test_whom_the_register_does_not_know_a_clerk_looks_for(union, changes, code):
    """The machine may grant, never refuse."""
    person = replace(union.record("pensioner", "ehic").person, **changes)
    stay = ask(union, person)
    union.partners.settle()
    (task,) = union.tasks(LT, "answer_entitlement_request")
    assert (task.case_id, task.detail) == (stay.case_id, code)
    assert union[RO].messages(stay.case_id) == ["S044"]


def test_days_that_no_card_covers_are_a_clerk_s_to_judge(union):
    person = union.record("pensioner", "ehic").person
    ask(union, person, starts=TODAY - timedelta(4000))
    union.partners.settle()
    (task,) = union.tasks(LT, "answer_entitlement_request")
    assert task.detail == "not_entitled"


def test_nobody_to_ask_is_an_ordinary_answer(union):
    assert ask(union, union.people["pensioner"].person, country="PL") is None


def test_a_request_from_the_page_of_cases_is_listed_when_it_is_answered(union):
    person = union.record("pensioner", "ehic").person
    stay = ask(union, person)
    union[RO].services.database.execute("DELETE FROM stays")
    union.partners.settle()
    assert union[RO].services.joined.entitlements.stays.get(stay.case_id).status == "01"


def unsaid(union):
    rows = union[LT].services.database.query("SELECT id FROM records WHERE unsaid > 0")
    return {row["id"] for row in rows}


def test_whom_everybody_was_told_of_is_looked_at_no_more(union):
    record, notified = union.give_out("builder"), union[LT].services.joined.notified
    assert record.id in unsaid(union)
    union.partners.settle()
    assert unsaid(union) == set(), "the worker has tidied up"
    withdraw(union, record)
    assert unsaid(union) == {record.id}
    assert [each.record_id for each in notified.outdated()] == [record.id]
    assert notified.tidy(union.now) == 0, "somebody is still to be told"
    union.partners.settle()
    assert told(union, record)["GR"].told == "withdrawn"
    notified.tidy(union.now)
    assert unsaid(union) == set()


def test_what_changes_while_it_is_tidied_up_is_told_all_the_same(union):
    record, notified = union.give_out("builder"), union[LT].services.joined.notified
    union[LT].services.joined.notifier.notify_due(union.now)
    seen = notified.settled()
    assert record.id in {each for each, _ in seen}
    withdraw(union, record)
    notified.forget(seen)
    assert unsaid(union) == {record.id}
    assert [each.record_id for each in notified.outdated()] == [record.id]
