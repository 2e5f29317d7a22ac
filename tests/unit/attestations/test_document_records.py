"""Documents in an institution's records: nothing is lost, nothing unknown is taken in."""

import json

import pytest
from hypothesis import given, settings

from demo.people import citizens
from esspass.attestations import (
    create_person_record,
    create_record,
    document_kind,
    parse_person_record,
    parse_record,
)
from esspass.errors import MalformedError
from tests.builders.documents import TODAY, a_pda1, an_ehic, changed, without
from tests.unit.attestations.test_shapes import pda1s

DOCUMENTS = [
    document for citizen in citizens(TODAY) for document in (*citizen.documents, citizen.pid)
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_survive_json(document):
    record = json.loads(json.dumps(create_record(document)))
    assert record["kind"] == document_kind(document)
    assert parse_record(record) == document


@settings(max_examples=40, deadline=None)
@given(pda1s())
def test_any_a1_survives_json(document):
    assert parse_record(json.loads(json.dumps(create_record(document)))) == document


def test_persons_survive_json():
    for citizen in citizens(TODAY):
        assert (
            parse_person_record(json.loads(json.dumps(create_person_record(citizen.person))))
            == citizen.person
        )


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"kind": "s1"},
        {"kind": "ehic"},
        {**create_record(an_ehic()), "note": 1},
        without(create_record(an_ehic()), ["pin"]),
        changed(create_record(an_ehic()), ["issued_on"], "soon"),
        changed(create_record(an_ehic()), ["issued_on"], 5),
        changed(create_record(an_ehic()), ["institution"], "LT:1"),
        changed(create_record(a_pda1()), ["employments"], {}),
        changed(create_record(a_pda1()), ["employments", 0, "salary"], 1),
        changed(create_record(a_pda1()), ["is_provisional"], "no"),
    ],
)
def test_spoilt_records_are_refused(record):
    with pytest.raises(MalformedError) as raised:
        parse_record(record)
    assert raised.value.code == "bad_record"
