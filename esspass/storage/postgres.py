"""PostgreSQL, through psycopg: a pool, and a transaction that keeps its connection."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, Cursor
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from esspass.storage.database import Row, Value, verify_storable

_NAMED_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")


class PostgresDatabase:
    """A pool of connections in autocommit; ``atomic`` binds one to its thread."""

    def __init__(self, url: str) -> None:
        settings = {"autocommit": True, "row_factory": dict_row}
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            url, kwargs=settings, min_size=1, max_size=8, open=True
        )
        self._local = threading.local()

    def query(self, sql: str, **params: Value) -> list[Row]:
        with self._connection() as connection:
            return list(_run(connection, sql, params).fetchall())

    def execute(self, sql: str, **params: Value) -> int:
        with self._connection() as connection:
            return _run(connection, sql, params).rowcount

    @contextmanager
    def atomic(self) -> Iterator[None]:
        with self._connection() as connection, connection.transaction():
            outer = getattr(self._local, "connection", None)
            self._local.connection = connection
            try:
                yield
            finally:
                self._local.connection = outer

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        if current := getattr(self._local, "connection", None):
            yield current
        else:
            with self._pool.connection() as connection:
                yield connection

    def close(self) -> None:
        self._pool.close()


def _run(connection: Connection[Any], sql: str, params: dict[str, Value]) -> Cursor[Any]:
    verify_storable(params)
    portable = _NAMED_PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
    return connection.execute(portable, params)
