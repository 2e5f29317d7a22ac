"""Several institutions of a State take such cases: a clerk chooses which one is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from esspass.storage import connect
from issuer.records import RecordState, StateError
from tests.builders.exchange import EL, LT, Partners
from tests.unit.issuer.exchange.conftest import TODAY, Union
from tests.unit.issuer.exchange.test_joined import told
from tests.unit.issuer.exchange.test_pages import Clerk

SECOND = "EL:2001"


@pytest.fixture
def union(tmp_path):
    databases = {each: connect(str(tmp_path / f"{each[3:]}.db")) for each in (LT, EL, SECOND)}
    with Partners(databases).serving() as partners:
        yield Union(partners)
    for database in databases.values():
        database.close()


def test_nobody_is_told_before_a_clerk_chose(union):
    record = union.give_out("builder")
    union.partners.settle()
    assert told(union, record) == {}
    (task,) = union.tasks(LT, "choose_institution")
    assert (task.reference.rpartition("/")[0], task.detail) == (f"{record.number}/GR", "GR")
    assert union[LT].services.joined.notified.waiting() == []
    union[LT].services.joined.notifier.choose(record, "GR", SECOND, union.now, "Clerk")
    union.partners.settle()
    assert told(union, record)["GR"].institution_id == SECOND
    assert union.incoming(SECOND, record) is not None
    assert union.incoming(EL, record) is None
    assert union.tasks(LT, "choose_institution") == []


def test_a_choice_is_made_once(union):
    record, notifier = union.give_out("builder"), union[LT].services.joined.notifier
    with pytest.raises(StateError):
        notifier.choose(record, "GR", EL, union.now, "Clerk")
    union.partners.settle()
    notifier.choose(record, "GR", EL, union.now, "Clerk")
    with pytest.raises(StateError):
        notifier.choose(record, "GR", SECOND, union.now, "Clerk")


def test_a_changed_decision_goes_to_whom_was_chosen_for_the_first(union):
    record, notifier = union.give_out("builder"), union[LT].services.joined.notifier
    union.partners.settle()
    notifier.choose(record, "GR", SECOND, union.now, "Clerk")
    union.partners.settle()
    changed = replace(record.document, ends=TODAY + timedelta(30), status_confirmation="02")
    issuer = union[LT].services.issuer
    after = issuer.records.get(issuer.amend(record.id, changed, union.now))
    union.partners.settle()
    assert told(union, after)["GR"].institution_id == SECOND
    assert union.tasks(LT, "choose_institution") == []


def test_who_left_after_the_choice_is_not_told_and_the_other_is(union):
    record, notifier = union.give_out("builder"), union[LT].services.joined.notifier
    union.partners.settle()
    notifier.choose(record, "GR", SECOND, union.now, "Clerk")
    union.partners.list(SECOND, competences=())
    union.partners.publish()
    union.partners.settle()
    assert told(union, record)["GR"].institution_id == EL


def test_a_choice_that_no_longer_fits_is_asked_for_anew(union):
    record, notifier = union.give_out("builder"), union[LT].services.joined.notifier
    union.partners.settle()
    notifier.choose(record, "GR", "EL:2999", union.now, "Clerk")
    union.partners.clock[0] += 5
    union.partners.settle()
    assert len(union.tasks(LT, "choose_institution")) == 1
    notifier.choose(record, "GR", EL, union.now, "Clerk")
    union.partners.settle()
    assert told(union, record)["GR"].institution_id == EL


def test_the_page(union):
    record = union.give_out("builder")
    union.partners.settle()
    clerk, path = Clerk(union[LT]), f"/decisions/{record.id}/institution/GR"
    assert path in clerk.get("/tasks").text
    page = clerk.get(path)
    assert EL in page.text
    assert SECOND in page.text
    wrong = clerk.post(path, page, institution="LT:1000")
    assert wrong.status_code == 400
    assert "Choose an institution" in wrong.text
    assert clerk.post(path, page, institution=SECOND).status_code == 303
    assert clerk.get(path).status_code == 400
    assert clerk.get(f"/decisions/{record.id}/institution/XX").status_code == 400
    union.partners.settle()
    assert told(union, record)["GR"].institution_id == SECOND


def test_the_page_is_found_whatever_a_document_number_looks_like(union):
    known, issuer = union.record("builder"), union[LT].services.issuer
    document = replace(known.document, document_number="A1/2026/7")
    record_id, _ = issuer.records.add(known.person, document, union.now, RecordState.PENDING)
    issuer.approve(record_id, union.now)
    union.partners.settle()
    assert f"/decisions/{record_id}/institution/GR" in Clerk(union[LT]).get("/tasks").text
