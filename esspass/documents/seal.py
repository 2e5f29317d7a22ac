"""The institution's seal on the file: PAdES (ETSI EN 319 142-1) with pyHanko.

It certifies the file with no changes permitted (ISO 32000-1, 12.8.2.2). The level is B-B; with a
time stamping service it is B-T. B-LT and B-LTA would need revocation data of the certificates.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime

from asn1crypto import algos
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from esspass.errors import UnavailableError
from esspass.keys.signer import Signer

FIELD = "Seal"
_HIDDEN = SigFieldSpec(
    FIELD,
    readable_field_name="Electronic seal",
    invis_sig_settings=InvisSigSettings(set_hidden_flag=True),
)
_SIGNATURE_BYTES = 72  # of ECDSA over P-256, at most


@dataclass(frozen=True, slots=True)
class Seal:
    """An institution's key for paper, and a time stamping service if it has one.

    The signer's certificates go into the file; the anchor does not, the lists have it.
    """

    signer: Signer = field(repr=False)
    timestamper: TimeStamper | None = None


def seal_pdf(pdf: bytes, seal: Seal, now: int) -> bytes:
    """Return the sealed file. Raises UnavailableError ``no_time_stamp``."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    signer = _PdfSigner(
        metadata, _SealSigner(seal), timestamper=seal.timestamper, new_field_spec=_HIDDEN
    )
    signer.sealed_at = datetime.fromtimestamp(now, UTC)
    sealed = io.BytesIO()
    try:
        signer.sign_pdf(writer, output=sealed)
    except (TimestampRequestError, OSError) as error:
        message = "the time stamping service did not answer"
        raise UnavailableError(message, code="no_time_stamp") from error
    return sealed.getvalue()


class _PdfSigner(signers.PdfSigner):
    """Signs at the time it is told."""

    sealed_at: datetime

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.sealed_at
        return session


class _SealSigner(signers.Signer):
    """Our signer as pyHanko asks for it; the key may lie in a token."""

    def __init__(self, seal: Seal) -> None:
        leaf, *above = seal.signer.certificates
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([_convert(c) for c in above])
        super().__init__(
            signing_cert=_convert(leaf),
            cert_registry=store,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._seal = seal

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002 - ES256 has one
        dry_run: bool = False,
    ) -> bytes:
        if dry_run:
            return bytes(_SIGNATURE_BYTES)
        signature = self._seal.signer.sign(data)
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        return encode_dss_signature(r, s)


def _convert(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
