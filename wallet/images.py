"""Images of issuers: fetched by the server, held to their integrity, believed to be pictures last.

PNG and SVG, by https address or ``data:`` URI (OpenID4VCI 1.0, section 12.2.4; SD-JWT VC draft 13,
sections 7 and 8). Nothing is converted: what is not surely a harmless picture is not shown.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from esspass.attestations import matches_integrity
from esspass.errors import MalformedError, VerificationError
from esspass.fetch import Fetcher
from wallet.discovery import media_type
from wallet.svg import verify_svg

PNG, SVG = "image/png", "image/svg+xml"
MAX_BYTES = 256 * 1024
MAX_SIDE = 4096
MAX_PIXELS = 4_000_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Image:
    """A verified picture; ``media_type`` is ``PNG`` or ``SVG``."""

    media_type: str
    body: bytes = field(repr=False)


def fetch_image(uri: str, integrity: Any, fetcher: Fetcher) -> Image:
    """Fetch and verify a picture; ``integrity`` is ``uri#integrity``, or None.

    Raises VerificationError ``picture_integrity``; MalformedError ``picture_malformed``,
    ``picture_unsafe`` or ``forbidden_url``; UnavailableError, also for a redirect.
    """
    kind, body = _parse_data_uri(uri) if uri.startswith("data:") else _fetch(uri, fetcher)
    if integrity is not None and not matches_integrity(body, integrity):
        raise VerificationError("the picture was altered", code="picture_integrity")
    return parse_image(kind, body)


def parse_image(kind: str, body: bytes) -> Image:
    """Verify a bounded picture of the media type ``kind``. Raises MalformedError."""
    if len(body) > MAX_BYTES:
        raise _malformed("the picture is too large")
    if kind == PNG:
        _verify_png(body)
    elif kind == SVG:
        verify_svg(body)
    else:
        raise _malformed("neither PNG nor SVG")
    return Image(kind, body)


def _fetch(uri: str, fetcher: Fetcher) -> tuple[str, bytes]:
    answer = fetcher.get(uri, {"Accept": f"{PNG}, {SVG}"}).require(200)
    return media_type(answer), answer.body


def _parse_data_uri(uri: str) -> tuple[str, bytes]:
    """Read media type and content of ``data:<type>[;base64],<content>``."""
    head, comma, data = uri[len("data:") :].partition(",")
    kind, *parameters = head.lower().split(";")
    if not comma or len(data) > 4 * MAX_BYTES:
        raise _malformed("not a data URI, or too large")
    try:
        body = unquote_to_bytes(data)
        return kind, base64.b64decode(body, validate=True) if "base64" in parameters else body
    except (binascii.Error, ValueError) as error:
        raise _malformed("not a data URI") from error


def _verify_png(body: bytes) -> None:
    """Walk the chunks (W3C PNG, section 5): the header first and bounded, the end last."""
    if not body.startswith(_SIGNATURE):
        raise _malformed("not a PNG")
    chunks = list(_chunks(body))
    names = [name for name, _data in chunks]
    if names[:1] != [b"IHDR"] or names[-1] != b"IEND" or names.count(b"IHDR") != 1:
        raise _malformed("not a PNG")
    if b"IDAT" not in names or len(chunks[0][1]) != 13:
        raise _malformed("not a PNG")
    width, height = struct.unpack(">II", chunks[0][1][:8])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
        raise _malformed("the picture has too many pixels")


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(body):
        head = body[place : place + 8]
        end = place + 12 + int.from_bytes(head[:4])
        if len(head) < 8 or end > len(body):
            raise _malformed("the PNG is cut short")
        data, check = body[place + 8 : end - 4], body[end - 4 : end]
        if zlib.crc32(head[4:] + data) != int.from_bytes(check):
            raise _malformed("the PNG is damaged")
        yield head[4:], data
        place = end


def _malformed(message: str) -> MalformedError:
    return MalformedError(message, code="picture_malformed")
