"""A decision that was told is changed: each State hears it in the case where it was told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from esspass.attestations import Address, PlaceOfWork, StateOfActivity
from esspass.exchange.model import RefusedMessageError
from esspass.exchange.standing import DocumentState
from esspass.storage import connect
from issuer.exchange.desk import Desk
from issuer.exchange.doubting import create_document_reader
from issuer.exchange.notification import IncomingState
from issuer.exchange.notified import NotifiedStates
from issuer.mailbox import Mailbox, Recipient
from issuer.reasons import AmendmentReason
from issuer.records import RecordState
from tests.builders.exchange import EL, LT, RO, Partners
from tests.unit.issuer.exchange.conftest import TODAY, Union
from tests.unit.issuer.exchange.test_joined import NAMED, told

SITE = PlaceOfWork(Address("Brașov", "RO", "Strada Exemplu 1"), "Șantier")


def amend(union, record, days=-10, **changes):
    """Change the last day, and whatever is named."""
    document = record.document
    changed = replace(document, **{"ends": document.ends + timedelta(days), **changes})
    issuer = union[LT].services.issuer
    new_id = issuer.amend(record.id, changed, union.now, "Clerk", AmendmentReason.PERIOD)
    return issuer.records.get(new_id)


def given_out(union, key="builder"):
    record = union.give_out(key)
    union.partners.settle()
    return record


def close(union, record):
    """The case in which Greece was told comes to its end."""
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


def written(union, record):
    mailbox = Mailbox(union[LT].services.database)
    employer = record.document.employments[0].id
    found = mailbox.of(Recipient.PERSON, record.person.pin)
    return [each.topic for each in (*found, *mailbox.of(Recipient.EMPLOYER, employer))]


def test_the_host_gets_a_new_version_in_the_same_case(union):
    before = given_out(union)
    after = amend(union, before)
    union.partners.settle()
    case_id = told(union, before)["GR"].case_id
    assert told(union, after)["GR"].case_id == case_id
    first, second = (each.message for each in union[EL].desk.view(case_id).messages)
    assert (second.sed, second.version, second.set_id) == ("A009", 2, first.set_id)
    decision = second.content["DecisionLegislationApplicable"]["Decision"]
    issued = before.document.issued_on.isoformat()
    assert decision == {"AmendingDecision": {"datePreviousDecision": issued}}
    assert second.content["PortableDocument"]["replacesDocument"] == before.number
    types = {each.media_type for each in second.attachments}
    assert types == {"application/vnd.esspass.core", "application/pdf"}
    assert union[LT].messages(case_id) == ["A009", "A009"]
    assert told(union, before)["GR"].told is RecordState.WITHDRAWN
    assert union[LT].desk.search().total == 1


def test_the_host_s_register_links_old_and_new(union):
    before = given_out(union)
    after = amend(union, before)
    union.partners.settle()
    old, new = union.incoming(EL, before), union.incoming(EL, after)
    assert (old.state, old.replaced_by) == (IncomingState.WITHDRAWN, after.number)
    assert old.withdrawal_date == TODAY
    incoming = union[EL].services.joined.incoming
    assert incoming.find_replaced(LT, after.number).id == old.id
    assert (new.state, new.document.ends) == (IncomingState.IN_FORCE, after.document.ends)
    assert new.checked_at
    assert {each.check for each in new.arrival.findings}.isdisjoint({"overlap", "seal"})
    assert new.arrival.facts["checks"]["status"]["outcome"] == "PASSED"
    standing = create_document_reader(incoming)(LT, before.number)
    assert standing.state is DocumentState.WITHDRAWN
    assert standing.reason == f"replaced:{after.number}"


def test_holder_and_employer_are_told_of_the_change_and_not_of_a_withdrawal(union):
    before = given_out(union)
    after = amend(union, before)
    union.partners.settle()
    assert written(union, before) == ["replaced", "replaced"]
    (letter,) = Mailbox(union[LT].services.database).of(Recipient.PERSON, before.person.pin)
    assert letter.record_id == after.id
    assert before.number in letter.text("en")
    assert after.number in letter.text("el")


def test_an_employer_who_is_no_longer_named_hears_that_the_old_one_ended(union):
    before = given_out(union)
    other = replace(before.document.employments[0], name="Other", id="305000000")
    amend(union, before, employments=(other,))
    union.partners.settle()
    mailbox = Mailbox(union[LT].services.database)
    (former,) = mailbox.of(Recipient.EMPLOYER, before.document.employments[0].id)
    assert (former.topic, former.details["number"]) == ("withdrawn", before.number)
    (new,) = mailbox.of(Recipient.EMPLOYER, other.id)
    assert new.topic == "replaced"


def test_a_state_no_more_concerned_hears_that_it_is_over_and_a_new_one_gets_a_case(union):
    before = given_out(union)
    after = amend(union, before, states_of_activity=(StateOfActivity("RO", (SITE,)),))
    union.partners.settle()
    case_id = told(union, before)["GR"].case_id
    assert union[EL].messages(case_id) == ["A009", "X008"]
    assert union.incoming(EL, before).state is IncomingState.WITHDRAWN
    assert union.incoming(EL, after) is None
    assert told(union, after).keys() == {"RO"}
    assert union.incoming(RO, after).state is IncomingState.IN_FORCE


def test_one_more_state_gets_a_case_of_its_own_beside_the_new_version(union):
    before = given_out(union)
    states = (*before.document.states_of_activity, StateOfActivity("RO", (SITE,)))
    after = amend(union, before, states_of_activity=states)
    union.partners.settle()
    case_id = told(union, before)["GR"].case_id
    assert union[EL].messages(case_id) == ["A009", "A009"]
    assert told(union, after)["RO"].case_id not in ("", case_id)
    assert union.incoming(RO, after).state is IncomingState.IN_FORCE


def test_another_article_is_told_by_another_message(union):
    """A009 cannot become A003: the posting is taken back, and the new decision has its case."""
    before = given_out(union)
    after = amend(union, before, status_confirmation="02")
    union.partners.settle()
    assert union[EL].messages(told(union, before)["GR"].case_id) == ["A009", "X008"]
    assert union[EL].messages(told(union, after)["GR"].case_id) == ["A003"]
    old = union.incoming(EL, before)
    assert (old.state, old.replaced_by) == (IncomingState.WITHDRAWN, after.number)


def test_a_case_of_several_gets_one_version_for_all(union):
    before = given_out(union, "driver")
    after = amend(union, before)
    union.partners.settle()
    case_id = told(union, after)["GR"].case_id
    assert union[EL].messages(case_id) == ["A003", "A003"]
    on_paper = {task.reference for task in union.tasks(LT, "notify_on_paper")}
    assert {f"{after.number}/PL", f"{after.number}/DE"} <= on_paper


def test_a_closed_case_is_followed_by_a_change_and_a_new_notification(union):
    before = given_out(union)
    close(union, before)
    after = amend(union, before)
    union.partners.settle()
    case_id = told(union, after)["GR"].case_id
    assert case_id != told(union, before)["GR"].case_id
    assert union[EL].messages(case_id) == ["A009"]
    types = sorted(each.case.type for each in union[EL].desk.search(size=10).cases)
    assert types == ["LA_BUC_03", "LA_BUC_04", "LA_BUC_04"]
    old, new = union.incoming(EL, before), union.incoming(EL, after)
    assert (old.state, old.replaced_by) == (IncomingState.WITHDRAWN, after.number)
    assert new.state is IncomingState.IN_FORCE


def test_changed_again_it_is_the_third_version(union):
    first = given_out(union)
    second = amend(union, first)
    union.partners.settle()
    third = amend(union, second, days=-3)
    union.partners.settle()
    case_id = told(union, third)["GR"].case_id
    versions = [each.message.version for each in union[EL].desk.view(case_id).messages]
    assert versions == [1, 2, 3]
    assert union.incoming(EL, second).replaced_by == third.number
    assert union.incoming(EL, third).state is IncomingState.IN_FORCE


def test_changed_twice_before_anybody_was_told_is_one_version(union):
    first = given_out(union)
    third = amend(union, amend(union, first), days=-3)
    union.partners.settle()
    case_id = told(union, third)["GR"].case_id
    assert union[EL].messages(case_id) == ["A009", "A009"]
    assert union.incoming(EL, first).replaced_by == third.number


def test_a_changed_document_that_is_withdrawn_is_taken_back(union):
    before = given_out(union)
    after = amend(union, before)
    union.partners.settle()
    union[LT].services.issuer.withdraw(after.id, "conditions_not_met", TODAY, union.now)
    union.partners.settle()
    assert union[EL].messages(told(union, after)["GR"].case_id) == ["A009", "A009", "X008"]
    new = union.incoming(EL, after)
    assert (new.state, new.withdrawal_reason) == (IncomingState.WITHDRAWN, "04")
    assert union.incoming(EL, before).replaced_by == after.number


def test_withdrawn_before_anybody_was_told_of_the_change(union):
    before = given_out(union)
    after = amend(union, before)
    union[LT].services.issuer.withdraw(after.id, "conditions_not_met", TODAY, union.now)
    union.partners.settle()
    assert union[EL].messages(told(union, before)["GR"].case_id) == ["A009", "X008"]
    assert union.incoming(EL, after) is None


def test_what_waits_for_a_second_person_is_told_to_nobody(union):
    before = given_out(union)
    services = union[LT].services
    with services.database.atomic():
        document = services.issuer.amendments.prepare(
            before, replace(before.document, ends=TODAY + timedelta(20)), union.now
        )
        services.issuer.amendments.enter(
            before, document, AmendmentReason.PERIOD, union.now, "Clerk"
        )
    union.partners.settle()
    assert union[EL].messages(told(union, before)["GR"].case_id) == ["A009"]
    assert union.incoming(EL, before).state is IncomingState.IN_FORCE
    assert written(union, before) == []


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize(
    ("where", "what"), [(Desk, "send"), (NotifiedStates, "keep"), (NotifiedStates, "tell")]
)
@pytest.mark.parametrize("after_it", [False, True])
def test_a_kill_at_any_step_tells_it_once(union, monkeypatch, where, what, after_it):
    before = given_out(union)
    after = amend(union, before)
    done = getattr(where, what)

    def killed(*args, **settings):
        if after_it:
            done(*args, **settings)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(where, what, killed)
        with pytest.raises(Killed):
            union[LT].pump()
    union.partners.settle()
    case_id = told(union, after)["GR"].case_id
    assert union[EL].messages(case_id) == ["A009", "A009"]
    assert union.incoming(EL, before).replaced_by == after.number
    assert written(union, before) == ["replaced", "replaced"]
    assert union[LT].desk.search().total == 1


def test_the_same_version_is_sent_once_whoever_is_slower(union):
    """Another worker sent it between reading the case and writing to it."""
    before = given_out(union)
    after = amend(union, before)
    union[LT].services.joined.notifier.notify_due(union.now)
    row = told(union, after)["GR"]
    sent = union[LT].desk.view(row.case_id).messages[-1].message
    with pytest.raises(RefusedMessageError) as refused:
        union[LT].send(row.case_id, "A009", sent.content, set_id=sent.set_id, version=2)
    assert refused.value.code == "replayed"
    assert union[LT].messages(row.case_id) == ["A009", "A009"]


def test_two_institutions_on_every_database(database, tmp_path):
    other = connect(str(tmp_path / "other.db"))
    try:
        with Partners({LT: database, EL: other}).serving() as partners:
            union = Union(partners)
            before = given_out(union)
            after = amend(union, before)
            partners.settle()
            assert union[EL].messages(told(union, after)["GR"].case_id) == ["A009", "A009"]
            assert union.incoming(EL, before).replaced_by == after.number
            assert written(union, before) == ["replaced", "replaced"]
    finally:
        other.close()
