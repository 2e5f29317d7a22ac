"""Why a document may be shown as a QR code: the purposes that verifiers check for, by their ids.

``DEFAULT_PATHS`` are the claims that a verifier asks for; the citizen may show more or less.
"""

from __future__ import annotations

from collections.abc import Mapping

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, ClaimPath, attestation_type
from esspass.errors import MalformedError

PURPOSES: Mapping[str, str] = {
    "labour-inspection": "pda1",
    "contributions": "pda1",
    "care": "ehic",
    "reimbursement": "ehic",
}
"""The kind of document that each purpose is about."""

_FLAT: tuple[ClaimPath, ...] = (("personal_administrative_number",), ("document_number",))
DEFAULT_PATHS: Mapping[str, tuple[ClaimPath, ...]] = {
    PDA1_WEBUILD: (
        ("subject", "names"),
        ("subject", "dateOfBirth"),
        ("documentID",),
        ("competentInstitution",),
        ("statusConfirmation",),
        ("employmentSituations", None),
        ("placesOfWork",),
    ),
    PDA1_EUDI: _FLAT,
    EHIC: _FLAT,
}


def purposes_of(vct: str) -> tuple[str, ...]:
    """Return the purposes for which a document of this type is asked for; none for some."""
    kind = attestation_type(vct).kind
    return tuple(purpose for purpose, asked in PURPOSES.items() if asked == kind)


def verify_purpose(purpose: str, vct: str) -> None:
    """Raise MalformedError ``unknown_purpose`` for what this document is not asked for."""
    if purpose not in purposes_of(vct):
        raise MalformedError("not a purpose of this document", code="unknown_purpose")
