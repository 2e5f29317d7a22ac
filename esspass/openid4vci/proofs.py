"""Key proofs (OpenID4VCI 1.0, section 8.2 and appendix F; HAIP 1.0, section 4.5.1).

Three forms reach the issuer: ``jwt``, ``jwt`` carrying a key attestation, and ``attestation``.
The result is the same: distinct holder keys, and the nonces that must be ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError, ProtocolError, VerificationError
from esspass.jose.jws import UnverifiedJws, create_jws, verify_jws
from esspass.keys.certificates import parse_leaf_key, parse_x5c
from esspass.keys.jwk import PublicKey, create_jwk, create_thumbprint, parse_jwk
from esspass.keys.signer import Signer
from esspass.openid4vci.key_attestation import Decide, KeyAttestation, verify_key_attestation
from esspass.openid4vci.members import is_array, read_object, read_string
from esspass.openid4vci.refusal import refuse_with
from esspass.openid4vci.typed_jwt import (
    parse_typed_jwt,
    verify_issued_recently,
    verify_not_expired,
)

TYP = "openid4vci-proof+jwt"
MAX_AGE = 600
MAX_PROOFS = 100
PROOF_TYPES = ("jwt", "attestation")


@dataclass(frozen=True, slots=True)
class Proofs:
    """Proofs as sent: one type, at least one value."""

    proof_type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifiedProofs:
    """Distinct minimal holder keys in the order sent, and every nonce that was signed."""

    jwks: tuple[Mapping[str, str], ...]
    nonces: frozenset[str]
    key_attestations: tuple[KeyAttestation, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofPolicy:
    """What the issuer demands: its identifier as ``aud``, the client, who may attest keys."""

    credential_issuer: str
    decide: Decide
    client_id: str | None = None
    key_attestation_required: bool = False


def create_jwt_proof(
    holder: Signer,
    *,
    credential_issuer: str,
    nonce: str,
    now: int,
    client_id: str | None = None,
    key_attestation: str | None = None,
) -> str:
    """Prove possession of a holder key to the issuer that gave ``nonce``."""
    header: dict[str, Any] = {"typ": TYP, "jwk": create_jwk(holder.public_key)}
    if key_attestation is not None:
        header["key_attestation"] = key_attestation
    claims: dict[str, Any] = {"aud": credential_issuer, "iat": now, "nonce": nonce}
    if client_id is not None:
        claims["iss"] = client_id
    return create_jws(header, claims, holder)


def parse_proofs(value: Any) -> Proofs:
    """Read ``proofs`` of a credential request: exactly one type, a non-empty array.

    Raises ProtocolError ``invalid_proof``.
    """
    with refuse_with("invalid_proof"):
        members = read_object(value, "proofs")
        if len(members) != 1:
            raise MalformedError("proofs must hold exactly one proof type")
        proof_type, values = next(iter(members.items()))
        if proof_type not in PROOF_TYPES:
            raise MalformedError("proof type not supported")
        if not is_array(values) or not 0 < len(values) <= MAX_PROOFS:
            raise MalformedError("proofs must hold a non-empty array")
        if not all(isinstance(proof, str) for proof in values):
            raise MalformedError("proofs must be strings")
        if proof_type == "attestation" and len(values) != 1:
            raise MalformedError("exactly one key attestation is allowed")
        return Proofs(proof_type, tuple(values))


def verify_proofs(proofs: Proofs, policy: ProofPolicy, now: int) -> VerifiedProofs:
    """Check every proof; the caller then checks the nonces against its store.

    Raises ProtocolError ``invalid_proof``.
    """
    with refuse_with("invalid_proof"):
        if proofs.proof_type == "attestation":
            return _verify_attestation(proofs.values[0], policy, now)
        return _join([_verify_jwt(value, policy, now) for value in proofs.values])


def _verify_attestation(value: str, policy: ProofPolicy, now: int) -> VerifiedProofs:
    attestation = verify_key_attestation(value, now=now, decide=policy.decide)
    if attestation.nonce is None:
        raise MalformedError("nonce is missing from the key attestation")
    return VerifiedProofs(attestation.jwks, frozenset({attestation.nonce}), (attestation,))


def _verify_jwt(value: str, policy: ProofPolicy, now: int) -> VerifiedProofs:
    jws = parse_typed_jwt(value, TYP)
    attestation = _key_attestation(jws.header, policy, now)
    key = _proof_key(jws.header, attestation)
    verify_jws(jws, key)
    nonce = _verify_claims(jws, policy, now)
    jwk = create_jwk(key)
    if attestation is None:
        return VerifiedProofs((jwk,), frozenset({nonce}))
    if create_thumbprint(jwk) not in attestation.thumbprints:
        raise VerificationError("the proof key is not among the attested keys")
    if attestation.nonce not in (None, nonce):
        raise VerificationError("the key attestation has another nonce than the proof")
    return VerifiedProofs(attestation.jwks, frozenset({nonce}), (attestation,))


def _key_attestation(
    header: Mapping[str, Any], policy: ProofPolicy, now: int
) -> KeyAttestation | None:
    if "key_attestation" not in header:
        if policy.key_attestation_required:
            raise MalformedError("a key attestation is required")
        return None
    token = header["key_attestation"]
    attestation = verify_key_attestation(token, now=now, decide=policy.decide)
    if attestation.expires_at is None:
        raise MalformedError("exp is missing from the key attestation")
    return attestation


def _proof_key(header: Mapping[str, Any], attestation: KeyAttestation | None) -> PublicKey:
    """Exactly one of jwk, x5c, kid; a kid names one of the attested keys."""
    if len({"jwk", "x5c", "kid"} & header.keys()) != 1:
        raise MalformedError("a proof names its key by exactly one of jwk, x5c and kid")
    if "jwk" in header:
        return parse_jwk(read_object(header["jwk"], "jwk"))
    if "x5c" in header:
        return parse_leaf_key(parse_x5c(header))
    if attestation is None:
        raise MalformedError("kid is only supported together with a key attestation")
    return parse_jwk(_named_key(read_string(header, "kid"), attestation))


def _named_key(kid: str, attestation: KeyAttestation) -> Mapping[str, str]:
    """By the key's ``kid``, its thumbprint, or its place: wallets do all three."""
    for place, jwk in enumerate(attestation.jwks):
        if kid in (attestation.key_ids[place], attestation.thumbprints[place], str(place)):
            return jwk
    raise VerificationError("kid names no attested key")


