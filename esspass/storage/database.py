"""The narrow waist between our code and a relational database.

Three verbs and named parameters (``:name``). They are the verbs of ``sqlite_utils.Database``;
PostgreSQL speaks them through an adapter. SQL above this line is portable: TEXT and BIGINT
columns, ``ON CONFLICT``, ``RETURNING``; a decision is one statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

Value = str | int | None
Row = Mapping[str, Any]


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
