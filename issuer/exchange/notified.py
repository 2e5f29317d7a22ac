"""Which State concerned was told of which A1 of ours, in which case, and what it was told last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from esspass.storage import Database, Row
from issuer.history import Event
from issuer.records import RecordState

MIGRATIONS = {
    "issuer-notified-001": """
        CREATE TABLE notified (
            record_id TEXT NOT NULL,
            country TEXT NOT NULL,
            institution_id TEXT NOT NULL,
            case_id TEXT NOT NULL,
            sed TEXT NOT NULL,
            told TEXT NOT NULL,
            notified_at BIGINT NOT NULL,
            told_at BIGINT NOT NULL,
            PRIMARY KEY (record_id, country)
        )""",
    "issuer-notified-002": "CREATE INDEX notified_case ON notified (case_id)",
}
NOBODY = ""
_GIVEN_OUT = ", ".join(f"'{each}'" for each in (Event.ISSUED, Event.APPROVED, Event.PRINTED))
# Marks are few and states many; without the empty text SQLite would go by the index of states.
_WAITS = f"""kind || '' = 'pda1' AND state || '' = 'granted'
    AND NOT EXISTS (SELECT 1 FROM notified WHERE notified.record_id = records.id)
    AND EXISTS (SELECT 1 FROM history WHERE history.record_id = records.id
                AND history.event IN ({_GIVEN_OUT}))"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Notified:
    """One State (ISO) and one A1. Without ``case_id`` a clerk tells it on paper.

    Without ``country`` no State is concerned. ``told`` is the state of the decision that it was
    told last.
    """

    record_id: str
    country: str
    institution_id: str
    case_id: str
    sed: str
    told: RecordState
    notified_at: int
    told_at: int


@dataclass(frozen=True, slots=True)
class NotifiedStates:
    """All of them."""

    database: Database

    def waiting(self, most: int = 20) -> list[str]:
        """Return A1s in force that were given out while nobody abroad was told, oldest first.

        Not those for which a clerk has still to choose whom to tell.
        """
        rows = self.database.query(
            f"SELECT id FROM records WHERE unsaid > 0 AND {_WAITS}"  # noqa: S608 - constants
            " AND NOT EXISTS (SELECT 1 FROM institution_choices c WHERE c.record_id = records.id"
            " AND c.institution_id = '')"
            " ORDER BY changed_at, id LIMIT :most",
            most=most,
        )
        return [str(row["id"]) for row in rows]

    def keep(self, told: Sequence[Notified]) -> None:
        """Keep that these States were told of one decision; all of them, or none."""
        with self.database.atomic():
            for each in told:
                self.database.execute(
                    "UPDATE records SET unsaid = unsaid + 1 WHERE id = :id", id=each.record_id
                )
                self.database.execute(
                    "INSERT INTO notified (record_id, country, institution_id, case_id, sed, told,"
                    " notified_at, told_at) VALUES (:record_id, :country, :institution_id,"
                    " :case_id, :sed, :told, :notified_at, :told_at) ON CONFLICT DO NOTHING",
                    record_id=each.record_id,
                    country=each.country,
                    institution_id=each.institution_id,
                    case_id=each.case_id,
                    sed=each.sed,
                    told=each.told,
                    notified_at=each.notified_at,
                    told_at=each.told_at,
                )

    def of_record(self, record_id: str) -> list[Notified]:
        """Return the States that were told of a decision."""
        rows = self.database.query(
            "SELECT * FROM notified WHERE record_id = :id AND country <> '' ORDER BY country",
            id=record_id,
        )
        return [_notified(row) for row in rows]

    def is_told(self, record_id: str) -> bool:
        """Say whether the States concerned were told of a decision, if there are any."""
        sql = "SELECT 1 FROM notified WHERE record_id = :id LIMIT 1"
        return bool(self.database.query(sql, id=record_id))

    def outdated(self, most: int = 20) -> list[Notified]:
        """Return those whose decision has changed since they were told, the oldest change first."""
        rows = self.database.query(
            "SELECT notified.* FROM records CROSS JOIN notified"  # SQLite keeps to this order
            " WHERE notified.record_id = records.id AND records.unsaid > 0"
            " AND records.state <> notified.told"
            " ORDER BY records.changed_at, records.id, notified.country LIMIT :most",
            most=most,
        )
        return [_notified(row) for row in rows]

    def settled(self, most: int = 500) -> list[tuple[str, int]]:
        """Return decisions marked as unsaid of which nobody has to be told, with their marks."""
        rows = self.database.query(
            "SELECT id, unsaid FROM records WHERE unsaid > 0"  # noqa: S608 - constants
            " AND NOT EXISTS (SELECT 1 FROM notified WHERE notified.record_id = records.id"
            f" AND notified.told <> records.state) AND NOT ({_WAITS}) LIMIT :most",
            most=most,
        )
        return [(str(row["id"]), int(row["unsaid"])) for row in rows]

    def forget(self, settled: Sequence[tuple[str, int]]) -> int:
        """Take the marks away; not of what was marked again since. Return how many were taken."""
        return sum(
            self.database.execute(
                "UPDATE records SET unsaid = 0 WHERE id = :id AND unsaid = :mark",
                id=each,
                mark=mark,
            )
            for each, mark in settled
        )

    def tidy(self, _now: int) -> int:
        """Take the marks from what everybody was told; return how many."""
        with self.database.atomic():
            return self.forget(self.settled())

    def tell(self, told: Notified, state: RecordState, now: int) -> None:
        """Keep what a State was told."""
        self.database.execute(
            "UPDATE notified SET told = :state, told_at = :now"
            " WHERE record_id = :record_id AND country = :country",
            record_id=told.record_id,
            country=told.country,
            state=state,
            now=now,
        )


def _notified(row: Row) -> Notified:
    return Notified(
        row["record_id"],
        row["country"],
        row["institution_id"],
        row["case_id"],
        row["sed"],
        RecordState(row["told"]),
        row["notified_at"],
        row["told_at"],
    )
