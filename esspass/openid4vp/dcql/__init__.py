"""The Digital Credentials Query Language (OpenID4VP 1.0, sections 6 and 7).

``parse_dcql`` reads a query, ``match_dcql`` answers it out of what a wallet holds, and
``parse_vp_token`` with ``verify_presented`` hold an answer to the query it answers.
"""

from esspass.openid4vp.dcql.answer import VpToken, parse_vp_token, verify_presented
from esspass.openid4vp.dcql.match import (
    Candidate,
    DcqlMatch,
    Holding,
    NoMatchError,
    Selection,
    SetMatch,
    match_dcql,
)
from esspass.openid4vp.dcql.paths import ClaimPath, covers, find_claims
from esspass.openid4vp.dcql.query import (
    MSO_MDOC,
    SD_JWT_VC,
    ClaimsQuery,
    CredentialQuery,
    CredentialSetQuery,
    DcqlQuery,
    TrustedAuthority,
    parse_dcql,
    verify_minimal,
)

__all__ = [
    "MSO_MDOC",
    "SD_JWT_VC",
    "Candidate",
    "ClaimPath",
    "ClaimsQuery",
    "CredentialQuery",
    "CredentialSetQuery",
    "DcqlMatch",
    "DcqlQuery",
    "Holding",
    "NoMatchError",
    "Selection",
    "SetMatch",
    "TrustedAuthority",
    "VpToken",
    "covers",
    "find_claims",
    "match_dcql",
    "parse_dcql",
    "parse_vp_token",
    "verify_minimal",
    "verify_presented",
]
