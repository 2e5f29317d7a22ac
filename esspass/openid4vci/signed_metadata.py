"""Signed Credential Issuer metadata (OpenID4VCI 1.0, section 12.2.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cryptography import x509

from esspass.errors import VerificationError
from esspass.jose.jws import create_jws, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_leaf_key, parse_x5c
from esspass.keys.signer import Signer
from esspass.openid4vci.metadata import IssuerMetadata, parse_issuer_metadata
from esspass.openid4vci.typed_jwt import verify_issued_recently, verify_not_expired

TYP = "openidvci-issuer-metadata+jwt"
MEDIA_TYPE = "application/jwt"
MAX_AGE = 7 * 86400


def create_signed_metadata(
    document: Mapping[str, Any], signer: Signer, *, now: int, lifetime: int
) -> str:
    """Sign a metadata document; every parameter stays a top-level claim."""
    issuer = document["credential_issuer"]
    claims = {**document, "iss": issuer, "sub": issuer, "iat": now, "exp": now + lifetime}
    return create_jws({"typ": TYP, "x5c": create_x5c(signer.certificates)}, claims, signer)


def verify_signed_metadata(
    token: str,
    credential_issuer: str,
    *,
    now: int,
    decide: Callable[[Sequence[x509.Certificate]], object],
) -> IssuerMetadata:
    """Check signed metadata; ``decide`` raises unless the chain may speak for the issuer.

    Raises MalformedError or VerificationError.
    """
    jws = parse_jws(token)
    if jws.header.get("typ") != TYP:
        raise VerificationError("not signed issuer metadata", code="wrong_typ")
    chain = parse_x5c(jws.header)
    verify_jws(jws, parse_leaf_key(chain))
    decide(chain)
    claims = jws.claims()
    if claims.get("sub") != credential_issuer:
        message = "the signed metadata belongs to another credential issuer"
        raise VerificationError(message, code="issuer_mismatch")
    verify_issued_recently(claims, now, MAX_AGE)
    verify_not_expired(claims, now)
    return parse_issuer_metadata(claims, credential_issuer)
