"""Reads the seal of a file and says whose it is, offline, with pyHanko.

A good file has one signature: the certification, over all of it, and nothing after it. Revocation
of the seal's certificate is not asked for, as no network is used; the lists say who may seal.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import EmbeddedPdfSignature, PdfSignatureStatus, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from esspass.errors import MalformedError, SignatureError, UntrustedIssuerError
from esspass.trust import ListType, ServiceKind, TrustView

MAX_PDF = 8 * 1024 * 1024
# What pyHanko and asn1crypto raise on files that only look like PDF.
_PARSE_ERRORS = (
    PdfError, SigningError, ValueError, KeyError, IndexError, TypeError, AttributeError,
    NotImplementedError, RecursionError, OverflowError, AssertionError, zlib.error, OSError,
)  # fmt: skip
# Ours have a plain table of objects; the other kind is inflated while a file is opened, without
# bound. Names may be written with escapes (ISO 32000-1, 7.3.5).
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# As ``esspass.trust.verify_path`` has it: either usage signs messages.
_USAGE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)


@dataclass(frozen=True, slots=True)
class VerifiedSeal:
    """A seal that holds. ``sealed_at`` is proved only if ``time_stamped``, else the sealer's word.

    ``certificate`` is the sealer's own; times are epoch seconds.
    """

    certificate: x509.Certificate
    organization: str
    sealed_at: int
    time_stamped: bool


def seal_anchors(view: TrustView) -> tuple[x509.Certificate, ...]:
    """Return the certificates under which institutions on the list of Pub-EAA providers seal."""
    newest = view.newest(ListType.PUB_EAA_PROVIDERS)
    return tuple(
        certificate
        for entity in (newest.entities if newest else ())
        for service in entity.services
        if service.kind is ServiceKind.ISSUANCE
        for certificate in service.certificates
    )


def verify_seal(
    pdf: bytes,
    anchors: Sequence[x509.Certificate],
    now: int,
    *,
    time_anchors: Sequence[x509.Certificate] = (),
) -> VerifiedSeal:
    """Check the seal of a file at ``now`` (epoch seconds) under ``anchors``.

    A time stamp counts under ``time_anchors``, else the time is the institution's word.
    Raises MalformedError ``not_a_pdf``, ``too_large`` and ``not_sealed``, SignatureError
    ``seal_broken``, UntrustedIssuerError ``seal_untrusted``.
    """
    if len(pdf) > MAX_PDF:
        raise MalformedError("the file is larger than any paper of ours", code="too_large")
    signature = _find_signature(pdf)
    try:
        status = validate_pdf_signature(
            signature,
            _create_context(anchors, now),
            _create_context(time_anchors, now),
            key_usage_settings=_USAGE,
        )
    except (SignatureValidationError, *_PARSE_ERRORS) as error:
        raise _broken() from error
    _verify_whole(signature, status)
    _verify_gap(pdf, signature)
    if not status.trusted:
        message = "no listed institution vouches for the seal"
        raise UntrustedIssuerError(message, code="seal_untrusted")
    return _describe(status)


def _create_context(anchors: Sequence[x509.Certificate], now: int) -> ValidationContext:
    return ValidationContext(
        trust_roots=[_convert(anchor) for anchor in anchors],
        allow_fetching=False,
        moment=datetime.fromtimestamp(now, UTC),
        revocation_mode="soft-fail",
    )


def _find_signature(pdf: bytes) -> EmbeddedPdfSignature:
    if not pdf.startswith(b"%PDF-"):
        raise MalformedError("the file is not a PDF", code="not_a_pdf")
    if b"/XRef" in _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), pdf):
        raise MalformedError("the file bears no seal of ours", code="not_sealed")
    try:
        signatures: list[EmbeddedPdfSignature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    except _PARSE_ERRORS as error:
        raise MalformedError("the file is not a PDF", code="not_a_pdf") from error
    if len(signatures) != 1:
        raise MalformedError("the file bears no seal of ours", code="not_sealed")
    return signatures[0]


def _verify_whole(signature: EmbeddedPdfSignature, status: PdfSignatureStatus) -> None:
    """The seal holds, covers every byte, and certifies that nothing may be added."""
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    permission = signature.docmdp_level
    if not (status.intact and status.valid and whole and permission is MDPPerm.NO_CHANGES):
        raise _broken()


def _verify_gap(pdf: bytes, signature: EmbeddedPdfSignature) -> None:
    """What the byte range leaves out is the signature and zeros, in the one spelling we write."""
    _, before, after, _ = (int(number) for number in signature.byte_range)
    content = bytes(signature.pkcs7_content)
    message = cms.ContentInfo.load(content).dump().ljust(len(content), b"\0")
    if pdf[before:after] != b"<" + message.hex().upper().encode() + b">":
        raise _broken()


def _describe(status: PdfSignatureStatus) -> VerifiedSeal:
    stamp = status.timestamp_validity
    proved = stamp is not None and stamp.intact and stamp.valid and stamp.trusted
    moment = stamp.timestamp if stamp is not None and proved else status.signer_reported_dt
    if moment is None:
        raise _broken()
    certificate = x509.load_der_x509_certificate(status.signing_cert.dump())
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    name = str(names[0].value) if names else ""
    return VerifiedSeal(certificate, name, int(moment.timestamp()), proved)


def _convert(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _broken() -> SignatureError:
    return SignatureError("the file was changed after it was sealed", code="seal_broken")
