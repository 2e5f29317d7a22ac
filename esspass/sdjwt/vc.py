"""SD-JWT VC (draft 13, as HAIP 1.0 profiles it): a credential with type, status and holder key.

Whether the issuer is trusted, and whether its certificates were valid, is not decided here.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from cryptography import x509

from esspass.errors import ExpiredError, MalformedError, VerificationError
from esspass.jose.claims import StatusReference, parse_date, parse_status_reference
from esspass.jose.jws import UnverifiedJws, encode_header, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_leaf_key, parse_x5c
from esspass.keys.jwk import PublicKey, parse_jwk
from esspass.keys.signer import Signer
from esspass.sdjwt.disclosure import ClaimPath
from esspass.sdjwt.issuance import Random, sign_sd_jwt
from esspass.sdjwt.presentation import SdJwt, parse_sd_jwt
from esspass.sdjwt.processing import Processed, process_disclosures

TYPE = "dc+sd-jwt"
NEVER_DISCLOSED = frozenset(
    {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"}
)


@dataclass(frozen=True)
class UnverifiedVc:
    """A credential that parses; only its signature makes anything in it true."""

    sd_jwt: SdJwt
    jws: UnverifiedJws
    payload: Mapping[str, Any]
    vct: str
    chain: tuple[x509.Certificate, ...]

    @cached_property
    def processed(self) -> Processed:
        """The claims as disclosed. Raises MalformedError or VerificationError (RFC 9901, 7.1)."""
        processed = process_disclosures(self.payload, self.sd_jwt.disclosures)
        if any(path[0] in NEVER_DISCLOSED for path in processed.paths):
            raise VerificationError(
                "a registered claim is disclosed selectively", code="registered_claim_disclosed"
            )
        return processed

    @property
    def claims(self) -> Mapping[str, Any]:
        """The claims as disclosed; raises as ``processed``."""
        return self.processed.claims

    @property
    def issued_at(self) -> int | None:
        """When it says it was issued, epoch seconds: ``iat``, else ``nbf``."""
        issued_at = parse_date(self.claims, "iat")
        return parse_date(self.claims, "nbf") if issued_at is None else issued_at

    @property
    def status_reference(self) -> StatusReference | None:
        """Where its status would be asked for. Raises MalformedError."""
        return parse_status_reference(self.payload)


@dataclass(frozen=True, slots=True)
class VerifiedVc:
    """A credential whose issuer's signature and disclosures hold."""

    vct: str
    claims: Mapping[str, Any]
    issued_at: int
    not_before: int | None
    expires_at: int | None
    holder_jwk: Mapping[str, Any] | None
    status: StatusReference | None
    chain: tuple[x509.Certificate, ...]
    disclosed: frozenset[ClaimPath]

    def parse_holder_key(self) -> PublicKey:
        """Return the key of ``cnf``. Raises MalformedError when there is none we can use."""
        return parse_jwk(self.holder_jwk or {}, use="sig")


def create_sd_jwt_vc(
    claims: Mapping[str, Any],
    disclosable: Collection[ClaimPath],
    signer: Signer,
    *,
    random: Random = os.urandom,
) -> str:
    """Issue a credential, with the signer's certificates in ``x5c``.

    Raises MalformedError when ``vct`` is missing, the signer has no certificate, or ``disclosable``
    names a claim that must always be shown.
    """
    if any(path and path[0] in NEVER_DISCLOSED for path in disclosable):
        raise MalformedError("this claim is never selective", code="registered_claim_disclosed")
    _parse_vct(claims)
    if not signer.certificates:
        raise MalformedError("the signer has no certificate")
    protected = _encode_header(tuple(signer.certificates), signer.algorithm)
    return sign_sd_jwt(protected, claims, disclosable, signer, random=random)


# An issuer signs thousands of credentials under one header.
@lru_cache(maxsize=64)
def _encode_header(chain: tuple[x509.Certificate, ...], algorithm: str) -> str:
    return encode_header({"typ": TYPE, "x5c": create_x5c(chain)}, algorithm)


def parse_sd_jwt_vc(text: str) -> UnverifiedVc:
    """Read a credential or a presentation of one. Raises MalformedError."""
    sd_jwt = parse_sd_jwt(text)
    jws = parse_jws(sd_jwt.issuer_jwt)
    if jws.header.get("typ") != TYPE:
        raise MalformedError("not an SD-JWT VC", code="bad_typ")
    payload = jws.claims()
    return UnverifiedVc(sd_jwt, jws, payload, _parse_vct(payload), parse_x5c(jws.header))


def _parse_vct(claims: Mapping[str, Any]) -> str:
    vct = claims.get("vct")
    if not isinstance(vct, str) or not vct:
        raise MalformedError("the credential names no type", code="bad_vct")
    return vct


def verify_sd_jwt_vc(vc: UnverifiedVc, key: PublicKey | None = None) -> VerifiedVc:
    """Check the signature with ``key`` or the leaf of the chain, and the disclosures.

    Raises SignatureError, VerificationError (RFC 9901, section 7.1) or MalformedError. Trust in
    the chain, validity, status and key binding are for the caller to check.
    """
    verify_jws(vc.jws, key or parse_leaf_key(vc.chain))
    claims = vc.claims
    issued_at = vc.issued_at
    if issued_at is None:
        raise VerificationError("does not say when it was issued", code="no_issuance_date")
    return VerifiedVc(
        vct=vc.vct,
        claims=claims,
        issued_at=issued_at,
        not_before=parse_date(claims, "nbf"),
        expires_at=parse_date(claims, "exp"),
        holder_jwk=_parse_holder_jwk(claims),
        status=vc.status_reference,
        chain=vc.chain,
        disclosed=frozenset(vc.processed.paths),
    )


def _parse_holder_jwk(claims: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if "cnf" not in claims:
        return None
    confirmation = claims["cnf"]
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    if not isinstance(jwk, dict):
        raise MalformedError("cnf holds no JWK", code="bad_cnf")
    return jwk


def verify_validity(vc: VerifiedVc, now: int, leeway: int = 60) -> None:
    """Check ``iat``, ``nbf`` and ``exp``; ``leeway`` in seconds.

    Raises ExpiredError with code not_yet_valid or expired.
    """
    if max(vc.issued_at, vc.not_before or 0) > now + leeway:
        raise ExpiredError("not valid yet", code="not_yet_valid")
    if vc.expires_at is not None and vc.expires_at + leeway <= now:
        raise ExpiredError("no longer valid", code="expired")
