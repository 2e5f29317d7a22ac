"""A desk asks for a replacement certificate; the institution's answer goes to the desk, sealed.

The request is a JWS of the desk that travels in the citizen's wallet (Regulation (EC) 987/2009,
Article 25(A)(1): the person, or the institution of stay for them, may ask). The certificate goes
to ``deliver_uri`` alone, a host that the desk's access certificate names, so whoever carries the
request cannot send it elsewhere.

Claims: ``iss`` (the desk's address), ``jti``, ``iat``, ``exp``, ``desk_name``, ``country``,
``treatment_from``, ``treatment_until``, ``deliver_uri``, ``jwk`` (P-256, ECDH-ES).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from esspass.attestations.wording import parse_day
from esspass.errors import ExpiredError, MalformedError, VerificationError
from esspass.jose.jwe import EncryptionKey, decrypt_jwe, encrypt_jwe
from esspass.jose.jws import create_json, create_jws, parse_json_object, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_leaf_key, parse_x5c
from esspass.keys.jwk import parse_jwk
from esspass.keys.signer import Signer
from esspass.openid4vci.members import read_integer, read_object, read_string, split_url

TYP = "replacement-request+jwt"
MEDIA_TYPE = "application/replacement-request+jwt"
DELIVERY_TYPE = "application/jose"
MAX_BYTES = 32 * 1024
MAX_LIFETIME = 3600
LEEWAY = 60
MAX_DAYS = 366
_JTI = re.compile(r"[A-Za-z0-9_-]{22,128}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class ReplacementRequest:
    """What a desk asks: cover from one day to another, both included; times in epoch seconds.

    ``jti`` (128 bit and more) is the nonce that the citizen's PID is presented for.
    """

    iss: str
    jti: str
    issued_at: int
    expires_at: int
    desk_name: str
    country: str
    treatment_from: date
    treatment_until: date
    deliver_uri: str
    jwk: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedReplacementRequest:
    """A request that the holder of the desk's certificate signed; trust is not decided yet."""

    request: ReplacementRequest
    chain: tuple[x509.Certificate, ...] = field(repr=False)

    @property
    def organization(self) -> str:
        """Whom the access certificate names: show this, ``desk_name`` is the desk's own word."""
        names = self.chain[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(names[0].value) if names else ""


@dataclass(frozen=True, slots=True)
class ReplacementDelivery:
    """What the desk receives: the text of the QR code, and the sealed PDF where there is one."""

    certificate: str = field(repr=False)
    pdf: bytes | None = field(repr=False, default=None)


def create_replacement_request(request: ReplacementRequest, signer: Signer) -> str:
    """Sign a request with the desk's access key."""
    claims = {
        "iss": request.iss,
        "jti": request.jti,
        "iat": request.issued_at,
        "exp": request.expires_at,
        "desk_name": request.desk_name,
        "country": request.country,
        "treatment_from": request.treatment_from.isoformat(),
        "treatment_until": request.treatment_until.isoformat(),
        "deliver_uri": request.deliver_uri,
        "jwk": dict(request.jwk),
    }
    return create_jws({"typ": TYP, "x5c": create_x5c(signer.certificates)}, claims, signer)


def verify_replacement_request(token: str, now: int) -> VerifiedReplacementRequest:
    """Check form, signature, times and where the certificate would go.

    Whether the desk is listed is decided elsewhere, from ``chain``. Raises MalformedError,
    SignatureError, ExpiredError and VerificationError ``deliver_uri_elsewhere``.
    """
    jws = parse_jws(token, MAX_BYTES)
    if jws.header.get("typ") != TYP:
        raise MalformedError(f"typ must be {TYP}")
    chain = parse_x5c(jws.header)
    verify_jws(jws, parse_leaf_key(chain))
    request = _read_request(jws.claims())
    _verify_times(request, now)
    _verify_host(request.deliver_uri, chain[0])
    return VerifiedReplacementRequest(request, chain)


def _read_request(claims: Mapping[str, Any]) -> ReplacementRequest:
    jti, country, name = (read_string(claims, key) for key in ("jti", "country", "desk_name"))
    if not _JTI.fullmatch(jti) or not _COUNTRY.fullmatch(country) or len(name) > _MAX_NAME:
        raise MalformedError("jti, country or desk_name has another form")
    begins, ends = _read_day(claims, "treatment_from"), _read_day(claims, "treatment_until")
    if not begins <= ends <= begins + timedelta(days=MAX_DAYS):
        raise MalformedError("the treatment ends before it begins, or lasts over a year")
    return ReplacementRequest(
        iss=_read_url(claims, "iss"),
        jti=jti,
        issued_at=read_integer(claims, "iat"),
        expires_at=read_integer(claims, "exp"),
        desk_name=name,
        country=country,
        treatment_from=begins,
        treatment_until=ends,
        deliver_uri=_read_url(claims, "deliver_uri"),
        jwk=_read_key(claims),
    )


def _read_day(claims: Mapping[str, Any], name: str) -> date:
    day = parse_day(claims.get(name))
    if day is None:
        raise MalformedError(f"{name} is no date")
    return day


def _read_url(claims: Mapping[str, Any], name: str) -> str:
    text = read_string(claims, name)
    if split_url(text).fragment:
        raise MalformedError(f"{name} has a fragment")
    return text


def _read_key(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    members = read_object(claims.get("jwk"), "jwk")
    key = parse_jwk(members, use="enc")
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise MalformedError("jwk must be a P-256 key")
    return members


def _verify_times(request: ReplacementRequest, now: int) -> None:
    if request.issued_at > now + LEEWAY:
        raise ExpiredError("the request is from the future", code="not_yet_valid")
    if request.expires_at <= now - LEEWAY:
        raise ExpiredError("the request has expired")
    if request.expires_at > request.issued_at + MAX_LIFETIME:
        raise MalformedError("a request lives an hour at most")


def _verify_host(deliver_uri: str, leaf: x509.Certificate) -> None:
    if urlsplit(deliver_uri).hostname not in certificate_hosts(leaf):
        message = "the certificate would go to a host that the desk's certificate does not name"
        raise VerificationError(message, code="deliver_uri_elsewhere")


def certificate_hosts(leaf: x509.Certificate) -> frozenset[str]:
    """Return the hosts that a certificate names: DNS names, and those of its web addresses."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    hosts = {name.lower() for name in names.get_values_for_type(x509.DNSName)}
    for address in names.get_values_for_type(x509.UniformResourceIdentifier):
        hosts.add(urlsplit(address).hostname or "")
    return frozenset(hosts - {""})


def create_delivery(delivery: ReplacementDelivery, request: ReplacementRequest) -> str:
    """Encrypt what the desk receives to the key of its request. Raises MalformedError."""
    content = {"jti": request.jti, "certificate": delivery.certificate}
    if delivery.pdf is not None:
        content["pdf"] = base64.b64encode(delivery.pdf).decode()
    return encrypt_jwe(create_json(content), request.jwk)


def open_delivery(token: str, key: EncryptionKey, jti: str) -> ReplacementDelivery:
    """Decrypt what an institution pushed for a request. Raises MalformedError, VerificationError.

    Who made it is told by the certificate inside; its seal is verified like any paper's.
    """
    content = parse_json_object(decrypt_jwe(token, key))
    if content.get("jti") != jti:
        raise VerificationError("this answers another request", code="other_request")
    certificate, pdf = read_string(content, "certificate"), content.get("pdf")
    if not isinstance(pdf, str | None):
        raise MalformedError("pdf must be base64")
    try:
        return ReplacementDelivery(
            certificate, base64.b64decode(pdf, validate=True) if pdf else None
        )
    except ValueError as error:
        raise MalformedError("pdf must be base64") from error
