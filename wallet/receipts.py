"""The receipt: what a verifier signed about its verdict, for whoever showed the document.

A JWS ``verification-receipt+jwt`` under the very certificate that signed the request, about the
very presentation that was sent (``sub_hash``). Anything else is no receipt; the history goes
without.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cryptography import x509

from esspass.errors import VerificationError
from esspass.inspection import create_shown_digest
from esspass.inspection.rules import TITLED
from esspass.jose.jws import parse_jws, verify_jws
from esspass.keys.certificates import parse_leaf_key, parse_x5c
from wallet.type_metadata import clean_text

TYP = "verification-receipt+jwt"
MAX_BYTES = 16 * 1024
LEEWAY = 300
_TEXTS = {
    "outcome": 32, "reason": 64, "rules_version": 40, "purpose": 64, "legal_basis": 400,
    "country": 2, "date": 10, "place": 120,
}  # fmt: skip
_OUTCOMES = frozenset(ending.value for ending in TITLED)


def verify_receipt(
    token: str, chain: Sequence[x509.Certificate], presented: Collection[str], now: int
) -> dict[str, Any]:
    """Return what may be kept of a receipt: ``iat`` and short clean texts.

    ``chain`` signed the request, ``presented`` are the presentations of the answer. Raises
    MalformedError, SignatureError, or VerificationError ``bad_receipt``.
    """
    jws = parse_jws(token, MAX_BYTES)
    signed_by = parse_x5c(jws.header)
    if jws.header.get("typ") != TYP or signed_by[0] != chain[0]:
        raise VerificationError("not a receipt of whoever asked", code="bad_receipt")
    verify_jws(jws, parse_leaf_key(signed_by))
    claims = jws.claims()
    digests = {create_shown_digest(text.rpartition("~")[2]) for text in presented}
    issued_at, texts = claims.get("iat"), _read_texts(claims)
    if str(claims.get("sub_hash")) not in digests or texts.get("outcome") not in _OUTCOMES:
        raise VerificationError("a receipt about something else", code="bad_receipt")
    if not isinstance(issued_at, int) or abs(issued_at - now) > LEEWAY:
        raise VerificationError("not a receipt of now", code="bad_receipt")
    return {"iat": issued_at, **texts}


def _read_texts(claims: Mapping[str, Any]) -> dict[str, str]:
    texts = {name: clean_text(claims.get(name), longest) for name, longest in _TEXTS.items()}
    return {name: text for name, text in texts.items() if text}
