"""Key attestations (OpenID4VCI 1.0, appendix D): a wallet provider vouches for holder keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from esspass.errors import MalformedError
from esspass.jose.jws import create_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_leaf_key, parse_x5c
from esspass.keys.jwk import PublicKey, create_jwk, create_thumbprint, parse_jwk
from esspass.keys.signer import Signer
from esspass.openid4vci.members import (
    is_array,
    read_integer,
    read_object,
    read_optional_string,
    read_optional_strings,
)
from esspass.openid4vci.typed_jwt import (
    parse_typed_jwt,
    verify_issued_recently,
    verify_not_expired,
)

TYP = "key-attestation+jwt"
MAX_KEYS = 100
MAX_AGE = 366 * 86400
Decide = Callable[[Sequence[x509.Certificate]], object]


@dataclass(frozen=True, slots=True)
class KeyAttestation:
    """A verified attestation; ``jwks`` are minimal public keys, each different."""

    jwks: tuple[Mapping[str, str], ...]
    key_ids: tuple[str | None, ...]
    nonce: str | None
    expires_at: int | None
    key_storage: tuple[str, ...]
    user_authentication: tuple[str, ...]
    chain: tuple[x509.Certificate, ...]

    @property
    def thumbprints(self) -> tuple[str, ...]:
        return tuple(create_thumbprint(jwk) for jwk in self.jwks)


def create_key_attestation(
    provider: Signer,
    attested_keys: Sequence[PublicKey],
    *,
    now: int,
    lifetime: int,
    nonce: str | None = None,
    key_storage: Sequence[str] = (),
    user_authentication: Sequence[str] = (),
) -> str:
    """Vouch for holder keys; ``lifetime`` in seconds, levels as ``iso_18045_basic``."""
    payload: dict[str, Any] = {
        "iat": now,
        "exp": now + lifetime,
        "attested_keys": [create_jwk(key) for key in attested_keys],
    }
    levels = {"key_storage": list(key_storage), "user_authentication": list(user_authentication)}
    payload.update({name: level for name, level in levels.items() if level})
    if nonce is not None:
        payload["nonce"] = nonce
    return create_jws({"typ": TYP, "x5c": create_x5c(provider.certificates)}, payload, provider)


def verify_key_attestation(token: str, *, now: int, decide: Decide) -> KeyAttestation:
    """Check a key attestation; ``decide`` raises unless the chain is a wallet provider's.

    Whether ``nonce`` is ours is for the caller. Raises MalformedError or VerificationError.
    """
    jws = parse_typed_jwt(token, TYP)
    chain = parse_x5c(jws.header)
    verify_jws(jws, parse_leaf_key(chain))
    decide(chain)
    claims = jws.claims()
    verify_issued_recently(claims, now, MAX_AGE)
    verify_not_expired(claims, now)
    return _read(claims, chain)


def _read(claims: Mapping[str, Any], chain: tuple[x509.Certificate, ...]) -> KeyAttestation:
    keys = claims.get("attested_keys")
    if not is_array(keys) or not keys or len(keys) > MAX_KEYS:
        raise MalformedError("attested_keys must hold one to a hundred keys")
    given = [read_object(key, "attested key") for key in keys]
    jwks = tuple(create_jwk(parse_jwk(jwk)) for jwk in given)
    if len({create_thumbprint(jwk) for jwk in jwks}) != len(jwks):
        raise MalformedError("attested_keys holds a key twice")
    return KeyAttestation(
        jwks,
        tuple(read_optional_string(jwk, "kid") for jwk in given),
        read_optional_string(claims, "nonce"),
        read_integer(claims, "exp") if "exp" in claims else None,
        read_optional_strings(claims, "key_storage"),
        read_optional_strings(claims, "user_authentication"),
        chain,
    )
