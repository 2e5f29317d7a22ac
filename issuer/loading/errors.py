"""What is wrong with one row: where, why, and the shape of the value, never the value."""

from __future__ import annotations

import re

from esspass.errors import MalformedError

_SHOWN = 24


class RowError(MalformedError):
    """A row cannot become a decision; ``field`` is its column, ``masked`` a value's shape."""

    code = "bad_row"

    def __init__(self, code: str, field: str = "", value: object = "") -> None:
        super().__init__("a row cannot become a decision", code=code)
        self.field = field
        self.masked = mask(str(value))


def mask(value: str) -> str:
    """Return the shape of a value: ``99/99/9999`` for a date, ``Aaaaa`` for a name."""
    shape = re.sub(r"\d", "9", value.strip())
    shape = "".join(_shape(char) for char in shape[:_SHOWN])
    return shape + "…" if len(value.strip()) > _SHOWN else shape


def _shape(char: str) -> str:
    if char.isalpha():
        return "A" if char.isupper() else "a"
    return char if char.isascii() and char.isprintable() else "?"
