"""Attestation-based client authentication: a wallet provider vouches for a wallet instance.

HAIP 1.0 pins draft-ietf-oauth-attestation-based-client-auth-07, which has ``iss`` in both tokens;
-08 dropped it. We emit the -07 shape and accept both: an ``iss`` that is there must be right.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from esspass.errors import ProtocolError, VerificationError
from esspass.jose.jws import create_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_leaf_key, parse_x5c
from esspass.keys.jwk import (
    PublicKey,
    create_jwk,
    create_thumbprint,
    encode_base64url,
    parse_jwk,
)
from esspass.keys.signer import Signer
from esspass.openid4vci.members import (
    read_integer,
    read_object,
    read_optional_integer,
    read_optional_string,
    read_string,
)
from esspass.openid4vci.refusal import refuse_with
from esspass.openid4vci.typed_jwt import (
    parse_typed_jwt,
    verify_issued_recently,
    verify_not_expired,
)

ATTESTATION_TYP = "oauth-client-attestation+jwt"
POP_TYP = "oauth-client-attestation-pop+jwt"
ATTESTATION_HEADER = "OAuth-Client-Attestation"
POP_HEADER = "OAuth-Client-Attestation-PoP"
CHALLENGE_HEADER = "OAuth-Client-Attestation-Challenge"
AUTH_METHOD = "attest_jwt_client_auth"
POP_MAX_AGE = 300
ATTESTATION_MAX_AGE = 86400
REFUSED = "invalid_client_attestation"
STALE = "use_fresh_attestation"

Decide = Callable[[Sequence[x509.Certificate]], object]


@dataclass(frozen=True, slots=True)
class ClientAttestation:
    """A verified wallet attestation: the client, its instance key, who vouches."""

    client_id: str
    instance_jwk: Mapping[str, str]
    thumbprint: str
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class ClientAttestationPop:
    """A verified proof of possession.

    That ``jti`` is new and ``challenge`` ours is for the caller's store to say.
    """

    jti: str
    issued_at: int
    challenge: str | None


def create_client_attestation(
    provider: Signer,
    *,
    issuer: str,
    client_id: str,
    instance_key: PublicKey,
    now: int,
    lifetime: int,
    claims: Mapping[str, Any] | None = None,
) -> str:
    """Vouch for the wallet instance that holds ``instance_key`` (section 5.1).

    ``lifetime`` in seconds; ``claims`` are further members such as ``wallet_name``.
    """
    payload = {
        **(claims or {}),
        "iss": issuer,
        "sub": client_id,
        "iat": now,
        "exp": now + lifetime,
        "cnf": {"jwk": create_jwk(instance_key)},
    }
    header = {"typ": ATTESTATION_TYP, "x5c": create_x5c(provider.certificates)}
    return create_jws(header, payload, provider)


def create_client_attestation_pop(
    instance: Signer,
    *,
    client_id: str,
    audience: str,
    now: int,
    challenge: str | None = None,
    random: Callable[[int], bytes] = os.urandom,
) -> str:
    """Prove possession of the instance key to one authorization server (section 5.2)."""
    payload: dict[str, Any] = {
        "iss": client_id,
        "aud": audience,
        "jti": encode_base64url(random(16)),
        "iat": now,
    }
    if challenge is not None:
        payload["challenge"] = challenge
    return create_jws({"typ": POP_TYP}, payload, instance)


def verify_client_attestation(
    token: str, *, now: int, decide: Decide, max_age: int = ATTESTATION_MAX_AGE
) -> ClientAttestation:
    """Check a wallet attestation; ``decide`` raises unless the chain is a wallet provider's.

    Raises ProtocolError ``invalid_client_attestation`` (401), also for one that has expired, which
    the conformance suite wants (``exp-in-past``); ``use_fresh_attestation`` (400; -07, section 6.2)
    for a genuine one made more than ``max_age`` seconds ago, or without ``iat``.
    """
    with refuse_with(REFUSED, 401):
        jws = parse_typed_jwt(token, ATTESTATION_TYP)
        chain = parse_x5c(jws.header)
        verify_jws(jws, parse_leaf_key(chain))
        decide(chain)
        claims = jws.claims()
        attestation = _read(claims, chain, now)
        issued_at = read_optional_integer(claims, "iat")
    if issued_at is None or issued_at < now - max_age:
        message = "the client attestation is too old, or does not say when it was made"
        raise ProtocolError(message, code=STALE)
    return attestation


def _read(
    claims: Mapping[str, Any], chain: tuple[x509.Certificate, ...], now: int
) -> ClientAttestation:
    read_optional_string(claims, "iss")
    if read_integer(claims, "exp") <= now:
        raise VerificationError("the client attestation has expired")
    verify_not_expired(claims, now)
    jwk = read_object(read_object(claims.get("cnf"), "cnf").get("jwk"), "cnf.jwk")
    minimal = create_jwk(parse_jwk(jwk))
    client_id = read_string(claims, "sub")
    return ClientAttestation(client_id, minimal, create_thumbprint(minimal), chain)


def verify_client_attestation_pop(
    token: str, attestation: ClientAttestation, *, audience: str, now: int
) -> ClientAttestationPop:
    """Check the proof of possession that came with ``attestation``.

    ``audience`` is the issuer identifier of the authorization server.
    Raises ProtocolError ``invalid_client_attestation`` (401).
    """
    with refuse_with(REFUSED, 401):
        jws = parse_typed_jwt(token, POP_TYP)
        verify_jws(jws, parse_jwk(attestation.instance_jwk))
        claims = jws.claims()
        if claims.get("aud") not in (audience, [audience]):
            raise VerificationError("aud of the proof of possession is another server")
        if claims.get("iss", attestation.client_id) != attestation.client_id:
            raise VerificationError("iss of the proof of possession is another client")
        issued_at = verify_issued_recently(claims, now, POP_MAX_AGE)
        verify_not_expired(claims, now)
        challenge = read_optional_string(claims, "challenge")
        return ClientAttestationPop(read_string(claims, "jti"), issued_at, challenge)


def verify_client_id(attestation: ClientAttestation, client_id: str | None) -> None:
    """Check ``client_id`` of a request against the attestation. Raises ``invalid_client``."""
    if client_id is not None and client_id != attestation.client_id:
        raise ProtocolError("client_id is not the attested one", code="invalid_client", status=401)
