"""Strict CBOR: the deterministic encoding and no other (RFC 8949, section 4.2.1).

Numbers without fraction, byte and text strings, arrays, maps keyed by numbers or texts, true,
false, null. A tag is never followed, so no input can ask for dates, references or big numbers.
One value has one encoding: ``parse_cbor`` refuses long forms, unordered or repeated keys,
indefinite lengths and trailing bytes. The formats that speak CBOR do not know each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 8
_SIMPLE: Mapping[int, bool | None] = {20: False, 21: True, 22: None}
_SIMPLE_BYTES = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}


def create_cbor(value: Any) -> bytes:
    """Encode. Raises MalformedError for a value this subset has no place for."""
    if value is None or isinstance(value, bool):
        return _SIMPLE_BYTES[value]
    if isinstance(value, int):
        return _encode_head(0, value) if value >= 0 else _encode_head(1, -1 - value)
    if isinstance(value, bytes):
        return _encode_head(2, len(value)) + value
    if isinstance(value, str):
        return _encode_text(value)
    if isinstance(value, list | tuple):
        return _encode_head(4, len(value)) + b"".join(map(create_cbor, value))
    if isinstance(value, Mapping):
        pairs = sorted((_encode_key(key), create_cbor(item)) for key, item in value.items())
        return _encode_head(5, len(pairs)) + b"".join(key + item for key, item in pairs)
    raise MalformedError("a value CBOR has no place for here", code="bad_cbor")


def _encode_head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | info]) + number.to_bytes(size, "big")
    raise MalformedError("a number too large for CBOR", code="bad_cbor")


def _encode_text(text: str) -> bytes:
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise MalformedError("half a character", code="bad_cbor") from error
    return _encode_head(3, len(data)) + data


def _encode_key(key: Any) -> bytes:
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise MalformedError("a key is a number or a text", code="bad_cbor")
    return create_cbor(key)


def parse_cbor(data: bytes, max_depth: int = MAX_DEPTH) -> Any:
    """Decode at most 256 KiB, nested at most ``max_depth`` deep. Raises MalformedError."""
    if len(data) > MAX_BYTES:
        raise MalformedError("too much CBOR", code="too_large")
    reader = _Reader(data)
    value = reader.read(max_depth)
    if reader.position != len(data):
        raise MalformedError("bytes after the CBOR value", code="bad_cbor")
    return value


@dataclass(slots=True)
class _Reader:
    data: bytes
    position: int = 0

    def read(self, depth: int) -> Any:
        major, number = self._read_head()
        if major in {0, 1}:
            return number if major == 0 else -1 - number
        if major in {2, 3}:
            content = self._take(number)
            return content if major == 2 else _decode_text(content)
        if major in {4, 5}:
            return self._read_container(major, number, depth - 1)
        if major == 7 and number in _SIMPLE:
            return _SIMPLE[number]
        raise MalformedError("a kind of CBOR that is not spoken here", code="bad_cbor")

    def _read_container(self, major: int, size: int, depth: int) -> Any:
        # Every element takes a byte at least, so no announced size costs more than the input.
        if depth < 0 or size > len(self.data) - self.position:
            raise MalformedError("CBOR too deep or cut off", code="bad_cbor")
        if major == 4:
            return [self.read(depth) for _ in range(size)]
        return self._read_map(size, depth)

    def _read_map(self, size: int, depth: int) -> dict[int | str, Any]:
        pairs: dict[int | str, Any] = {}
        last = b""
        for _ in range(size):
            start = self.position
            key = self.read(0)
            encoded = self.data[start : self.position]
            if isinstance(key, bool) or not isinstance(key, int | str) or encoded <= last:
                raise MalformedError("map keys out of order or of no use", code="bad_cbor")
            last, pairs[key] = encoded, self.read(depth)
        return pairs

    def _read_head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        major, info = first >> 5, first & 31
        if info < 24:
            return major, info
        if info > 27 or major == 7:
            raise MalformedError("indefinite, reserved or floating CBOR", code="bad_cbor")
        size: int = 1 << info - 24
        number = int.from_bytes(self._take(size), "big")
        if number < 24 or (size > 1 and number < 1 << 4 * size):
            raise MalformedError("a number longer than it needs to be", code="bad_cbor")
        return major, number

    def _take(self, size: int) -> bytes:
        if size > len(self.data) - self.position:
            raise MalformedError("the CBOR is cut off", code="bad_cbor")
        self.position += size
        return self.data[self.position - size : self.position]


def _decode_text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("text that is not UTF-8", code="bad_cbor") from error
