"""``vct#integrity``: whether a credential was made for the type metadata that is pinned here.

SD-JWT VC draft 13, section 7: whoever uses a document MUST verify the integrity that accompanies
its address (W3C Subresource Integrity, section 3.3). Our types are never looked up, so the pinned
copy is the document that is used and the one that must match.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from esspass.attestations.registry import attestation_type
from esspass.errors import VerificationError

MAX_INTEGRITY = 1024
_DIGESTS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


def verify_type_integrity(vct: str, claims: Mapping[str, Any]) -> None:
    """Compare ``vct#integrity`` with the pinned metadata of a type of ours; without it, pass.

    Another digest means that the issuer signed about another document of this name, be it altered
    or an older edition: names, groups and rules of ours might say about the credential what its
    issuer did not. No older edition is kept here to read it by, so it is not read at all. Raises
    VerificationError ``type_metadata_integrity``; MalformedError for an unknown type.
    """
    known = attestation_type(vct)
    if "vct#integrity" not in claims:
        return
    if not matches_integrity(known.metadata_bytes, claims["vct#integrity"]):
        message = "the credential was made for other type metadata"
        raise VerificationError(message, code="type_metadata_integrity")


def matches_integrity(body: bytes, integrity: Any) -> bool:
    """Whether one digest of the strongest kind fits; False too when no digest is of a known kind.

    Subresource Integrity lets an unknown kind pass; what cannot be checked is not believed here.
    """
    digests = _parse_integrity(integrity)
    strongest = max(digests, default="")
    return any(
        hmac.compare_digest(_DIGESTS[strongest](body).digest(), expected)
        for expected in digests.get(strongest, [])
    )


def _parse_integrity(integrity: Any) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    if not isinstance(integrity, str) or len(integrity) > MAX_INTEGRITY:
        return found
    for item in integrity.split():
        kind, _, value = item.partition("?")[0].partition("-")
        if kind in _DIGESTS:
            try:
                digest = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
            except (binascii.Error, ValueError):
                continue
            found.setdefault(kind, []).append(digest)
    return found
