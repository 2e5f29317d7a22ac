"""Inspections in the database: begun, concluded once, their claims erased first, then the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from esspass.storage import Database, Row

MIGRATIONS = {
    "verifier-inspections-001": """
        CREATE TABLE inspections (
            id TEXT PRIMARY KEY,
            transaction_id TEXT NOT NULL,
            inspector TEXT NOT NULL,
            kind TEXT NOT NULL,
            with_pid BIGINT NOT NULL,
            purpose TEXT NOT NULL,
            place TEXT NOT NULL,
            flow TEXT NOT NULL,
            link TEXT NOT NULL,
            started_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            concluded_at BIGINT,
            confirmed_at BIGINT,
            cancelled_at BIGINT,
            outcome TEXT,
            findings TEXT,
            claims TEXT,
            claims_until BIGINT
        )
    """,
    "verifier-inspections-002": """
        CREATE INDEX inspections_by_inspector ON inspections (inspector, started_at)
    """,
    "verifier-inspections-003": """
        ALTER TABLE inspections ADD COLUMN case_id TEXT NOT NULL DEFAULT ''
    """,
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection. Times are epoch seconds; ``outcome`` is None until it is concluded.

    ``link`` is the query of the wallet link. ``confirmed_at`` is when the browser that asked came
    back from a wallet on the same device.
    """

    id: str
    transaction_id: str
    inspector: str
    kind: str
    with_pid: bool
    purpose: str
    place: str
    flow: str
    link: str
    started_at: int
    expires_at: int
    concluded_at: int | None = None
    confirmed_at: int | None = None
    cancelled_at: int | None = None
    outcome: str | None = None
    findings: str | None = None
    claims: str | None = field(default=None, repr=False)
    claims_until: int | None = None
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """What is stored at the end: ``findings`` and ``claims`` as JSON, kept apart, or no claims."""

    outcome: str
    findings: str
    claims: str | None = field(repr=False)
    claims_until: int


@dataclass(frozen=True, slots=True)
class Inspections:
    """The repository."""

    database: Database

    def add(self, inspection: Inspection) -> None:
        """Store an inspection that begins."""
        self.database.execute(
            "INSERT INTO inspections (id, transaction_id, inspector, kind, with_pid, purpose,"
            " place, flow, link, started_at, expires_at, case_id) VALUES (:id, :transaction_id,"
            " :inspector, :kind, :with_pid, :purpose, :place, :flow, :link, :started_at,"
            " :expires_at, :case_id)",
            id=inspection.id,
            transaction_id=inspection.transaction_id,
            inspector=inspection.inspector,
            kind=inspection.kind,
            with_pid=int(inspection.with_pid),
            purpose=inspection.purpose,
            place=inspection.place,
            flow=inspection.flow,
            link=inspection.link,
            started_at=inspection.started_at,
            expires_at=inspection.expires_at,
            case_id=inspection.case_id,
        )

    def conclude(
        self, inspection_id: str, verdict: StoredVerdict, now: int, *, confirmed: bool
    ) -> bool:
        """Store the verdict, once; False when there is one already, or it was cancelled.

        ``confirmed``: it need not wait for a browser to come back.
        """
        return bool(
            self.database.execute(
                "UPDATE inspections SET concluded_at = :now, confirmed_at = :confirmed_at,"
                " outcome = :outcome, findings = :findings, claims = :claims,"
                " claims_until = :until"
                " WHERE id = :id AND concluded_at IS NULL AND cancelled_at IS NULL",
                id=inspection_id,
                outcome=verdict.outcome,
                findings=verdict.findings,
                claims=verdict.claims,
                until=verdict.claims_until,
                confirmed_at=now if confirmed else None,
                now=now,
            )
        )

    def confirm(self, inspection_id: str, now: int) -> None:
        """Note that the browser that asked has come back."""
        self.database.execute(
            "UPDATE inspections SET confirmed_at = :now WHERE id = :id", id=inspection_id, now=now
        )

    def cancel(self, inspection_id: str, now: int) -> bool:
        """End an inspection that is not concluded."""
        return bool(
            self.database.execute(
                "UPDATE inspections SET cancelled_at = :now WHERE id = :id"
                " AND concluded_at IS NULL AND cancelled_at IS NULL",
                id=inspection_id,
                now=now,
            )
        )

    def find(self, inspection_id: str, now: int) -> Inspection | None:
        """Return one; claims past their time are not in it, erased or not."""
        rows = self.database.query("SELECT * FROM inspections WHERE id = :id", id=inspection_id)
        return _inspection(rows[0], now) if rows else None

    def open_of_case(self, case_id: str, now: int) -> list[Inspection]:
        """Return the requests of a case that nobody has answered yet, without claims."""
        rows = self.database.query(
            "SELECT * FROM inspections WHERE case_id = :case_id AND concluded_at IS NULL"
            " AND cancelled_at IS NULL AND expires_at > :now ORDER BY started_at, id LIMIT 50",
            case_id=case_id,
            now=now,
        )
        return [_inspection(row, now) for row in rows]

    def erase_claims(self, inspection_id: str) -> None:
        """Erase what was shown, now."""
        self.database.execute(
            "UPDATE inspections SET claims = NULL WHERE id = :id", id=inspection_id
        )

    def purge(self, now: int, retention: int) -> None:
        """Erase claims whose time is over, and inspections older than ``retention`` seconds."""
        self.database.execute(
            "UPDATE inspections SET claims = NULL WHERE claims_until <= :now", now=now
        )
        self.database.execute(
            "DELETE FROM inspections WHERE started_at <= :before", before=now - retention
        )


def _inspection(row: Row, now: int) -> Inspection:
    members, until = dict(row), row["claims_until"]
    members["with_pid"] = bool(members["with_pid"])
    if until is None or until <= now:
        members["claims"] = None
    return Inspection(**members)
