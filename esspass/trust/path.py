"""Certification paths from a message's certificates to listed ones, at a given moment.

RFC 5280 through ``cryptography``'s verifier under our own extension policy, because a seal has
neither host name nor TLS usage; beside it the rules that verifier leaves to its caller: key
strength, usages, and the direct match of lists (ETSI TS 119 615, clause 4.3.4: public key and
subject name are the anchor, so an expired anchor certificate does not end it). Nothing is fetched:
certificates come from the message and from the lists, never from a URL.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from esspass.errors import MalformedError, UntrustedIssuerError
from esspass.keys.certificates import MAX_CHAIN
from esspass.trust.model import UNREADABLE

MIN_RSA_BITS = 2048
_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
_DIGESTS = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_WEB_USAGES = frozenset(
    {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)


def verify_path(
    chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: int
) -> None:
    """Check that ``chain`` (leaf first) leads to one of ``anchors`` at ``at`` (epoch seconds).

    Raises MalformedError for no or too many certificates, UntrustedIssuerError with the codes
    ``weak_key``, ``wrong_key_usage``, ``certificate_expired``, ``anchor_expired`` or ``no_path``.
    """
    if not 1 <= len(chain) <= MAX_CHAIN:
        raise MalformedError("a chain holds one to four certificates")
    leaf = chain[0]
    for certificate in chain:
        _verify_strength(certificate)
    _verify_end_entity(leaf)
    if not is_valid_at(leaf, at):
        raise UntrustedIssuerError(
            "the signer's certificate was not valid at that time", code="certificate_expired"
        )
    if not any(has_same_identity(leaf, anchor) for anchor in anchors):
        _verify_chain(chain, anchors, at)


def has_same_identity(one: x509.Certificate, other: x509.Certificate) -> bool:
    """Compare public key and subject name, the identity of a listed service."""
    try:
        return one.subject == other.subject and one.public_key() == other.public_key()
    except UNREADABLE:
        return False


def is_valid_at(certificate: x509.Certificate, at: int) -> bool:
    """Say whether ``at`` lies in the certificate's validity period."""
    moment = datetime.fromtimestamp(at, UTC)
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def names_anchor(chain: Sequence[x509.Certificate], anchor: x509.Certificate) -> bool:
    """Say whether a path from ``chain`` to ``anchor`` is at all possible: a cheap first look."""
    return any(anchor.subject in (c.issuer, c.subject) for c in chain)


def _verify_chain(
    chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: int
) -> None:
    """Build the path. A re-issued CA certificate in the chain stands for its listed twin."""
    if not anchors:
        raise UntrustedIssuerError("nothing is listed", code="no_path")
    leaf, *intermediates = chain
    twins = [c for c in intermediates if any(has_same_identity(c, a) for a in anchors)]
    try:
        for anchor in anchors:
            _verify_strength(anchor)
        builder = PolicyBuilder().store(Store([*anchors, *twins]))
        builder = builder.time(datetime.fromtimestamp(at, UTC)).max_chain_depth(MAX_CHAIN - 1)
        builder = builder.extension_policies(ee_policy=_END_ENTITY, ca_policy=_AUTHORITY)
        builder.build_client_verifier().verify(leaf, intermediates)
    except (VerificationError, *UNREADABLE) as error:
        raise _explain_failure(leaf, anchors, at) from error


def _explain_failure(
    leaf: x509.Certificate, anchors: Sequence[x509.Certificate], at: int
) -> UntrustedIssuerError:
    issuers = [anchor for anchor in anchors if anchor.subject == leaf.issuer]
    if issuers and not any(is_valid_at(anchor, at) for anchor in issuers):
        message = "the listed certificate was not valid at that time"
        return UntrustedIssuerError(message, code="anchor_expired")
    return UntrustedIssuerError("no path leads to a listed certificate", code="no_path")


def _verify_strength(certificate: x509.Certificate) -> None:
    try:
        key = certificate.public_key()
        digest = certificate.signature_hash_algorithm
    except UNREADABLE as error:
        raise UntrustedIssuerError("a certificate's key is not allowed", code="weak_key") from error
    strong = (
        (isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES)
        or (isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS)
        or isinstance(key, ed25519.Ed25519PublicKey)
    )
    if not strong or not (digest is None or isinstance(digest, _DIGESTS)):
        raise UntrustedIssuerError("a certificate's key or digest is too weak", code="weak_key")


def _verify_end_entity(leaf: x509.Certificate) -> None:
    """Look at usages here too: a directly listed leaf never reaches the path verifier."""
    try:
        extensions = leaf.extensions
    except UNREADABLE as error:
        raise MalformedError("a certificate's extensions cannot be read") from error
    found = {type(extension.value): extension.value for extension in extensions}
    usage, purposes = found.get(x509.KeyUsage), found.get(x509.ExtendedKeyUsage)
    basic = found.get(x509.BasicConstraints)
    signs = isinstance(usage, x509.KeyUsage) and _signs_messages(usage)
    web = isinstance(purposes, x509.ExtendedKeyUsage) and not _WEB_USAGES.isdisjoint(purposes)
    authority = isinstance(basic, x509.BasicConstraints) and basic.ca
    if not signs or web or authority:
        raise UntrustedIssuerError(
            "the certificate is not for signing attestations", code="wrong_key_usage"
        )


def _signs_messages(usage: x509.KeyUsage) -> bool:
    return (usage.digital_signature or usage.content_commitment) and not usage.key_cert_sign


def _require_end_entity_usage(
    _policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage
) -> None:
    if not _signs_messages(usage):
        raise ValueError("keyUsage")


def _refuse_web_usage(
    _policy: Policy, _certificate: x509.Certificate, purposes: x509.ExtendedKeyUsage | None
) -> None:
    if purposes is not None and not _WEB_USAGES.isdisjoint(purposes):
        raise ValueError("extendedKeyUsage")


def _require_authority_usage(
    _policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage
) -> None:
    if not usage.key_cert_sign:
        raise ValueError("keyUsage")


_END_ENTITY = (
    ExtensionPolicy.permit_all()
    .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _require_end_entity_usage)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _refuse_web_usage)
)
_AUTHORITY = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _require_authority_usage)
)
