"""What other institutions sent and we refused: once per message, counted, until somebody saw it."""

from __future__ import annotations

from dataclasses import dataclass

from esspass.storage import Database, Row

MIGRATIONS = {
    "issuer-exchange-refusals-001": """
        CREATE TABLE exchange_refusals (
            reference TEXT PRIMARY KEY,
            sender TEXT NOT NULL,
            code TEXT NOT NULL,
            times BIGINT NOT NULL,
            first_at BIGINT NOT NULL,
            latest_at BIGINT NOT NULL
        )""",
    "issuer-exchange-refusals-002": "ALTER TABLE exchange_refusals ADD COLUMN seen_at BIGINT",
    "issuer-exchange-refusals-003": """
        CREATE INDEX exchange_refusals_new ON exchange_refusals (seen_at, latest_at)""",
}
_DAY = 86400


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that was refused, ``times`` over; ``sender`` is empty when nobody signed it.

    ``seen_at`` is when somebody noted it; None again when it comes once more.
    """

    reference: str
    sender: str
    code: str
    times: int
    first_at: int
    latest_at: int
    seen_at: int | None = None


@dataclass(frozen=True, slots=True)
class Refusals:
    """All refusals."""

    database: Database

    def add(self, sender: str, digest: str, code: str, now: int) -> None:
        """Record a refusal; what nobody known has signed is counted by day, not kept."""
        reference = digest if sender else f"{now // _DAY}/{code}"
        self.database.execute(
            "INSERT INTO exchange_refusals (reference, sender, code, times, first_at, latest_at)"
            " VALUES (:reference, :sender, :code, 1, :now, :now) ON CONFLICT (reference)"
            " DO UPDATE SET times = exchange_refusals.times + 1, latest_at = excluded.latest_at,"
            " code = excluded.code, seen_at = NULL",
            reference=reference,
            sender=sender,
            code=code,
            now=now,
        )

    def latest(self, most: int = 100, *, unseen: bool = False) -> list[Refusal]:
        """Return what was refused, the latest first; only what nobody has seen, if so wanted."""
        rows = self.database.query(
            "SELECT * FROM exchange_refusals WHERE (:unseen = 0 OR seen_at IS NULL)"
            " ORDER BY latest_at DESC, reference LIMIT :most",
            unseen=int(unseen),
            most=most,
        )
        return [_refusal(row) for row in rows]

    def count_new(self) -> int:
        """Return how many nobody has seen."""
        sql = "SELECT count(*) AS n FROM exchange_refusals WHERE seen_at IS NULL"
        return int(self.database.query(sql)[0]["n"])

    def mark_seen(self, reference: str, times: int, now: int) -> bool:
        """Note that somebody saw it; False when it came once more meanwhile, or is unknown."""
        seen = self.database.execute(
            "UPDATE exchange_refusals SET seen_at = :now WHERE reference = :reference"
            " AND times = :times AND seen_at IS NULL",
            reference=reference,
            times=times,
            now=now,
        )
        return bool(seen)


def _refusal(row: Row) -> Refusal:
    return Refusal(
        reference=row["reference"],
        sender=row["sender"],
        code=row["code"],
        times=int(row["times"]),
        first_at=int(row["first_at"]),
        latest_at=int(row["latest_at"]),
        seen_at=row["seen_at"],
    )
