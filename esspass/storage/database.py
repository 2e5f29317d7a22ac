"""The narrow waist between our code and a relational database.

Three verbs and named parameters (``:name``). They are the verbs of ``sqlite_utils.Database``;
PostgreSQL speaks them through an adapter. SQL above this line is portable: TEXT and BIGINT
columns, ``ON CONFLICT``, ``RETURNING``; a decision is one statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from esspass.errors import MalformedError

Value = str | int | None
Row = Mapping[str, Any]
_BIGINT = range(-(2**63), 2**63)


class Database(Protocol):
    """What repositories may ask of a database."""

    def query(self, sql: str, **params: Value) -> list[Row]:
        """Run one statement that returns rows (SELECT, or any with RETURNING)."""

    def execute(self, sql: str, **params: Value) -> int:
        """Run one statement that changes rows; return how many it changed."""

    def atomic(self) -> AbstractContextManager[None]:
        """Open a writing transaction, or a savepoint inside one."""

    def close(self) -> None:
        """Give back every connection."""


def verify_storable(params: Mapping[str, Value]) -> None:
    """Refuse what a TEXT or BIGINT cannot hold, alike on every database. Raises MalformedError.

    PostgreSQL knows no NUL in a text; half a surrogate pair is no UTF-8.
    """
    for value in params.values():
        if isinstance(value, str):
            fits = "\0" not in value and (value.isascii() or _is_utf8(value))
        else:
            fits = value is None or value in _BIGINT
        if not fits:
            raise MalformedError("a value that no database can hold", code="bad_value")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
