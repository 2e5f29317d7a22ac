"""History: what was shown to whom and when, refused and failed requests included.

Holds the verifier's name from its certificate, its host, the purpose it gave and the paths of the
claims, never a value (ARF, DASH_03a). Kept for the citizen, who may clear it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from esspass.storage import Database, Row
from wallet.sealing import SealingKey

MIGRATIONS = {
    "wallet-history-001": """
        CREATE TABLE wallet_history (
            id TEXT PRIMARY KEY,
            holder_id TEXT NOT NULL,
            at BIGINT NOT NULL,
            place BIGINT NOT NULL,
            outcome TEXT NOT NULL,
            sealed TEXT NOT NULL
        )""",
    "wallet-history-002": """
        CREATE INDEX wallet_history_holder ON wallet_history (holder_id, at)""",
}

MAX_ENTRIES = 500


class Event(StrEnum):
    """How an encounter ended, as the citizen reads it."""

    SHARED = "shared"
    SHOWN = "shown"
    REFUSED = "refused"
    NO_MATCH = "no_match"
    FAILED = "failed"
    RECEIVED = "received"
    DELETED = "deleted"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class SharedClaims:
    """The claims of one credential that an event was about: paths, no values."""

    vct: str
    paths: tuple[tuple[str | int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Encounter:
    """With whom, about what. ``party`` is a name from a certificate, or empty when unproven.

    ``purpose`` is what the other side said, by language tag; ``purpose_id`` what the citizen chose
    for a QR code. ``receipt`` is what the verifier signed about its verdict (``wallet.receipts``).
    ``warnings`` are the codes the citizen saw; ``reason`` is the error code of a failed event.
    """

    party: str
    host: str
    purpose: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[SharedClaims, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""
    purpose_id: str = ""
    receipt: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the history."""

    id: str
    at: int
    event: Event
    encounter: Encounter


@dataclass(frozen=True, slots=True)
class History:
    """The history of every holder."""

    database: Database
    server_key: SealingKey

    def add(self, holder_id: str, event: Event, encounter: Encounter, now: int) -> str:
        """Write one entry; return its id."""
        entry_id = secrets.token_urlsafe(16)
        members = asdict(encounter)
        self.database.execute(
            "INSERT INTO wallet_history (id, holder_id, at, place, outcome, sealed)"
            " SELECT :id, :holder_id, :at, COALESCE(MAX(place), 0) + 1, :outcome, :sealed"
            " FROM wallet_history WHERE holder_id = :holder_id",
            id=entry_id,
            holder_id=holder_id,
            at=now,
            outcome=event.value,
            sealed=self.server_key.seal_json(members, holder_id, entry_id),
        )
        return entry_id

    def of_holder(self, holder_id: str, event: Event | None = None) -> list[HistoryEntry]:
        """Return the newest entries, at most ``MAX_ENTRIES``, of one kind if given."""
        rows = self.database.query(
            "SELECT * FROM wallet_history WHERE holder_id = :holder_id"
            " AND (:outcome = '' OR outcome = :outcome) ORDER BY at DESC, place DESC LIMIT :most",
            holder_id=holder_id,
            outcome=event.value if event else "",
            most=MAX_ENTRIES,
        )
        return [self._read(holder_id, row) for row in rows]

    def get(self, holder_id: str, entry_id: str) -> HistoryEntry | None:
        """Return one entry of this holder."""
        rows = self.database.query(
            "SELECT * FROM wallet_history WHERE id = :id AND holder_id = :holder_id",
            id=entry_id,
            holder_id=holder_id,
        )
        return self._read(holder_id, rows[0]) if rows else None

    def delete(self, holder_id: str, entry_id: str) -> bool:
        """Delete one entry of this holder; False when it is not there (any more)."""
        return (
            self.database.execute(
                "DELETE FROM wallet_history WHERE id = :id AND holder_id = :holder_id",
                id=entry_id,
                holder_id=holder_id,
            )
            > 0
        )

    def delete_all(self, holder_id: str) -> int:
        """Clear a holder's history; return how many entries went."""
        return self.database.execute(
            "DELETE FROM wallet_history WHERE holder_id = :holder_id", holder_id=holder_id
        )

    def _read(self, holder_id: str, row: Row) -> HistoryEntry:
        members = self.server_key.unseal_json(str(row["sealed"]), holder_id, str(row["id"]))
        shared = tuple(_read_shared(item) for item in members.pop("shared"))
        warnings = tuple(members.pop("warnings"))
        encounter = Encounter(shared=shared, warnings=warnings, **members)
        return HistoryEntry(str(row["id"]), int(row["at"]), Event(row["outcome"]), encounter)


def _read_shared(item: Mapping[str, Any]) -> SharedClaims:
    return SharedClaims(item["vct"], tuple(tuple(path) for path in item["paths"]))
