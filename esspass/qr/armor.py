"""Bytes as the text of a QR code: zlib, then base45 (RFC 9285), which every reader gives back.

Readers re-code binary payloads; the 45 characters of the alphanumeric mode survive. The checksum
of zlib (Adler-32) tells a torn text from a whole one; it proves nothing about who wrote it.
"""

from __future__ import annotations

import zlib

from base45 import b45decode, b45encode

from esspass.errors import MalformedError

MAX_CHARACTERS = 128 * 1024
MAX_INFLATED_BYTES = 256 * 1024
_LEVEL = 9


def create_armor(data: bytes) -> str:
    """Return base45(zlib(``data``)). Raises MalformedError ``too_large``."""
    if len(data) > MAX_INFLATED_BYTES:
        raise MalformedError("too much for a QR text", code="too_large")
    return str(b45encode(zlib.compress(data, _LEVEL)), "ascii")


def parse_armor(text: str) -> bytes:
    """Undo ``create_armor``, inflating at most 256 KiB.

    Raises MalformedError: ``torn`` (not all of it is there, or it was changed), ``too_large``.
    """
    if len(text) > MAX_CHARACTERS:
        raise MalformedError("too long for a QR text", code="too_large")
    return _inflate(parse_base45(text))


def parse_base45(text: str) -> bytes:
    """Decode strictly: the alphabet, whole groups, no value beyond a byte. Raises ``torn``."""
    try:
        # The library forgives a line end after the last group.
        return bytes(b45decode(text.encode("ascii")))
    except ValueError as error:
        raise MalformedError("not base45", code="torn") from error


def _inflate(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(data, MAX_INFLATED_BYTES + 1)
    except zlib.error as error:
        raise MalformedError("damaged", code="torn") from error
    if len(content) > MAX_INFLATED_BYTES:
        raise MalformedError("inflates to too much", code="too_large")
    if not inflater.eof or inflater.unused_data:
        raise MalformedError("a part is missing, or something follows", code="torn")
    return content
