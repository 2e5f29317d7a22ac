"""Disclosures: one salted claim each, known to the issuer's JWT by its digest (RFC 9901, 4.2).

SHA-256 is the only digest: HAIP 1.0, section 7, asks for no other, and a second one would have
to travel with every hash that is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from esspass.errors import MalformedError
from esspass.jose.jws import create_json, parse_json
from esspass.keys.jwk import decode_base64url, encode_base64url

ClaimPath = tuple[str | int | None, ...]
"""A claim's place: member names, array indices, and None for every element of an array."""

HASH_ALGORITHM = "sha-256"
RESERVED_NAMES = frozenset({"_sd", "...", "_sd_alg"})


class Disclosure(NamedTuple):
    """A parsed disclosure; ``name`` is None for an array element."""

    salt: str
    name: str | None
    value: Any


def create_disclosure(salt: str, name: str | None, value: Any) -> str:
    """Encode a disclosure of an object's member, or of an array element when ``name`` is None.

    ``salt`` is base64url, so it needs no escape.
    """
    # Most values are strings, which need none of the machinery an encoder sets up.
    end = encode_basestring(value) if isinstance(value, str) else create_json(value).decode()
    middle = "" if name is None else f"{encode_basestring(name)},"
    return encode_base64url(f'["{salt}",{middle}{end}]'.encode())


def parse_disclosure(encoded: str) -> Disclosure:
    """Decode a disclosure of two or three elements. Raises MalformedError."""
    content = parse_json(decode_base64url(encoded))
    size = len(content) if isinstance(content, list) else 0
    if size == 3 and isinstance(content[0], str) and isinstance(content[1], str):
        return Disclosure(*content)
    if size == 2 and isinstance(content[0], str):
        return Disclosure(content[0], None, content[1])
    raise MalformedError("a disclosure is salt, name and value", code="bad_disclosure")


def create_digest(encoded: str) -> str:
    """Return base64url(SHA-256) of the ASCII text, as ``_sd``, ``...`` and ``sd_hash`` hold it."""
    return encode_base64url(sha256(encoded.encode()).digest())


def create_digests(encoded: Sequence[str]) -> list[str]:
    """Return the digests of many texts, encoded in one go."""
    # With a byte of zero after it, a digest is 44 whole characters, the first 43 its own.
    raw = [sha256(text.encode()).digest() for text in encoded]
    text = encode_base64url(b"\0".join([*raw, b""]))
    return [text[start : start + 43] for start in range(0, len(text), 44)]
