"""The demo world's data: current on any day, valid check digits, institutions in EESSI form."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.gr import vat as gr_vat
from stdnum.lt import asmens, pvm
from stdnum.pl import nip
from stdnum.ro import cui

from demo.people import citizens, institutions
from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    Ehic,
    Pda1,
    is_institution_id,
    verify_integrity,
    verify_issuance,
)
from tests.builders.documents import TODAY, complete_claims

PEOPLE = {citizen.key: citizen for citizen in citizens(TODAY)}
TAX_NUMBERS = {"LT": pvm, "PL": nip, "GR": gr_vat, "RO": cui}


def test_there_are_five_citizens_and_all_the_bodies():
    assert list(PEOPLE) == ["builder", "driver", "musician", "pensioner", "parent"]
    assert [found.role for found in institutions()] == [
        "issuer",
        "host",
        "host",
        "identity",
        "list_operator",
        "inspectorate",
        "clinic",
    ]
    assert (
        len({found.key for found in institutions()})
        == len({found.id for found in institutions()})
        == 7
    )


def test_institutions_have_codes_of_eessi_in_their_country():
    for found in institutions():
        assert is_institution_id(found.id)
        assert found.name
    assert {found.key: found.country for found in institutions()}["host-el"] == "GR"


@pytest.mark.parametrize("key", PEOPLE)
def test_personal_numbers_are_valid_and_tell_birth_date_and_sex(key):
    for person in filter(None, (PEOPLE[key].person, PEOPLE[key].represents)):
        assert asmens.is_valid(person.pin)
        assert asmens.get_birth_date(person.pin) == person.date_of_birth
        assert (int(person.pin[0]) % 2 == 1) == (person.gender == "1")


def test_tax_numbers_of_companies_are_valid():
    documents = [
        document
        for citizen in PEOPLE.values()
        for document in citizen.documents
        if isinstance(document, Pda1)
    ]
    numbers = [(item.country, item.id) for document in documents for item in document.employments]
    numbers += [
        (state.country, place.id)
        for document in documents
        for state in document.states_of_activity
        for place in state.places
        if place.id
    ]
    assert {country for country, _ in numbers} == set(TAX_NUMBERS)
    for country, number in numbers:
        assert TAX_NUMBERS[country].is_valid(number), number


def test_card_numbers_have_twenty_digits_and_the_country():
    for citizen in PEOPLE.values():
        for document in citizen.documents:
            if isinstance(document, Ehic):
                assert len(document.document_number) == 20
                assert document.document_number.startswith("80440")


def test_the_stories_are_told_by_the_documents():
    assert PEOPLE["builder"].documents[0].status_confirmation == "01"
    assert isinstance(PEOPLE["builder"].documents[1], Ehic)
    driver = PEOPLE["driver"].documents[0]
    assert (driver.status_confirmation, len(driver.employments)) == ("02", 2)
    assert [state.country for state in driver.states_of_activity if not state.places] == ["GR"]
    assert PEOPLE["musician"].documents[0].employments[0].type_of_employment == "02"
    assert [type(document) for document in PEOPLE["pensioner"].documents] == [Ehic]
    assert PEOPLE["parent"].documents[0].represented == PEOPLE["parent"].represents
    assert PEOPLE["parent"].pid.person.forenames == "Aistė"


@settings(max_examples=50, deadline=None)
@given(st.dates(date(2025, 1, 1), date(2035, 12, 31)))
def test_documents_are_current_on_any_day(today):
    for citizen in citizens(today):
        assert citizen.pid.issued_on <= today <= citizen.pid.expires_on
        for document in citizen.documents:
            assert document.starts <= today <= document.ends
            assert document.issued_on <= today <= document.expires_on


@pytest.mark.parametrize("key", PEOPLE)
def test_every_document_may_be_issued_and_is_consistent(key):
    for document in (*PEOPLE[key].documents, PEOPLE[key].pid):
        vcts = {Pda1: (PDA1_WEBUILD, PDA1_EUDI), Ehic: (EHIC,)}.get(type(document), (PID,))
        for vct in vcts:
            verify_issuance(vct, complete_claims(vct, document))
            verify_integrity(vct, complete_claims(vct, document))
