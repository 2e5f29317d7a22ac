"""A status list: one small number per credential, packed from the low bit (Token Status List, 4).

The caller decides who gets which index; lists should be long enough that an index says nothing.
"""

from __future__ import annotations

import zlib
from typing import Self

from esspass.errors import MalformedError, VerificationError
from esspass.keys.jwk import decode_base64url, encode_base64url

VALID, INVALID, SUSPENDED = 0, 1, 2
BITS = frozenset({1, 2, 4, 8})
MAX_BYTES = 32 * 1024 * 1024


class StatusList:
    """``size`` entries of ``bits`` bits each."""

    __slots__ = ("_data", "_mask", "_per_byte", "bits", "size")

    def __init__(self, bits: int, data: bytes) -> None:
        """Wrap packed bytes (copied). Raises MalformedError when ``bits`` is not 1, 2, 4 or 8."""
        if isinstance(bits, bool) or bits not in BITS:
            raise MalformedError("a status has 1, 2, 4 or 8 bits", code="status_list_bits")
        self.bits = bits
        self._data = bytearray(data)
        self._per_byte = 8 // bits
        self._mask = (1 << bits) - 1
        self.size = len(self._data) * self._per_byte

    @classmethod
    def empty(cls, size: int, bits: int) -> Self:
        """Make a list of at least ``size`` entries, all VALID; the last byte is filled up."""
        return cls(bits, bytes((size * bits + 7) // 8))

    @classmethod
    def decompress(cls, bits: int, lst: str, max_bytes: int = MAX_BYTES) -> Self:
        """Inflate the ``lst`` member, at most to ``max_bytes``. Raises MalformedError."""
        inflater = zlib.decompressobj()
        try:
            data = inflater.decompress(decode_base64url(lst), max_bytes + 1)
        except zlib.error as error:
            raise MalformedError("not a zlib stream", code="status_list_malformed") from error
        if len(data) > max_bytes:
            raise MalformedError("the status list is too large", code="status_list_too_large")
        if not inflater.eof or inflater.unused_data:
            raise MalformedError("the zlib stream is not whole", code="status_list_malformed")
        return cls(bits, data)

    def compress(self) -> str:
        """Return the ``lst`` member: zlib at level 9, base64url."""
        return encode_base64url(zlib.compress(self._data, 9))

    def get(self, index: int) -> int:
        """Return the status at ``index``. Raises VerificationError beyond the end."""
        self._verify_index(index)
        position, slot = divmod(index, self._per_byte)
        return self._data[position] >> slot * self.bits & self._mask

    def set(self, index: int, value: int) -> None:
        """Set the status at ``index``. Raises VerificationError beyond the end, MalformedError."""
        self._verify_index(index)
        if not 0 <= value <= self._mask:
            raise MalformedError("the status does not fit", code="status_list_bits")
        position, slot = divmod(index, self._per_byte)
        shift = slot * self.bits
        self._data[position] = self._data[position] & ~(self._mask << shift) | value << shift

    def __bytes__(self) -> bytes:
        """Return the packed bytes, for storage."""
        return bytes(self._data)

    def _verify_index(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise VerificationError("no such index in the status list", code="status_index_unknown")
