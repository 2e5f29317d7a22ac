"""Relational storage: SQLite by default, PostgreSQL to scale out."""

from __future__ import annotations

from esspass.storage.database import Database, Row, Value
from esspass.storage.migrations import migrate
from esspass.storage.sqlite import SqliteDatabase

__all__ = ["Database", "Row", "Value", "connect", "migrate"]


def connect(url: str) -> Database:
    """Open the database that ``url`` names: a file path or ``postgresql://…``."""
    if url.startswith("postgresql://"):
        from esspass.storage.postgres import PostgresDatabase

        return PostgresDatabase(url)
    return SqliteDatabase(url)
