"""Verified status list tokens, kept by address, so that nobody learns when a credential is used.

A list never goes back: an older one than seen would hide a withdrawal (Token Status List, 11.5).
"""

from __future__ import annotations

from dataclasses import dataclass

from esspass.errors import VerificationError
from esspass.storage import Database

MIGRATIONS = {
    "status-list-cache-001": (
        "CREATE TABLE status_list_cache (uri TEXT PRIMARY KEY, token TEXT NOT NULL,"
        " issued_at BIGINT NOT NULL, fetched_at BIGINT NOT NULL)"
    ),
}


@dataclass(frozen=True, slots=True)
class StatusListCache:
    """The last token seen at each address."""

    database: Database

    def get(self, uri: str) -> tuple[str, int] | None:
        """Return the token and when it was fetched, epoch seconds; None when never seen."""
        rows = self.database.query(
            "SELECT token, fetched_at FROM status_list_cache WHERE uri = :uri", uri=uri
        )
        return (rows[0]["token"], rows[0]["fetched_at"]) if rows else None

    def tokens(self, limit: int) -> dict[str, tuple[str, int]]:
        """Return tokens and when they were fetched by address, the latest fetched first."""
        rows = self.database.query(
            "SELECT uri, token, fetched_at FROM status_list_cache"
            " ORDER BY fetched_at DESC, uri LIMIT :limit",
            limit=limit,
        )
        return {row["uri"]: (row["token"], row["fetched_at"]) for row in rows}

    def put(self, uri: str, token: str, issued_at: int, fetched_at: int) -> None:
        """Keep a verified token. Raises VerificationError when a newer one was seen (rollback)."""
        kept = self.database.execute(
            "INSERT INTO status_list_cache (uri, token, issued_at, fetched_at)"
            " VALUES (:uri, :token, :issued_at, :fetched_at)"
            " ON CONFLICT (uri) DO UPDATE SET token = excluded.token,"
            " issued_at = excluded.issued_at, fetched_at = excluded.fetched_at"
            " WHERE status_list_cache.issued_at <= excluded.issued_at",
            uri=uri,
            token=token,
            issued_at=issued_at,
            fetched_at=fetched_at,
        )
        if not kept:
            raise VerificationError("older than the list seen before", code="status_list_rollback")
