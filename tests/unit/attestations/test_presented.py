"""The verifier's view: the same names for every shape, nothing where nothing was shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    PresentedPerson,
    attestation_type,
    read_presented,
    verify_integrity,
)
from esspass.errors import EsspassError, MalformedError
from tests.builders.documents import (
    VCTS,
    a_pda1,
    a_represented_ehic,
    changed,
    citizen,
    complete_claims,
    hide,
    without,
)


@pytest.mark.parametrize("vct", [PDA1_WEBUILD, PDA1_EUDI])
def test_both_a1_shapes_look_the_same(vct):
    document = a_pda1()
    shown = read_presented(vct, complete_claims(vct))
    assert (shown.kind, shown.pin, shown.document_number) == (
        "pda1",
        document.pin,
        document.document_number,
    )
    assert (shown.institution_id, shown.institution_name, shown.institution_country) == (
        document.institution.id,
        document.institution.name,
        "LT",
    )
    assert (shown.legislation_country, shown.starts, shown.ends) == (
        "LT",
        document.starts,
        document.ends,
    )
    assert (shown.status_confirmation, shown.states_of_activity) == ("01", ("GR",))


def test_the_flat_a1_names_nobody_and_we_build_does():
    assert read_presented(PDA1_EUDI, complete_claims(PDA1_EUDI)).person is None
    person = read_presented(PDA1_WEBUILD, complete_claims(PDA1_WEBUILD)).person
    assert (person.surnames, person.forenames, person.date_of_birth) == (
        "Žemaitis",
        "Šarūnas",
        a_pda1().person.date_of_birth,
    )


def test_the_states_of_a_driver_are_each_named_once():
    for vct in (PDA1_WEBUILD, PDA1_EUDI):
        shown = read_presented(vct, complete_claims(vct, citizen("driver").documents[0]))
        assert sorted(shown.states_of_activity) == ["DE", "GR", "LT", "PL"]


def test_the_child_on_a_card_is_not_its_holder():
    shown = read_presented(EHIC, complete_claims(EHIC, a_represented_ehic()))
    assert shown.person is None
    assert shown.represented.forenames == "Matas"


def test_a_pid_shows_a_person():
    shown = read_presented(PID, complete_claims(PID))
    assert shown.person.surnames == "Žemaitis"
    assert shown.person.pin == shown.pin == "38405170415"
    assert shown.issuing_country == "LT"


def test_what_is_hidden_is_not_there():
    hidden = read_presented(
        PDA1_WEBUILD,
        hide(
            PDA1_WEBUILD, complete_claims(PDA1_WEBUILD), attestation_type(PDA1_WEBUILD).disclosable
        ),
    )
    assert (
        hidden.person,
        hidden.pin,
        hidden.document_number,
        hidden.institution_id,
        hidden.states_of_activity,
    ) == (None, None, None, None, ())
    assert hidden.legislation_country == "LT"


def test_a_part_of_a_person_is_a_person():
    claims = {"vct": PID, "family_name": "Žemaitis"}
    assert read_presented(PID, claims).person == PresentedPerson(surnames="Žemaitis")


def test_the_first_a1_shape_names_its_state_of_work():
    claims = {
        "work_address": {"country": "EL"},
        "legislation_country": "UK",
        "issuing_country": "UK",
        "issuing_authority": {"id": "1", "name": "n"},
    }
    shown = read_presented(PDA1_EUDI, claims)
    assert (
        shown.states_of_activity,
        shown.legislation_country,
        shown.issuing_authority.country,
    ) == (("GR",), "GB", "GB")


def test_the_type_must_be_known():
    with pytest.raises(MalformedError):
        read_presented("urn:eudi:pda1:9", {})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("vct", VCTS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_values_of_the_wrong_type_never_break_the_view(vct, data):
    claims = complete_claims(vct)
    name = data.draw(st.sampled_from(sorted(claims)))
    spoilt = changed(claims, [name], data.draw(json_values))
    for read in (read_presented, verify_integrity):
        try:
            read(vct, spoilt)
        except EsspassError:
            continue


def test_values_of_the_wrong_type_count_as_not_shown():
    claims = changed(complete_claims(PDA1_WEBUILD), ["documentID"], ["x"])
    assert read_presented(PDA1_WEBUILD, claims).document_number is None
    assert (
        read_presented(EHIC, changed(complete_claims(EHIC), ["ending_date"], "31.12.2026")).ends
        is None
    )
    assert read_presented(EHIC, without(complete_claims(EHIC), ["ending_date"])).ends is None
