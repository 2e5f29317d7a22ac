"""Article 16: the request for an exception is agreed to in its own case, then the A1 is notified."""

from dataclasses import replace
from datetime import timedelta

import pytest

from esspass.exchange.blocks import write_address, write_period, write_person
from issuer.history import Event
from tests.builders.exchange import EL, LT
from tests.unit.issuer.exchange.test_joined import told


def exception(union):
    """The builder's A1 as an exception, which waits to be granted."""
    record = union.record("builder")
    document = replace(
        record.document, document_number="LT-16", status_confirmation="11",
        exception_description="Specialist work",
    )  # fmt: skip
    issuer = union[LT].services.issuer
    record_id, _ = issuer.records.add(record.person, document, union.now)
    issuer.hold(record_id, union.now)
    return issuer.records.get(record_id)


def ask(union, record, days=0, legislation="LT"):
    """Greece asks for the exception, of so many days more."""
    document = record.document
    content = {
        "Person": write_person(record.person, document.institution),
        "AddressPerson": {"Address": write_address(record.person.residence[0])},
        "RequestedPeriod": write_period(document.starts, document.ends + timedelta(days)),
        "MoreInformation": {"justification": "He is needed."},
        "ApplicableLegislation": {
            "applicableLegislationCurrentSituation": "EL",
            "applicableLegislationRequestedSituation": legislation,
        },
    }
    case_id = union[EL].start("LA_BUC_01", "A001", content, LT)
    union.partners.settle()
    return case_id


def grant(union, record):
    union[LT].services.issuer.approve(record.id, union.now)
    union.partners.settle()


def agreed(union, record):
    entries = union[LT].services.issuer.history.of(record.id)
    return [entry.detail for entry in entries if entry.event is Event.AGREED]


def test_an_open_request_is_agreed_to_in_its_case_and_the_a1_follows(union):
    record = exception(union)
    case_id = ask(union, record)
    grant(union, record)
    assert union[EL].messages(case_id) == ["A001", "A011"]
    said = union[EL].desk.view(case_id).messages[-1].message.content["AgreementException"]
    assert said["memberStateWhichLegislationApplies"] == "LT"
    assert agreed(union, record) == [case_id]
    notified = told(union, record)["GR"]
    assert (notified.sed, union[EL].messages(notified.case_id)) == ("A010", ["A010"])
    assert union.incoming(EL, record).document.status_confirmation == "11"


def test_a_kill_after_the_answer_answers_once(union):
    record = exception(union)
    case_id = ask(union, record)
    grant(union, record)
    union[LT].services.database.execute("DELETE FROM notified")
    union.partners.settle()
    assert union[EL].messages(case_id) == ["A001", "A011"]
    assert agreed(union, record) == [case_id]


@pytest.mark.parametrize("changes", [{"days": -5}, {"legislation": "EL"}])
def test_a_request_for_something_else_is_left_to_a_clerk(union, changes):
    record = exception(union)
    case_id = ask(union, record, **changes)
    grant(union, record)
    assert union[EL].messages(case_id) == ["A001"]
    assert agreed(union, record) == []
    assert told(union, record)["GR"].sed == "A010"
