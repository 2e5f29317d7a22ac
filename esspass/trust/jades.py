"""Compact JAdES baseline B-B over the lists we read and publish (ETSI TS 119 182-1).

The verifier brings the signer's certificate; what the header says about it must agree and is
otherwise unused. ``iat`` is the claimed signing time, an integer; ``sigT`` and ``crit`` belong to
older profiles and are refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from esspass.errors import MalformedError, SignatureError, UntrustedIssuerError, VerificationError
from esspass.jose.jws import ALGORITHMS, UnverifiedJws, create_jws, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, create_x5t_s256
from esspass.keys.signer import Signer

MAX_LIST_BYTES = 8 * 1024 * 1024
CLOCK_LEEWAY = 300
_HEADER_MEMBERS = frozenset({"alg", "typ", "cty", "kid", "x5c", "x5t#S256", "iat"})


@dataclass(frozen=True, slots=True)
class SignedList:
    """Verified bytes, the pinned certificate that signed them, and when (epoch seconds)."""

    payload: bytes
    signer: x509.Certificate
    signed_at: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.payload).hexdigest()


def sign_jades(payload: bytes, signer: Signer, now: int, typ: str | None = None) -> str:
    """Sign ``payload``; the signer's first certificate must be the one verifiers pin."""
    leaf = signer.certificates[0]
    header: dict[str, Any] = {"x5c": create_x5c([leaf]), "x5t#S256": create_x5t_s256(leaf)}
    return create_jws({**({"typ": typ} if typ else {}), **header, "iat": now}, payload, signer)


def verify_jades(token: str, anchors: Sequence[x509.Certificate], now: int) -> SignedList:
    """Verify a compact JAdES B-B made by one of ``anchors``.

    Raises MalformedError, UntrustedIssuerError (``list_signer_not_pinned``), SignatureError and
    VerificationError (``list_signing_time``, ``list_signer_unsuitable``).
    """
    jws = parse_jws(token, MAX_LIST_BYTES)
    if unknown := jws.header.keys() - _HEADER_MEMBERS:
        raise MalformedError(f"unexpected header parameter {min(unknown)[:20]} in a signed list")
    signer = _find_signer(jws.header, anchors)
    key = signer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        raise SignatureError("the signer's key type is not supported")
    verify_jws(jws, key, ALGORITHMS)
    _verify_usage(signer)
    return SignedList(jws.payload, signer, _verify_signing_time(jws, signer, now))


def verify_operator(
    signer: x509.Certificate, territory: str, operator_names: Collection[str]
) -> None:
    """Check that the signer's C is the scheme's territory and its O the operator (clause 6.8)."""
    countries = _attributes(signer, NameOID.COUNTRY_NAME)
    organizations = _attributes(signer, NameOID.ORGANIZATION_NAME)
    if countries != {territory} or not organizations & set(operator_names):
        raise VerificationError(
            "the list is signed by a certificate of another operator or territory",
            code="list_signer_mismatch",
        )


def verify_issue_time(issued_at: int, now: int) -> None:
    """Refuse a list of tomorrow: it could hide the honest ones until then."""
    if issued_at > now + CLOCK_LEEWAY:
        raise VerificationError("the list is issued in the future", code="list_from_future")


def _find_signer(
    header: Mapping[str, Any], anchors: Sequence[x509.Certificate]
) -> x509.Certificate:
    """Compare what the header names with each pinned certificate; nothing else is looked at."""
    if "x5t#S256" not in header:
        raise MalformedError("a signed list must name its signer by x5t#S256")
    for anchor in anchors:
        named = header["x5t#S256"] == create_x5t_s256(anchor)
        enclosed = header.get("x5c")
        same = enclosed is None or (
            isinstance(enclosed, list) and enclosed[:1] == create_x5c([anchor])
        )
        if named and same:
            return anchor
    raise UntrustedIssuerError(
        "the list is signed with a certificate that is not pinned here",
        code="list_signer_not_pinned",
    )


def _verify_usage(signer: x509.Certificate) -> None:
    try:
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as error:
        raise VerificationError(code="list_signer_unsuitable") from error
    if usage.key_cert_sign or not (usage.digital_signature or usage.content_commitment):
        raise VerificationError(
            "the list signer's certificate is not for signing lists", code="list_signer_unsuitable"
        )


def _verify_signing_time(jws: UnverifiedJws, signer: x509.Certificate, now: int) -> int:
    signed_at = jws.header.get("iat")
    if type(signed_at) is not int:
        raise MalformedError("a signed list must say when it was signed, as an integer iat")
    start = int(signer.not_valid_before_utc.timestamp())
    end = int(signer.not_valid_after_utc.timestamp())
    if not start <= signed_at <= min(end, now + CLOCK_LEEWAY):
        raise VerificationError(
            "the list claims to be signed in the future or outside its signer's validity",
            code="list_signing_time",
        )
    return signed_at


def _attributes(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> set[str]:
    return {str(name.value) for name in certificate.subject.get_attributes_for_oid(oid)}


def create_signer_digest(certificate: x509.Certificate) -> str:
    """Return the hex SHA-256 of a certificate: how the store names who signed."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
