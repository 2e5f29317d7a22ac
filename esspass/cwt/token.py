"""The CWT on paper: core data of a document, times, where its status is (RFC 8392).

The protected header is ``{1: algorithm, 34: [-16, SHA-256 of the seal's certificate]}`` (``x5t``,
RFC 9360), the unprotected one empty; the claims are ``iss`` (optional), ``exp``, ``iat``,
``status`` (65535, Token Status List, section 6.3) and the core data under a private label.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esspass.cwt.cose import ALG, UnverifiedSign1, create_sign1, parse_sign1, verify_sign1
from esspass.errors import ExpiredError, MalformedError
from esspass.jose.cbor import create_cbor, parse_cbor
from esspass.jose.claims import MAX_DATE, StatusReference, parse_status_reference
from esspass.keys.jwk import PublicKey
from esspass.keys.signer import Signer

ISS, EXP, IAT, STATUS, CORE = 1, 4, 6, 65535, -70001
X5T, SHA_256 = 34, -16
MAX_ISSUER_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class UnverifiedCwt:
    """A CWT that parses. Only ``certificate_digest`` may be used, to find the key to verify with.

    ``certificate_digest`` is the SHA-256 of the leaf certificate's DER, ``unverified_core`` is the
    map that ``read_core`` reads.
    """

    message: UnverifiedSign1
    certificate_digest: bytes
    issuer: str | None
    issued_at: int
    expires_at: int
    status: StatusReference
    unverified_core: Mapping[int, Any]


@dataclass(frozen=True, slots=True)
class VerifiedCwt:
    """What the holder of the key signed; times in epoch seconds, validity not judged yet."""

    core: Mapping[int, Any]
    issuer: str | None
    issued_at: int
    expires_at: int
    status: StatusReference


def create_certificate_digest(certificate: x509.Certificate) -> bytes:
    """Return SHA-256 of the DER, as ``x5t`` names a certificate."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()


def create_cwt(
    core: Mapping[int, Any],
    *,
    issued_at: int,
    expires_at: int,
    status: StatusReference,
    signer: Signer,
    certificate_digest: bytes | None = None,
    issuer: str | None = None,
) -> bytes:
    """Sign core data. The digest is that of the signer's leaf certificate unless one is given.

    Raises MalformedError.
    """
    if certificate_digest is None:
        if not signer.certificates:
            raise MalformedError("a seal needs a certificate", code="bad_cwt")
        certificate_digest = create_certificate_digest(signer.certificates[0])
    claims: dict[int, Any] = {
        EXP: expires_at,
        IAT: issued_at,
        STATUS: {"status_list": {"idx": status.index, "uri": status.uri}},
        CORE: core,
    }
    if issuer is not None:
        claims[ISS] = issuer
    data = create_sign1({X5T: [SHA_256, certificate_digest]}, create_cbor(claims), signer)
    parse_cwt(data)  # what nobody would read is not handed out
    return data


def parse_cwt(data: bytes) -> UnverifiedCwt:
    """Read a CWT of ours.

    Raises MalformedError: ``bad_cbor``, ``bad_cose``, ``bad_cwt``, ``bad_date``,
    ``bad_status_reference``.
    """
    message = parse_sign1(data)
    digest = _parse_digest(message)
    issuer, issued_at, expires_at, status, core = _parse_claims(parse_cbor(message.payload))
    return UnverifiedCwt(message, digest, issuer, issued_at, expires_at, status, core)


def verify_cwt(cwt: UnverifiedCwt, key: PublicKey) -> VerifiedCwt:
    """Check the signature under the key of the certificate that was found. Raises SignatureError.

    Whether it is valid today is ``verify_validity``; whether its issuer may say so, trust.
    """
    verify_sign1(cwt.message, key)
    return VerifiedCwt(cwt.unverified_core, cwt.issuer, cwt.issued_at, cwt.expires_at, cwt.status)


def verify_validity(cwt: VerifiedCwt, now: int, leeway: int = 60) -> None:
    """Check the times. Raises ExpiredError, ``not_yet_valid`` or ``expired``."""
    if cwt.issued_at > now + leeway:
        raise ExpiredError("not valid yet", code="not_yet_valid")
    if cwt.expires_at + leeway <= now:
        raise ExpiredError("no longer valid", code="expired")


def _parse_digest(message: UnverifiedSign1) -> bytes:
    if message.unprotected or message.protected.keys() != {ALG, X5T}:
        raise MalformedError("a header that is not that of a paper seal", code="bad_cwt")
    match message.protected[X5T]:
        case [int(algorithm), bytes(digest)] if algorithm == SHA_256 and len(digest) == 32:
            return digest
    raise MalformedError("the certificate is not named by SHA-256", code="bad_cwt")


_Claims = tuple[str | None, int, int, StatusReference, Mapping[int, Any]]


def _parse_claims(claims: Any) -> _Claims:
    required = {EXP, IAT, STATUS, CORE}
    if not isinstance(claims, dict) or not required <= claims.keys() <= required | {ISS}:
        raise MalformedError("other claims than a paper seal makes", code="bad_cwt")
    issuer, core = claims.get(ISS), claims[CORE]
    if ISS in claims and (not isinstance(issuer, str) or len(issuer) > MAX_ISSUER_CHARACTERS):
        raise MalformedError("iss is no name", code="bad_cwt")
    if not isinstance(core, Mapping) or any(isinstance(label, str) for label in core):
        raise MalformedError("the core data is no map of labels", code="bad_cwt")
    issued_at, expires_at = _parse_time(claims[IAT]), _parse_time(claims[EXP])
    if expires_at <= issued_at:
        raise MalformedError("ends before it begins", code="bad_date")
    return issuer, issued_at, expires_at, _parse_status(claims[STATUS]), core


def _parse_time(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_DATE:
        raise MalformedError("not a time", code="bad_date")
    return value


def _parse_status(value: Any) -> StatusReference:
    status = parse_status_reference({"status": value})
    if status is None:
        raise MalformedError("no status reference", code="bad_status_reference")
    return status
