"""Which program did what, when and what for: one row per call, written before it is answered.

A row names the operation and the identifier in its address; nothing of what was sent or answered.
"""

from __future__ import annotations

from dataclasses import dataclass

from esspass.storage import Database
from issuer.api.clients import Caller
from issuer.bearer import create_identifier
from issuer.paging import find_start

MIGRATIONS = {
    "issuer-api-accesses-001": """
        CREATE TABLE api_accesses (
            id TEXT PRIMARY KEY,
            at BIGINT NOT NULL,
            client_id TEXT NOT NULL,
            purpose TEXT NOT NULL,
            operation TEXT NOT NULL,
            subject TEXT NOT NULL,
            allowed BIGINT NOT NULL
        )""",
    "issuer-api-accesses-002": "CREATE INDEX api_accesses_at ON api_accesses (at)",
    "issuer-api-accesses-003": "CREATE INDEX api_accesses_subject ON api_accesses (subject, at)",
}
_MAX_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """One call; ``at`` in epoch seconds."""

    at: int
    client: str
    purpose: str
    operation: str
    subject: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class ApiAccesses:
    """All calls. Rows are added, never changed; old ones are dropped."""

    database: Database

    def add(self, caller: Caller, operation: str, subject: str, now: int, *, allowed: bool) -> None:
        """Note a call."""
        self.database.execute(
            "INSERT INTO api_accesses (id, at, client_id, purpose, operation, subject, allowed)"
            " VALUES (:id, :now, :client_id, :purpose, :operation, :subject, :allowed)",
            id=create_identifier(),
            now=now,
            client_id=caller.client.id,
            purpose=caller.purpose,
            operation=operation,
            subject=subject[:_MAX_SUBJECT],
            allowed=int(allowed),
        )

    def count(self, subject: str = "") -> int:
        """Return how many calls there are, of one subject or of all."""
        rows = self.database.query(
            "SELECT count(*) AS n FROM api_accesses WHERE :subject = '' OR subject = :subject",
            subject=subject,
        )
        return int(rows[0]["n"])

    def latest(self, subject: str = "", number: int = 1, size: int = 50) -> list[ApiAccess]:
        """Return a page of the calls, of one subject or of all, the latest first."""
        rows = self.database.query(
            "SELECT api_accesses.*, api_clients.name FROM api_accesses JOIN api_clients"
            " ON api_clients.id = api_accesses.client_id"
            " WHERE :subject = '' OR subject = :subject"
            " ORDER BY at DESC, api_accesses.id LIMIT :size OFFSET :start",
            subject=subject,
            size=size,
            start=find_start(number, size),
        )
        return [
            ApiAccess(
                row["at"], row["name"], row["purpose"], row["operation"], row["subject"],
                bool(row["allowed"]),
            )
            for row in rows
        ]  # fmt: skip

    def purge(self, before: int) -> int:
        """Drop what is older; return how many calls."""
        return self.database.execute("DELETE FROM api_accesses WHERE at < :before", before=before)
