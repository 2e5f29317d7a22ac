"""CBOR Web Tokens (RFC 8392) under COSE_Sign1 (RFC 9052): what fits on paper."""

from esspass.cwt.core import create_core, read_core
from esspass.cwt.document import MAX_COMPRESSED_BYTES, create_document_cwt
from esspass.cwt.token import (
    UnverifiedCwt,
    VerifiedCwt,
    create_certificate_digest,
    create_cwt,
    parse_cwt,
    verify_cwt,
    verify_validity,
)

__all__ = [
    "MAX_COMPRESSED_BYTES",
    "UnverifiedCwt",
    "VerifiedCwt",
    "create_certificate_digest",
    "create_core",
    "create_cwt",
    "create_document_cwt",
    "parse_cwt",
    "read_core",
    "verify_cwt",
    "verify_validity",
]
