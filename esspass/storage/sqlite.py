"""SQLite, through sqlite-utils: one file, write-ahead log, one connection per thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlite_utils

from esspass.storage.database import Row, Value, verify_storable

_PRAGMAS = ("busy_timeout = 15000", "foreign_keys = ON", "synchronous = FULL")


class SqliteDatabase:
    """A connection shared by threads loses rows silently, so each thread keeps its own."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._local = threading.local()

    @property
    def _connection(self) -> sqlite_utils.Database:
        existing: sqlite_utils.Database | None = getattr(self._local, "connection", None)
        if existing is None:
            existing = self._local.connection = self._open()
        return existing

    def _open(self) -> sqlite_utils.Database:
        connection = sqlite_utils.Database(self._path)
        for pragma in _PRAGMAS:
            connection.conn.execute(f"PRAGMA {pragma}")
        connection.enable_wal()
        return connection

    def query(self, sql: str, **params: Value) -> list[Row]:
        verify_storable(params)
        return list(self._connection.query(sql, params))

    def execute(self, sql: str, **params: Value) -> int:
        verify_storable(params)
        return self._connection.execute(sql, params).rowcount

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """BEGIN IMMEDIATE: a deferred transaction fails at once when a second writer is open."""
        connection = self._connection
        if connection.conn.in_transaction:
            with connection.atomic():
                yield
            return
        connection.conn.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.conn.rollback()
            raise
        connection.conn.commit()

    def close(self) -> None:
        """Close the calling thread's connection; others close with their threads."""
        existing: sqlite_utils.Database | None = getattr(self._local, "connection", None)
        if existing is not None:
            existing.conn.close()
            del self._local.connection
