"""A presentation without the base64 around its parts: the same text, a third shorter.

CBOR ``[1, issuer JWT, [disclosure…], KB-JWT or null]``; a JWT is ``[header, payload, signature]``.
Each part is the bytes that base64url stands for, or the text itself where base64url would not give
it back. The issuer's header may also be an array: JSON text, certificate, JSON text, …; the
certificates are DER, to be written as base64 between the texts. Rebuilding gives the signed text,
byte for byte.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from esspass.errors import MalformedError
from esspass.jose.cbor import create_cbor, parse_cbor
from esspass.keys.jwk import decode_base64url, encode_base64url

VERSION = 1
MAX_DISCLOSURES = 512
MAX_CERTIFICATES = 4
MAX_PRESENTATION_CHARACTERS = 256 * 1024
_CERTIFICATE = re.compile(r'(?<=")[A-Za-z0-9+/]{200,}={0,2}(?=")')
_VERBATIM = re.compile(r"[A-Za-z0-9_=+/-]*")


def pack_presentation(text: str) -> bytes:
    """Pack an SD-JWT or SD-JWT+KB in compact serialization; nothing in it is verified.

    Raises MalformedError, ``not_ours`` or ``too_large``.
    """
    if len(text) > MAX_PRESENTATION_CHARACTERS:
        raise MalformedError("too long for a QR text", code="too_large")
    issuer_jwt, *disclosures = text.split("~")
    if not disclosures or len(disclosures) > MAX_DISCLOSURES + 1:
        raise MalformedError("not an SD-JWT", code="not_ours")
    binding = disclosures.pop()
    header, payload, signature = _split(issuer_jwt)
    return create_cbor(
        [
            VERSION,
            [_pack_header(header), _pack(payload), _pack(signature)],
            [_pack(disclosure) for disclosure in disclosures],
            [_pack(part) for part in _split(binding)] if binding else None,
        ]
    )


def _split(token: str) -> list[str]:
    parts = token.split(".")
    if len(parts) != 3:
        raise MalformedError("not a JWT", code="not_ours")
    return parts


def _pack(part: str) -> bytes | str:
    try:
        return decode_base64url(part)
    except MalformedError as error:
        if _VERBATIM.fullmatch(part):
            return part
        raise MalformedError("not an SD-JWT", code="not_ours") from error


def _pack_header(part: str) -> bytes | str | list[Any]:
    packed = _pack(part)
    try:
        text = packed.decode() if isinstance(packed, bytes) else ""
        pieces = _cut_certificates(text)
    except (UnicodeDecodeError, binascii.Error):
        return packed
    return pieces if len(pieces) > 1 and _join_certificates(pieces) == packed else packed


def _cut_certificates(text: str) -> list[Any]:
    pieces: list[Any] = []
    end = 0
    for found in list(_CERTIFICATE.finditer(text))[:MAX_CERTIFICATES]:
        pieces += [text[end : found.start()], base64.b64decode(found[0], validate=True)]
        end = found.end()
    return [*pieces, text[end:]]


def _join_certificates(pieces: list[Any]) -> bytes:
    encoded = (base64.b64encode(p) if isinstance(p, bytes) else p.encode() for p in pieces)
    return b"".join(encoded)


def unpack_presentation(data: bytes) -> str:
    """Rebuild the text ``pack_presentation`` packed. Raises MalformedError, ``torn``."""
    match _parse(data):
        case [int(version), [header, payload, signature], [*disclosures], binding] if (
            version == VERSION and len(disclosures) <= MAX_DISCLOSURES
        ):
            token = (_unpack_header(header), _unpack(payload), _unpack(signature))
            shown = [_unpack(disclosure) for disclosure in disclosures]
            text = "~".join((".".join(token), *shown, _unpack_binding(binding)))
        case _:
            raise MalformedError("not a packed presentation", code="torn")
    if len(text) > MAX_PRESENTATION_CHARACTERS:
        raise MalformedError("too long a presentation", code="too_large")
    return text


def _parse(data: bytes) -> Any:
    try:
        return parse_cbor(data)
    except MalformedError as error:
        raise MalformedError("not a packed presentation", code="torn") from error


def _unpack(part: Any) -> str:
    if isinstance(part, bytes):
        return encode_base64url(part)
    if isinstance(part, str) and _VERBATIM.fullmatch(part):
        return part
    raise MalformedError("not a part of a presentation", code="torn")


def _unpack_header(part: Any) -> str:
    if not isinstance(part, list):
        return _unpack(part)
    texts, certificates = part[::2], part[1::2]
    if len(texts) != len(certificates) + 1 or len(certificates) > MAX_CERTIFICATES:
        raise MalformedError("not a header", code="torn")
    if not all(isinstance(text, str) for text in texts):
        raise MalformedError("not a header", code="torn")
    if not all(isinstance(certificate, bytes) for certificate in certificates):
        raise MalformedError("not a header", code="torn")
    return encode_base64url(_join_certificates(part))


def _unpack_binding(binding: Any) -> str:
    if binding is None:
        return ""
    if not isinstance(binding, list) or len(binding) != 3:
        raise MalformedError("not a KB-JWT", code="torn")
    return ".".join(map(_unpack, binding))
