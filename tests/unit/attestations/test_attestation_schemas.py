"""Issuance is strict, presentation is issuance without what may be hidden, errors tell no value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    attestation_type,
    envelope_claims,
    verify_issuance,
    verify_presentation,
    write_claims,
)
from esspass.attestations.specification import read_json
from esspass.errors import MalformedError
from tests.builders.documents import (
    VCTS,
    a_represented_ehic,
    changed,
    citizen,
    complete_claims,
    document_for,
    envelope,
    hide,
    without,
)


def _refused(verify, vct, claims):
    with pytest.raises(MalformedError) as raised:
        verify(vct, claims)
    return raised.value


@pytest.mark.parametrize("vct", VCTS)
@pytest.mark.parametrize("which", ["issuance", "presentation"])
def test_schemas_are_schemas(vct, which):
    Draft202012Validator.check_schema(
        read_json(f"{attestation_type(vct).folder}/{which}.schema.json")
    )


@pytest.mark.parametrize("vct", VCTS)
def test_what_we_write_may_be_issued_and_presented(vct):
    verify_issuance(vct, complete_claims(vct))
    verify_presentation(vct, complete_claims(vct))


@pytest.mark.parametrize("key", ["builder", "driver", "musician"])
@pytest.mark.parametrize("vct", [PDA1_WEBUILD, PDA1_EUDI])
def test_every_a1_of_the_demo_may_be_issued_in_both_shapes(vct, key):
    verify_issuance(vct, complete_claims(vct, citizen(key).documents[0]))


def test_a_card_for_a_child_may_be_issued():
    verify_issuance(EHIC, complete_claims(EHIC, a_represented_ehic()))


@pytest.mark.parametrize("vct", VCTS)
def test_no_claim_beyond_the_type_is_issued(vct):
    error = _refused(verify_issuance, vct, {**complete_claims(vct), "note": "x"})
    assert error.code == "schema_violation"


@pytest.mark.parametrize("vct", VCTS)
@pytest.mark.parametrize(
    "name",
    ["vct", "vct#integrity", "iss", "iat", "exp", "jti", "cnf", "attestation_legal_category"],
)
def test_the_envelope_is_complete(vct, name):
    assert (
        _refused(verify_issuance, vct, without(complete_claims(vct), [name])).code
        == "schema_violation"
    )


@pytest.mark.parametrize("vct", [PDA1_WEBUILD, PDA1_EUDI, EHIC])
def test_documents_that_can_be_withdrawn_have_a_status(vct):
    _refused(verify_issuance, vct, without(complete_claims(vct), ["status"]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["iat"], "1"),
        (["exp"], 1.5),
        (["exp"], -1),
        (["cnf"], {}),
        (["cnf", "jwk", "d"], "secret"),
        (["iss"], "not a uri"),
        (["jti"], "not a uri"),
        (["status"], {"status_list": {"idx": -1, "uri": "https://a.example"}}),
        (["status"], {"status_list": {"idx": True, "uri": "https://a.example"}}),
        (["attestation_legal_category"], "PID"),
        (["vct#integrity"], "md5-abc"),
        (["vct"], "urn:eudi:pid:1"),
    ],
)
def test_a_spoilt_envelope_is_not_issued(path, value):
    assert (
        _refused(verify_issuance, EHIC, changed(complete_claims(EHIC), path, value)).code
        == "schema_violation"
    )


@pytest.mark.parametrize(
    ("vct", "path", "value"),
    [
        (EHIC, ["document_number"], "123"),
        (EHIC, ["issuing_authority", "country"], "lt"),
        (EHIC, ["date_of_issuance"], "2026-02-30"),
        (EHIC, ["authentic_source", "id"], "A" * 21),
        (EHIC, ["issuing_authority", "extra"], "x"),
        (PDA1_EUDI, ["employer"], []),
        (PDA1_EUDI, ["work_information"], {}),
        (PDA1_EUDI, ["status_confirmation"], "13"),
        (PDA1_EUDI, ["transitional_rules"], "yes"),
        (PID, ["nationalities"], []),
        (PID, ["sex"], 7),
        (PID, ["place_of_birth"], {}),
        (PID, ["birthdate"], "1984"),
        (PID, ["attestation_legal_category"], "PuB-EAA"),
        (PDA1_WEBUILD, ["binding"], "none"),
        (PDA1_WEBUILD, ["subject", "dateOfBirth"], "2025-02-29"),
    ],
)
def test_a_spoilt_document_is_not_issued(vct, path, value):
    document = citizen("driver").documents[0] if vct == PDA1_EUDI else None
    assert (
        _refused(verify_issuance, vct, changed(complete_claims(vct, document), path, value)).code
        == "schema_violation"
    )


@pytest.mark.parametrize(
    ("vct", "path"),
    [
        (PDA1_WEBUILD, ["competentInstitution", "institutionID"]),
        (EHIC, ["authentic_source", "id"]),
        (PDA1_EUDI, ["authentic_source", "id"]),
    ],
)
def test_our_own_institutions_have_codes_of_eessi(vct, path):
    foreign = changed(complete_claims(vct), path, "IT-INPS-001")
    assert _refused(verify_issuance, vct, foreign).code == "institution_id"
    verify_presentation(vct, foreign)


@pytest.mark.parametrize("vct", VCTS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_part_of_a_credential_may_be_hidden(vct, data):
    paths = [path for path in attestation_type(vct).disclosable if path[1:2] != ("AT",)]
    hidden = data.draw(st.sets(st.sampled_from(paths)))
    verify_presentation(vct, hide(vct, complete_claims(vct), hidden))


@pytest.mark.parametrize("vct", VCTS)
def test_everything_that_may_be_hidden_may_be_hidden_at_once(vct):
    verify_presentation(vct, hide(vct, complete_claims(vct), attestation_type(vct).disclosable))


@pytest.mark.parametrize(
    ("vct", "path"),
    [
        (PDA1_WEBUILD, ["memberstateAppliedLegislation"]),
        (PDA1_WEBUILD, ["memberstateAppliedLegislation", "endDate"]),
        (PDA1_WEBUILD, ["employmentSituations", 0, "name"]),
        (PDA1_WEBUILD, ["competentInstitution", "institutionID"]),
        (PDA1_EUDI, ["employer"]),
        (PDA1_EUDI, ["ending_date"]),
        (EHIC, ["authentic_source"]),
        (EHIC, ["date_of_issuance"]),
    ],
)
def test_what_may_not_be_hidden_is_asked_for(vct, path):
    assert (
        _refused(verify_presentation, vct, without(complete_claims(vct), path)).code
        == "schema_violation"
    )


def test_a_presentation_may_hold_top_level_claims_we_do_not_know():
    for vct in VCTS:
        verify_presentation(vct, {**complete_claims(vct), "age_over_18": True})


def test_either_country_dialect_is_enough_but_one_is_needed():
    claims = complete_claims(EHIC)
    verify_presentation(EHIC, without(claims, ["issuing_country"]))
    running = without(claims, ["issuing_authority", "country"])
    verify_presentation(EHIC, running)
    _refused(verify_presentation, EHIC, without(running, ["issuing_country"]))


def test_errors_name_the_place_and_no_value():
    claims = changed(complete_claims(PDA1_WEBUILD), ["subject", "dateOfBirth"], "Žemaitis 1984")
    message = str(_refused(verify_issuance, PDA1_WEBUILD, claims))
    assert "$.subject.dateOfBirth" in message
    assert "emaitis" not in message


def test_the_place_in_an_error_is_bounded():
    claims = changed(complete_claims(PDA1_WEBUILD), ["placesOfWork", "X" * 5000], [{"address": 1}])
    assert len(str(_refused(verify_issuance, PDA1_WEBUILD, claims))) < 300


@pytest.mark.parametrize("vct", VCTS)
def test_the_envelope_is_what_the_document_is_not(vct):
    business = set(write_claims_of(vct))
    assert not business & envelope_claims()
    assert set(envelope(vct)) <= envelope_claims()


def write_claims_of(vct):
    return write_claims(document_for(vct), vct)


def test_a_pid_has_neither_subject_identifier_nor_binding():
    assert not {"sub", "binding"} & set(envelope(PID))
    assert envelope(EHIC)["sub"] == envelope(EHIC)["jti"]


def test_a_pid_needs_no_status():
    verify_issuance(PID, {**without(complete_claims(PID), ["status"])})
    assert "status" not in envelope(PID, status=None)
