"""Disclosures: one salted claim each, known to the issuer's JWT by its digest (RFC 9901, 4.2).

SHA-256 is the only digest: HAIP 1.0, section 7, asks for no other, and a second one would have
to travel with every hash that is computed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError
from esspass.jose.jws import create_json, parse_json
from esspass.keys.jwk import decode_base64url, encode_base64url

ClaimPath = tuple[str | int | None, ...]
"""A claim's place: member names, array indices, and None for every element of an array."""

HASH_ALGORITHM = "sha-256"
RESERVED_NAMES = frozenset({"_sd", "...", "_sd_alg"})


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A parsed disclosure; ``name`` is None for an array element."""

    salt: str
    name: str | None
    value: Any


def create_disclosure(salt: str, name: str | None, value: Any) -> str:
    """Encode a disclosure of an object's member, or of an array element when ``name`` is None."""
    content = [salt, value] if name is None else [salt, name, value]
    return encode_base64url(create_json(content))


def parse_disclosure(encoded: str) -> Disclosure:
    """Decode a disclosure of two or three elements. Raises MalformedError."""
    content = parse_json(decode_base64url(encoded))
    if not isinstance(content, list) or len(content) not in {2, 3}:
        raise MalformedError("a disclosure has two or three elements", code="bad_disclosure")
    salt, value = content[0], content[-1]
    name = content[1] if len(content) == 3 else None
    if not isinstance(salt, str) or (len(content) == 3 and not isinstance(name, str)):
        raise MalformedError("a disclosure starts with strings", code="bad_disclosure")
    return Disclosure(salt, name, value)


def create_digest(encoded: str) -> str:
    """Return base64url(SHA-256) of the ASCII text, as ``_sd``, ``...`` and ``sd_hash`` hold it."""
    return encode_base64url(hashlib.sha256(encoded.encode("ascii")).digest())
