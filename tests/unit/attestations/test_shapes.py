"""One model, many shapes: what is written can be read, dialects are understood, gaps are named."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspass.attestations import (
    EHIC,
    PDA1_APPLICATION,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    Address,
    Authority,
    Ehic,
    Employment,
    Institution,
    Pda1,
    Person,
    Pid,
    PlaceOfBirth,
    PlaceOfWork,
    StateOfActivity,
    probe_shape,
    read_claims,
    read_presented,
    write_claims,
)
from esspass.attestations.specification import pda1_states
from esspass.errors import MalformedError
from tests.builders.documents import (
    a_pda1,
    a_pid,
    a_represented_ehic,
    an_application,
    an_ehic,
    changed,
    citizen,
    complete_claims,
    without,
)

text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=4, max_size=20)
maybe = st.none() | text
states = st.sampled_from(pda1_states())
days = st.dates(date(1900, 1, 1), date(2499, 1, 1))
flags = st.none() | st.booleans()
addresses = st.builds(
    Address, town=text, country=states, street_and_number=maybe, postcode=maybe, region=st.none()
)
persons = st.builds(
    Person,
    surnames=text,
    forenames=text,
    date_of_birth=days,
    pin=st.just("placeholder"),
    gender=st.sampled_from("012"),
    surname_at_birth=maybe,
    forenames_at_birth=maybe,
    nationalities=st.lists(states, min_size=1, max_size=3, unique=True).map(tuple),
    place_of_birth=st.builds(PlaceOfBirth, country=states, town=text, region=st.none()),
    residence=st.lists(addresses, min_size=1, max_size=1).map(tuple),
    stay=st.lists(addresses, max_size=2).map(tuple),
)
places = st.builds(
    PlaceOfWork,
    address=addresses,
    name=text,
    id=st.none(),
    type_of_id=st.none(),
    flag_base_home_state=st.none() | states,
)
institutions = st.builds(
    Institution,
    id=states.map(lambda c: {"GR": "EL", "GB": "UK"}.get(c, c) + ":1234"),
    name=text,
    country=states,
    address=addresses,
    phone=st.just("+37052000001"),
    fax=st.none(),
    email=st.none(),
)


@st.composite
def pda1s(draw):
    person = draw(persons)
    employments = draw(st.lists(addresses, min_size=1, max_size=3))
    codes = draw(st.lists(states, min_size=1, max_size=3, unique=True))
    found = []
    for code in codes:
        here = draw(st.lists(places, max_size=2))
        found.append(
            StateOfActivity(
                code,
                tuple(
                    replace(place, address=replace(place.address, country=code)) for place in here
                ),
            )
        )
    pin = draw(text)
    return Pda1(
        document_number=draw(text),
        pin=pin,
        legislation_country=draw(states),
        starts=draw(days),
        ends=draw(days),
        status_confirmation=draw(st.sampled_from([f"{n:02}" for n in range(1, 13)])),
        employments=tuple(
            Employment(
                draw(text),
                draw(text),
                address.country,
                draw(st.sampled_from(["01", "02"])),
                draw(st.sampled_from(["01", "98"])),
                address,
            )
            for address in employments
        ),
        states_of_activity=tuple(found),
        institution=draw(institutions),
        person=replace(person, pin=pin),
        applies_for_duration=draw(flags),
        is_provisional=draw(flags),
        transitional_rules=draw(flags),
    )


@settings(max_examples=60, deadline=None)
@given(pda1s())
def test_we_build_round_trips(document):
    assert read_claims(PDA1_WEBUILD, write_claims(document, PDA1_WEBUILD)) == document


@pytest.mark.parametrize("key", ["builder", "driver", "musician"])
def test_the_flat_shape_round_trips_but_for_what_it_has_no_place_for(key):
    document = citizen(key).documents[0]
    read = read_claims(PDA1_EUDI, write_claims(document, PDA1_EUDI))
    institution = Institution(document.institution.id, document.institution.name, "LT")
    assert read == replace(
        document,
        person=None,
        institution=institution,
        issuing_authority=Authority(institution.id, institution.name, "LT"),
        applies_for_duration=None,
        is_provisional=None,
        employments=tuple(
            replace(item, address=None, type_of_id=None) for item in document.employments
        ),
        states_of_activity=tuple(
            replace(state, places=tuple(replace(place, type_of_id=None) for place in state.places))
            for state in document.states_of_activity
        ),
    )


@pytest.mark.parametrize("make", [an_ehic, a_represented_ehic])
def test_the_ehic_round_trips(make):
    document = make()
    institution = Institution(document.institution.id, document.institution.name, "LT")
    subject = document.represented and Person(
        document.represented.surnames,
        document.represented.forenames,
        document.represented.date_of_birth,
    )
    expected = replace(
        document,
        institution=institution,
        issuing_authority=Authority(institution.id, institution.name, "LT"),
        represented=subject,
    )
    assert read_claims(EHIC, write_claims(document, EHIC)) == expected


def test_the_pid_round_trips():
    assert read_claims(PID, write_claims(a_pid(), PID)) == a_pid()


def test_the_ehic_carries_both_country_dialects():
    claims = write_claims(an_ehic(), EHIC)
    assert claims["issuing_country"] == claims["issuing_authority"]["country"] == "LT"


def test_a_named_issuing_authority_is_written():
    authority = Authority("LT:90009", "Pasirašanti įstaiga", "LT")
    assert (
        write_claims(replace(an_ehic(), issuing_authority=authority), EHIC)["issuing_authority"][
            "id"
        ]
        == "LT:90009"
    )


def test_the_envelope_does_not_disturb_reading():
    assert read_claims(EHIC, complete_claims(EHIC)) == read_claims(
        EHIC, write_claims(an_ehic(), EHIC)
    )


V1 = {
    "personal_administrative_number": "40046784",
    "document_number": "40046784",
    "issuing_authority": {"id": "01", "name": "Example"},
    "issuing_country": "EL",
    "authentic_source": {"id": "3a5e4196-f996-4048-bfae-c2650d160dcb", "name": "Example"},
    "date_of_issuance": "2024-04-05",
    "starting_date": "2026-01-20",
    "ending_date": "2027-01-20",
    "employer": {"id": "31", "name": "Example AB", "country": "UK"},
    "legislation_country": "EL",
    "status_confirmation": "01",
    "work_address": {
        "street_address": "Calle",
        "building_number": "11",
        "locality": "Madrid",
        "postal_code": "28001",
        "country": "ES",
    },
}


def test_the_first_shape_behind_the_same_vct_is_read():
    document = read_claims(PDA1_EUDI, V1)
    assert probe_shape(PDA1_EUDI, V1) == "eudi-v1"
    assert document.legislation_country == document.institution.country == "GR"
    assert document.employments == (Employment("Example AB", "31", "GB"),)
    assert document.states_of_activity == (
        StateOfActivity("ES", (PlaceOfWork(Address("Madrid", "ES", "Calle 11", "28001")),)),
    )


def test_the_shape_is_told_by_claims_that_are_always_there():
    flat = write_claims(a_pda1(), PDA1_EUDI)
    assert (
        probe_shape(PDA1_EUDI, flat)
        == probe_shape(PDA1_EUDI, without(flat, ["work_information"]))
        == "eudi-2025-08"
    )
    assert probe_shape(PDA1_WEBUILD, write_claims(a_pda1(), PDA1_WEBUILD)) == "we-build-1.0"


@pytest.mark.parametrize(
    ("vct", "claims"),
    [
        (PDA1_WEBUILD, {"subject": {}, "decision_legislation_applicable": {}}),
        (PDA1_EUDI, {"credential_holder": {}, "employment_details": []}),
        (PDA1_EUDI, {}),
        (PDA1_WEBUILD, write_claims(a_pda1(), PDA1_EUDI)),
    ],
)
def test_other_shapes_are_not_guessed_at(vct, claims):
    with pytest.raises(MalformedError) as raised:
        read_claims(vct, claims)
    assert raised.value.code == "unknown_shape"


def test_countries_are_normalised_on_the_way_in():
    claims = write_claims(citizen("driver").documents[0], PDA1_EUDI)
    claims = changed(claims, ["work_information", "no_fixed_place_of_work"], "EL")
    claims = changed(claims, ["employer", 0, "country"], "UK")
    document = read_claims(PDA1_EUDI, claims)
    assert document.states_of_activity[-1] == StateOfActivity("GR")
    assert document.employments[0].country == "GB"


def test_an_institution_without_eessi_code_has_the_issuing_country():
    claims = changed(write_claims(an_ehic(), EHIC), ["authentic_source", "id"], "CLEISS")
    assert read_claims(EHIC, claims).institution.country == "LT"


def test_an_incomplete_document_is_no_document():
    for vct, path in (
        (PDA1_WEBUILD, ["subject", "pin"]),
        (EHIC, ["document_number"]),
        (PID, ["family_name"]),
    ):
        with pytest.raises(MalformedError) as raised:
            read_claims(vct, without(complete_claims(vct), path))
        assert raised.value.code == "schema_violation"


@pytest.mark.parametrize(
    ("document", "vct"),
    [
        (replace(a_pda1(), person=None), PDA1_WEBUILD),
        (replace(a_pda1(), issued_on=None), PDA1_EUDI),
        (
            replace(a_pda1(), states_of_activity=(StateOfActivity("GR"), StateOfActivity("RO"))),
            PDA1_EUDI,
        ),
        (
            replace(
                a_pid(), person=replace(a_pid().person, residence=a_pid().person.residence * 2)
            ),
            PID,
        ),
        (an_ehic(), PID),
        (a_pid(), EHIC),
        (a_pda1(), EHIC),
    ],
)
def test_what_a_shape_cannot_say_is_not_written(document, vct):
    with pytest.raises(MalformedError) as raised:
        write_claims(document, vct)
    assert raised.value.code == "not_expressible"


def test_an_unknown_type_is_not_written():
    with pytest.raises(MalformedError) as raised:
        write_claims(an_ehic(), "urn:eudi:ehic:2")
    assert raised.value.code == "unknown_type"


def test_genders_we_build_does_not_know_are_not_specified():
    document = replace(a_pda1(), person=replace(a_pda1().person, gender="5"))
    assert write_claims(document, PDA1_WEBUILD)["subject"]["gender"] == "0"


def test_documents_are_of_three_models():
    assert {type(a_pda1()), type(an_ehic()), type(a_pid())} == {Pda1, Ehic, Pid}


def test_an_application_reads_back():
    document = an_application()
    claims = write_claims(document, PDA1_APPLICATION)
    assert probe_shape(PDA1_APPLICATION, claims) == "application"
    read = read_claims(PDA1_APPLICATION, claims)
    assert read.employments[0].name == document.employments[0].name
    assert (read.applied_on, read.states_of_work) == (document.applied_on, ("GR",))
    assert read_presented(PDA1_APPLICATION, claims).states_of_activity == ("GR",)
    with pytest.raises(MalformedError):
        write_claims(document, PDA1_EUDI)
    with pytest.raises(MalformedError):
        write_claims(a_pda1(), PDA1_APPLICATION)
