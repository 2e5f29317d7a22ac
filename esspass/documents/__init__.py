"""Paper: form A1, proof of its application, EHIC replacement certificate as sealed PDF files.

``create_pdf`` makes one, ``verify_seal`` checks one. Both are pure; making needs Pango.
"""

from __future__ import annotations

from esspass.documents.model import (
    AttachedCredential,
    PaperA1,
    PaperApplication,
    PaperDocument,
    ReplacementCertificate,
)
from esspass.documents.pdf import create_pdf
from esspass.documents.seal import Seal
from esspass.documents.sealed import VerifiedSeal, seal_anchors, verify_seal

__all__ = [
    "AttachedCredential",
    "PaperA1",
    "PaperApplication",
    "PaperDocument",
    "ReplacementCertificate",
    "Seal",
    "VerifiedSeal",
    "create_pdf",
    "seal_anchors",
    "verify_seal",
]
