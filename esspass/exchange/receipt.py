"""The receipt: the receiver's signed word on a message that reached it.

It is evidence of receipt that the receiver cannot deny; a message is delivered, legally, when its
receipt says (Decision E6). A refusal is a receipt, too, so nobody on the way can make one up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from esspass.errors import MalformedError, VerificationError
from esspass.exchange.partners import verify_signer
from esspass.jose.jws import create_jws, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_leaf_key, parse_x5c
from esspass.keys.signer import Signer
from esspass.trust.exchange_entry import ExchangeEntry

TYP = "exchange-receipt+jwt"
MEDIA_TYPE = f"application/{TYP}"
MAX_BYTES = 32 * 1024
_CLAIMS = frozenset({"iss", "aud", "digest", "message_id", "received_at", "result", "code"})
_CODE = re.compile(r"[a-z0-9_]{0,60}")
_MAX_TEXT = 200
_MAX_TIME = 253402300799


class Result(StrEnum):
    """What became of a message."""

    DELIVERED = "delivered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """``iss`` tells ``aud`` what became of a message, and since when it has it.

    ``digest`` is the SHA-256 (base64url) of the signed message; of the envelope where that could
    not be opened, and ``aud`` and ``message_id`` are empty then. ``code`` says why it was refused.
    """

    iss: str
    aud: str
    digest: str
    message_id: str
    received_at: int
    result: Result
    code: str = ""


def create_receipt(receipt: Receipt, signer: Signer) -> str:
    """Sign a receipt with the institution's exchange key."""
    claims = {
        "iss": receipt.iss,
        "aud": receipt.aud,
        "digest": receipt.digest,
        "message_id": receipt.message_id,
        "received_at": receipt.received_at,
        "result": receipt.result.value,
        "code": receipt.code,
    }
    return create_jws({"typ": TYP, "x5c": create_x5c(signer.certificates)}, claims, signer)


def verify_receipt(
    text: str,
    entry: ExchangeEntry,
    receiver: str,
    me: str,
    digests: Sequence[str],
    now: int,
) -> Receipt:
    """Believe a receipt that ``receiver`` signed about what ``me`` sent: one of ``digests``.

    Only the first of ``digests``, the signed message, can have been delivered. Raises
    MalformedError, SignatureError, VerificationError ``unknown_signer``, ``signer_expired`` and
    ``other_receipt``.
    """
    jws = parse_jws(text, MAX_BYTES)
    if jws.header.get("typ") != TYP:
        raise MalformedError(f"typ must be {TYP}")
    chain = parse_x5c(jws.header)
    verify_jws(jws, parse_leaf_key(chain))
    verify_signer(entry, chain[0], now)
    receipt = _read_claims(jws.claims())
    refused = receipt.result is Result.REFUSED
    believable = digests if refused else digests[:1]
    named = receipt.aud == me or (refused and receipt.aud == "")
    if receipt.iss != receiver or not named or receipt.digest not in believable:
        raise VerificationError("the receipt is for something else", code="other_receipt")
    return receipt


def _read_claims(claims: Mapping[str, Any]) -> Receipt:
    if claims.keys() != _CLAIMS:
        raise MalformedError("a receipt lacks claims, or has others")
    texts = {name: claims[name] for name in ("iss", "aud", "digest", "message_id", "code")}
    if not all(isinstance(text, str) and len(text) <= _MAX_TEXT for text in texts.values()):
        raise MalformedError("a receipt holds a text that is too long or none")
    received_at, result = claims["received_at"], claims["result"]
    if type(received_at) is not int or not 0 <= received_at <= _MAX_TIME:
        raise MalformedError("a receipt has no proper time")
    if result not in set(Result) or not _CODE.fullmatch(texts["code"]):
        raise MalformedError("a receipt says delivered or refused")
    return Receipt(received_at=received_at, result=Result(result), **texts)
