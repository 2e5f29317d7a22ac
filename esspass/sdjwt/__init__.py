"""SD-JWT (RFC 9901) and SD-JWT VC (draft 13): issue, present, verify. Pure functions."""

from __future__ import annotations

from esspass.jose.claims import StatusReference
from esspass.sdjwt.disclosure import ClaimPath, Disclosure, create_digest, parse_disclosure
from esspass.sdjwt.issuance import create_sd_jwt
from esspass.sdjwt.key_binding import (
    create_key_binding,
    verify_holder_signature,
    verify_key_binding,
    verify_sd_hash,
)
from esspass.sdjwt.presentation import SdJwt, create_presentation, parse_sd_jwt
from esspass.sdjwt.processing import Processed, process_disclosures
from esspass.sdjwt.vc import (
    NEVER_DISCLOSED,
    UnverifiedVc,
    VerifiedVc,
    create_sd_jwt_vc,
    parse_sd_jwt_vc,
    verify_sd_jwt_vc,
    verify_validity,
)

__all__ = [
    "NEVER_DISCLOSED",
    "ClaimPath",
    "Disclosure",
    "Processed",
    "SdJwt",
    "StatusReference",
    "UnverifiedVc",
    "VerifiedVc",
    "create_digest",
    "create_key_binding",
    "create_presentation",
    "create_sd_jwt",
    "create_sd_jwt_vc",
    "parse_disclosure",
    "parse_sd_jwt",
    "parse_sd_jwt_vc",
    "process_disclosures",
    "verify_holder_signature",
    "verify_key_binding",
    "verify_sd_hash",
    "verify_sd_jwt_vc",
    "verify_validity",
]
