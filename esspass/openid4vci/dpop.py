"""Demonstrating Proof of Possession (RFC 9449): a token is worth nothing without its key.

Whether a ``jti`` was seen before, and whether a ``nonce`` is ours, is for the caller's store.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError, ProtocolError, VerificationError
from esspass.jose.jws import create_jws, verify_jws
from esspass.keys.jwk import create_jwk, create_thumbprint, encode_base64url, parse_jwk
from esspass.keys.signer import Signer
from esspass.openid4vci.members import read_optional_string, read_string, split_url
from esspass.openid4vci.refusal import refuse_with
from esspass.openid4vci.typed_jwt import (
    parse_typed_jwt,
    verify_issued_recently,
    verify_not_expired,
)

TYP = "dpop+jwt"
MAX_AGE = 60
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class DpopProof:
    """A verified proof; ``thumbprint`` is the ``jkt`` a token is bound to."""

    jwk: Mapping[str, str]
    thumbprint: str
    jti: str
    issued_at: int
    nonce: str | None


def create_access_token_hash(access_token: str) -> str:
    """Return the ``ath`` of an access token (section 4.2)."""
    return encode_base64url(hashlib.sha256(access_token.encode("ascii")).digest())


def create_dpop_proof(
    signer: Signer,
    method: str,
    url: str,
    *,
    now: int,
    access_token: str | None = None,
    nonce: str | None = None,
    random: Callable[[int], bytes] = os.urandom,
) -> str:
    """Make the proof for one request; query and fragment of ``url`` are left out."""
    parts = split_url(url)
    claims: dict[str, Any] = {
        "jti": encode_base64url(random(16)),
        "htm": method,
        "htu": parts._replace(query="", fragment="").geturl(),
        "iat": now,
    }
    if access_token is not None:
        claims["ath"] = create_access_token_hash(access_token)
    if nonce is not None:
        claims["nonce"] = nonce
    return create_jws({"typ": TYP, "jwk": create_jwk(signer.public_key)}, claims, signer)


def verify_dpop_proof(
    proof: str, *, method: str, url: str, now: int, access_token: str | None = None
) -> DpopProof:
    """Check a proof against the request it came with (section 4.3).

    ``access_token`` is given at resources, where ``ath`` is required.
    Raises ProtocolError ``invalid_dpop_proof``.
    """
    with refuse_with("invalid_dpop_proof"):
        return _verify(proof, method, url, now, access_token)


def _verify(proof: str, method: str, url: str, now: int, access_token: str | None) -> DpopProof:
    jws = parse_typed_jwt(proof, TYP)
    jwk = jws.header.get("jwk")
    if not isinstance(jwk, Mapping):
        raise MalformedError("jwk is missing from the DPoP proof")
    key = parse_jwk(jwk)
    verify_jws(jws, key)
    claims = jws.claims()
    _verify_request(claims, method, url)
    if access_token is not None and claims.get("ath") != create_access_token_hash(access_token):
        raise VerificationError("ath does not fit the access token")
    issued_at = verify_issued_recently(claims, now, MAX_AGE)
    verify_not_expired(claims, now)
    minimal = create_jwk(key)
    nonce = read_optional_string(claims, "nonce")
    return DpopProof(
        minimal, create_thumbprint(minimal), read_string(claims, "jti"), issued_at, nonce
    )


def _verify_request(claims: Mapping[str, Any], method: str, url: str) -> None:
    if claims.get("htm") != method:
        raise VerificationError("htm does not fit the request")
    if _normalized(read_string(claims, "htu")) != _normalized(url):
        raise VerificationError("htu does not fit the request")


def _normalized(url: str) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and path: query and fragment do not count (section 4.3, item 9)."""
    parts = split_url(url)
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    return parts.scheme, parts.hostname or "", port, parts.path or "/"


def verify_binding(proof: DpopProof, thumbprint: str, code: str) -> None:
    """Check that a proof was made with the expected key. Raises ProtocolError ``code``."""
    if proof.thumbprint != thumbprint:
        raise ProtocolError("the DPoP proof was made with another key", code=code)
