"""What happened to a decision: who, when, what. Entries are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from esspass.storage import Database
from issuer.bearer import create_identifier

MIGRATIONS = {
    "issuer-history-001": """
        CREATE TABLE history (
            id TEXT PRIMARY KEY,
            record_id TEXT NOT NULL,
            at BIGINT NOT NULL,
            event TEXT NOT NULL,
            actor TEXT NOT NULL,
            detail TEXT NOT NULL
        )""",
    "issuer-history-002": "CREATE INDEX history_record ON history (record_id, at)",
    "issuer-history-003": "CREATE INDEX history_event ON history (event, at)",
}


class Event(StrEnum):
    """What can happen to a decision."""

    IMPORTED = "imported"
    APPLIED = "applied"
    OFFERED = "offered"
    OFFER_CANCELLED = "offer_cancelled"
    OFFER_REDEEMED = "offer_redeemed"
    OFFER_LOCKED = "offer_locked"
    AUTHORIZED = "authorized"
    DEFERRED = "deferred"
    ISSUED = "issued"
    NOTIFIED = "notified"
    PRINTED = "printed"
    HELD = "held"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    WITHDRAWN = "withdrawn"
    AMENDS = "amends"
    AMENDED = "amended"
    AMENDMENT_REFUSED = "amendment_refused"
    AGREED = "agreed"
    PROPOSED = "proposed"
    PROPOSAL_DECLINED = "proposal_declined"
    RENEWED = "renewed"
    RENEWAL_DECLINED = "renewal_declined"
    REPLACEMENT_ISSUED = "replacement_issued"
    SECTOR_NOTED = "sector_noted"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log; ``at`` in epoch seconds, ``detail`` a code, never personal data."""

    at: int
    event: Event
    actor: str
    detail: str


@dataclass(frozen=True, slots=True)
class History:
    """The log of all decisions."""

    database: Database

    def add(
        self, record_id: str, event: Event, now: int, actor: str = "", detail: str = ""
    ) -> None:
        """Add an entry; an empty ``actor`` means the system, for the holder's wallet."""
        self.database.execute(
            "INSERT INTO history (id, record_id, at, event, actor, detail)"
            " VALUES (:id, :record_id, :at, :event, :actor, :detail)",
            id=create_identifier(),
            record_id=record_id,
            at=now,
            event=event,
            actor=actor,
            detail=detail,
        )

    def of(self, record_id: str) -> list[Entry]:
        """Return the entries of a decision, the latest first."""
        rows = self.database.query(
            "SELECT at, event, actor, detail FROM history WHERE record_id = :id"
            " ORDER BY at DESC, id",
            id=record_id,
        )
        return [Entry(row["at"], Event(row["event"]), row["actor"], row["detail"]) for row in rows]
