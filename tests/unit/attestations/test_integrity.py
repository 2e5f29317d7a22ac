"""Rules between claims that no schema can say; silent about what was not disclosed."""

import pytest

from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    attestation_type,
    verify_integrity,
    verify_presentation,
)
from esspass.errors import VerificationError
from tests.builders.documents import VCTS, a_represented_ehic, changed, complete_claims, hide

LEGISLATION = "memberstateAppliedLegislation"


@pytest.mark.parametrize("vct", VCTS)
def test_good_documents_pass(vct):
    verify_integrity(vct, complete_claims(vct))
    verify_integrity(vct, hide(vct, complete_claims(vct), attestation_type(vct).disclosable))


@pytest.mark.parametrize(
    ("vct", "path", "value", "code"),
    [
        pytest.param(
            PDA1_WEBUILD,
            [LEGISLATION, "endDate"],
            "2026-01-31",
            "end_before_start",
            id="A-10-we-build",
        ),
        pytest.param(PDA1_EUDI, ["ending_date"], "2026-01-31", "end_before_start", id="A-10-flat"),
        pytest.param(EHIC, ["ending_date"], "2025-12-31", "end_before_start", id="E-08-cover"),
        pytest.param(
            EHIC, ["date_of_expiry"], "2025-12-31", "expiry_before_issuance", id="E-08-document"
        ),
        pytest.param(
            PID, ["date_of_expiry"], "2020-01-01", "expiry_before_issuance", id="pid-expiry"
        ),
        pytest.param(PDA1_WEBUILD, ["exp"], 1, "expiry_before_issuance", id="exp-before-iat"),
        pytest.param(
            PDA1_WEBUILD,
            ["placesOfWork", "GR", 0, "address", "countryCode"],
            "RO",
            "country_mismatch",
            id="A-16",
        ),
        pytest.param(
            PDA1_WEBUILD,
            ["competentInstitution", "countryCode"],
            "LV",
            "country_mismatch",
            id="institution-country",
        ),
        pytest.param(EHIC, ["issuing_country"], "LV", "country_mismatch", id="two-dialects-ehic"),
        pytest.param(
            PDA1_EUDI,
            ["issuing_authority", "country"],
            "LV",
            "country_mismatch",
            id="two-dialects-pda1",
        ),
        pytest.param(
            PDA1_WEBUILD,
            ["subject", "dateOfBirth"],
            "2026-06-01",
            "birth_after_start",
            id="not-born-yet",
        ),
    ],
)
def test_contradictions_fail_though_the_schema_accepts_them(vct, path, value, code):
    claims = changed(complete_claims(vct), path, value)
    verify_presentation(vct, claims)
    with pytest.raises(VerificationError) as raised:
        verify_integrity(vct, claims)
    assert raised.value.code == code


def test_a_card_does_not_start_before_the_child_is_born():
    claims = changed(
        complete_claims(EHIC, a_represented_ehic()), ["subject", "date_of_birth"], "2026-03-01"
    )
    with pytest.raises(VerificationError) as raised:
        verify_integrity(EHIC, claims)
    assert raised.value.code == "birth_after_start"


@pytest.mark.parametrize(
    ("vct", "path"), [(PDA1_WEBUILD, [LEGISLATION, "endDate"]), (PDA1_EUDI, ["ending_date"])]
)
def test_an_open_end_is_allowed(vct, path):
    verify_integrity(vct, changed(complete_claims(vct), path, "2499-01-01"))


def test_one_day_is_a_period():
    claims = complete_claims(PDA1_WEBUILD)
    verify_integrity(
        PDA1_WEBUILD, changed(claims, [LEGISLATION, "endDate"], claims[LEGISLATION]["startDate"])
    )


def test_two_codes_of_one_country_do_not_contradict():
    claims = changed(complete_claims(EHIC), ["issuing_country"], "EL")
    verify_integrity(EHIC, changed(claims, ["issuing_authority", "country"], "GR"))


def test_a_document_may_be_issued_after_its_period_began():
    verify_integrity(EHIC, changed(complete_claims(EHIC), ["starting_date"], "2025-06-01"))
