"""X.509 certificates: read a chain from ``x5c``, name a certificate, and make the ones we need.

Making certificates serves set-up and tests: a list operator's seal, a body's attestation key, an
access certificate (ETSI TS 119 411-8). Deciding whether a chain is trusted is ``esspass.trust``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from esspass.errors import MalformedError
from esspass.keys.jwk import PublicKey, encode_base64url
from esspass.keys.signer import KeySigner, create_key

MAX_CHAIN = 4
_DAYS = 730
_CERTIFICATE_ERRORS = (
    TypeError,  # a name of a type its attribute cannot have
    ValueError,
    UserWarning,  # a serial number below one, where warnings are errors
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certification authority: its key and its self-signed certificate."""

    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate


def parse_x5c(header: Mapping[str, Any]) -> tuple[x509.Certificate, ...]:
    """Read the certificates of a JOSE header, leaf first (RFC 7515, section 4.1.6).

    At most four: path building over many same-named certificates is a known way to stall a
    verifier. HAIP 1.0 forbids the anchor in it and a self-signed leaf. Raises MalformedError.
    """
    values = header.get("x5c")
    if not isinstance(values, list) or not 1 <= len(values) <= MAX_CHAIN:
        raise MalformedError("x5c must hold one to four certificates")
    chain = tuple(_parse_der(value) for value in values)
    if any(certificate.subject == certificate.issuer for certificate in chain):
        raise MalformedError("x5c holds a self-signed certificate")
    return chain


def _parse_der(value: Any) -> x509.Certificate:
    if not isinstance(value, str):
        raise MalformedError("x5c entries are base64 strings")
    return parse_certificate(value)


# The same few issuers' certificates arrive again and again; the text decides all of the result.
@lru_cache(maxsize=256)
def parse_certificate(value: str) -> x509.Certificate:
    """Read one certificate, base64 of its DER, with all its fields. Raises MalformedError."""
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(value, validate=True))
        _read_everything(certificate)
    except (binascii.Error, *_CERTIFICATE_ERRORS) as error:
        raise MalformedError("not a certificate") from error
    return certificate


def _read_everything(certificate: x509.Certificate) -> None:
    """Fields are decoded when first asked for; a fault shall show here and not in a later check."""
    _ = certificate.version, certificate.serial_number, certificate.signature_hash_algorithm
    _ = certificate.subject, certificate.issuer, certificate.extensions
    _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc


def parse_leaf_key(chain: Sequence[x509.Certificate]) -> PublicKey:
    """Return the public key of the first certificate. Raises MalformedError."""
    if not chain:
        raise MalformedError("no certificate")
    try:
        key = _load_key(chain[0])
    except _CERTIFICATE_ERRORS as error:
        raise MalformedError("the certificate holds no usable key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        raise MalformedError("the certificate holds a key of a kind we do not use")
    return key


@lru_cache(maxsize=256)
def _load_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes:
    return certificate.public_key()


def create_x5c(chain: Sequence[x509.Certificate]) -> list[str]:
    """Write the certificates of a JOSE header, leaf first."""
    return [_encode_certificate(certificate) for certificate in chain]


@lru_cache(maxsize=256)
def _encode_certificate(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")


def create_x5t_s256(certificate: x509.Certificate) -> str:
    """Return base64url(SHA-256(DER)): ``x5t#S256``, and the value of ``x509_hash``."""
    return encode_base64url(hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest())


def create_authority(
    organization: str, country: str, common_name: str, now: int, days: int = 3650
) -> Authority:
    """Make a self-signed CA. ``now`` is epoch seconds; validity starts an hour before."""
    key = create_key()
    name = _name(organization, country, common_name)
    builder = _builder(name, name, key.public_key(), now, days).add_extension(
        x509.BasicConstraints(ca=True, path_length=1), critical=True
    )
    builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def issue_certificate(
    authority: Authority,
    public_key: ec.EllipticCurvePublicKey,
    organization: str,
    country: str,
    common_name: str,
    now: int,
    days: int = _DAYS,
    dns_names: Sequence[str] = (),
) -> x509.Certificate:
    """Issue an end-entity certificate for signing, or for TLS when ``dns_names`` are given."""
    name = _name(organization, country, common_name)
    builder = _end_entity_builder(authority, public_key, name, now, days)
    if dns_names:
        names = x509.SubjectAlternativeName([x509.DNSName(dns) for dns in dns_names])
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(names, critical=False).add_extension(usage, critical=False)
    return builder.sign(authority.private_key, hashes.SHA256())


def create_signer(
    authority: Authority,
    organization: str,
    country: str,
    common_name: str,
    now: int,
    address: str | None = None,
) -> KeySigner:
    """Make a key with a certificate of ``authority``, ready to sign.

    ``address`` is the web address of an access certificate's subject (ETSI TS 119 411-8).
    """
    key, name = create_key(), _name(organization, country, common_name)
    builder = _end_entity_builder(authority, key.public_key(), name, now, _DAYS)
    if address is not None:
        web = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(address)])
        builder = builder.add_extension(web, critical=False)
    return KeySigner(key, (builder.sign(authority.private_key, hashes.SHA256()),))


def _end_entity_builder(
    authority: Authority,
    public_key: ec.EllipticCurvePublicKey,
    name: x509.Name,
    now: int,
    days: int,
) -> x509.CertificateBuilder:
    builder = _builder(name, authority.certificate.subject, public_key, now, days)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    builder = builder.add_extension(_key_usage(signs_certificates=False), critical=True)
    return builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.private_key.public_key()),
        critical=False,
    )


def _name(organization: str, country: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: int, days: int
) -> x509.CertificateBuilder:
    start = datetime.fromtimestamp(now, UTC) - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
