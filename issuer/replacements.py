"""Replacement certificates given out, and those still on their way to a desk.

A delivery is stored before it is tried, so it survives a kill; whoever claims it tries it, and
only then. A desk that got one answers, and its row loses the content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from esspass.storage import Database, Row

MIGRATIONS = {
    "issuer-replacements-001": """
        CREATE TABLE replacements (
            request_id TEXT PRIMARY KEY,
            person_id TEXT NOT NULL,
            record_id TEXT NOT NULL,
            desk_name TEXT NOT NULL,
            country TEXT NOT NULL,
            starts TEXT NOT NULL,
            ends TEXT NOT NULL,
            issued_at BIGINT NOT NULL,
            day TEXT NOT NULL,
            slot BIGINT NOT NULL,
            UNIQUE (person_id, day, slot)
        )""",
    "issuer-replacements-002": "CREATE INDEX replacements_issued ON replacements (issued_at)",
    "issuer-deliveries-001": """
        CREATE TABLE deliveries (
            request_id TEXT PRIMARY KEY,
            deliver_uri TEXT NOT NULL,
            body TEXT NOT NULL,
            expires_at BIGINT NOT NULL,
            next_try BIGINT NOT NULL,
            sent_at BIGINT
        )""",
    "issuer-deliveries-002": "CREATE INDEX deliveries_next ON deliveries (next_try)",
}
TRY_SECONDS = 30  # nobody else tries meanwhile; longer than a try may take
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Replacement:
    """A certificate given out; ``starts`` and ``ends`` are the days it covers."""

    request_id: str
    person_id: str
    record_id: str
    desk_name: str
    country: str
    starts: date
    ends: date
    issued_at: int
    sent_at: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes where; ``body`` is a JWE that only the desk opens."""

    request_id: str
    deliver_uri: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Replacements:
    """All replacement certificates and their deliveries."""

    database: Database

    def find(self, request_id: str) -> Replacement | None:
        """Return the certificate that answers a request."""
        rows = self.database.query(f"{_SELECT} WHERE r.request_id = :id", id=request_id)
        return _replacement(rows[0]) if rows else None

    def add(self, given: Replacement, day: date, limit: int) -> bool:
        """Keep a certificate, one per request and ``limit`` per person and day.

        Each of a person's slots of a day is a row of its own, so no two calls take the same.
        """
        for slot in range(limit):
            added = self.database.execute(
                "INSERT INTO replacements (request_id, person_id, record_id, desk_name, country,"
                " starts, ends, issued_at, day, slot) VALUES (:id, :person_id, :record_id,"
                " :desk_name, :country, :starts, :ends, :issued_at, :day, :slot)"
                " ON CONFLICT DO NOTHING",
                id=given.request_id,
                person_id=given.person_id,
                record_id=given.record_id,
                desk_name=given.desk_name,
                country=given.country,
                starts=given.starts.isoformat(),
                ends=given.ends.isoformat(),
                issued_at=given.issued_at,
                day=day.isoformat(),
                slot=slot,
            )
            if added:
                return True
        return False

    def count(self, person_id: str, day: date) -> int:
        """Return how many a person got on a day."""
        rows = self.database.query(
            "SELECT COUNT(*) AS number FROM replacements WHERE person_id = :id AND day = :day",
            id=person_id,
            day=day.isoformat(),
        )
        return int(rows[0]["number"])

    def latest(self) -> list[Replacement]:
        """Return the last hundred, the latest first."""
        rows = self.database.query(
            f"{_SELECT} ORDER BY r.issued_at DESC, r.request_id LIMIT {_SHOWN}"
        )
        return [_replacement(row) for row in rows]

    def enqueue(self, delivery: Delivery, expires_at: int) -> None:
        """Store what has to be sent until ``expires_at``."""
        self.database.execute(
            "INSERT INTO deliveries (request_id, deliver_uri, body, expires_at, next_try)"
            " VALUES (:id, :uri, :body, :expires_at, 0)",
            id=delivery.request_id,
            uri=delivery.deliver_uri,
            body=delivery.body,
            expires_at=expires_at,
        )

    def claim(self, request_id: str, now: int) -> Delivery | None:
        """Take a delivery in hand, for ``TRY_SECONDS``; None when it is sent, over, or taken."""
        rows = self.database.query(
            "UPDATE deliveries SET next_try = :until WHERE request_id = :id AND sent_at IS NULL"
            " AND next_try <= :now AND expires_at > :now RETURNING *",
            id=request_id,
            until=now + TRY_SECONDS,
            now=now,
        )
        return Delivery(request_id, rows[0]["deliver_uri"], rows[0]["body"]) if rows else None

    def due(self, now: int, most: int) -> list[str]:
        """Return the requests whose delivery may be tried now."""
        rows = self.database.query(
            "SELECT request_id FROM deliveries WHERE sent_at IS NULL AND next_try <= :now"
            " AND expires_at > :now ORDER BY next_try LIMIT :most",
            now=now,
            most=most,
        )
        return [row["request_id"] for row in rows]

    def complete(self, request_id: str, now: int) -> None:
        """Note that the desk has it; the content goes."""
        self.database.execute(
            "UPDATE deliveries SET sent_at = :now, body = '' WHERE request_id = :id",
            id=request_id,
            now=now,
        )

    def purge(self, now: int) -> int:
        """Drop the content of what could not be delivered in time; return how many."""
        return self.database.execute(
            "UPDATE deliveries SET body = '' WHERE sent_at IS NULL AND expires_at <= :now"
            " AND body <> ''",
            now=now,
        )


_SELECT = """
    SELECT r.request_id, r.person_id, r.record_id, r.desk_name, r.country, r.starts, r.ends,
           r.issued_at, d.sent_at
    FROM replacements r LEFT JOIN deliveries d ON d.request_id = r.request_id"""


def _replacement(row: Row) -> Replacement:
    return Replacement(
        request_id=row["request_id"],
        person_id=row["person_id"],
        record_id=row["record_id"],
        desk_name=row["desk_name"],
        country=row["country"],
        starts=date.fromisoformat(row["starts"]),
        ends=date.fromisoformat(row["ends"]),
        issued_at=row["issued_at"],
        sent_at=row["sent_at"],
    )