def _verify_claims(jws: UnverifiedJws, policy: ProofPolicy, now: int) -> str:
    claims = jws.claims()
    if claims.get("aud") not in (policy.credential_issuer, [policy.credential_issuer]):
        raise VerificationError("aud of the proof is another issuer")
    if "iss" in claims and policy.client_id is not None and claims["iss"] != policy.client_id:
        raise VerificationError("iss of the proof is another client")
    verify_issued_recently(claims, now, MAX_AGE)
    verify_not_expired(claims, now)
    return read_string(claims, "nonce")


def _join(verified: Sequence[VerifiedProofs]) -> VerifiedProofs:
    """Put the proofs together; keys proven one by one must differ, attested ones may repeat."""
    plain = [proof.jwks[0] for proof in verified if not proof.key_attestations]
    if len({create_thumbprint(jwk) for jwk in plain}) != len(plain):
        raise VerificationError("two proofs have the same key")
    jwks = {create_thumbprint(jwk): jwk for proof in verified for jwk in proof.jwks}
    nonces = frozenset().union(*(proof.nonces for proof in verified))
    attestations = tuple(a for proof in verified for a in proof.key_attestations)
    return VerifiedProofs(tuple(jwks.values()), nonces, attestations)


def verify_nonces(proofs: VerifiedProofs, *, fresh: bool) -> None:
    """Refuse with ``invalid_nonce`` unless the store found every nonce fresh (section 8.3.1.2)."""
    if not fresh or not proofs.nonces:
        raise ProtocolError("c_nonce is unknown, used or expired", code="invalid_nonce")
