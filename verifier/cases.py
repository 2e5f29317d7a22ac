"""Cases in the database: what is said once before the first check, and holds for all of it."""

from __future__ import annotations

from dataclasses import dataclass

from esspass.inspection import Situation
from esspass.storage import Database, Row

MIGRATIONS = {
    "verifier-cases-001": """
        CREATE TABLE cases (
            id TEXT PRIMARY KEY,
            inspector TEXT NOT NULL,
            purpose TEXT NOT NULL,
            country TEXT NOT NULL,
            day TEXT NOT NULL,
            until TEXT,
            place TEXT NOT NULL,
            employer_name TEXT NOT NULL,
            employer_id TEXT NOT NULL,
            provider TEXT NOT NULL,
            keep BIGINT NOT NULL,
            kind TEXT NOT NULL,
            reference TEXT NOT NULL,
            single BIGINT NOT NULL,
            created_at BIGINT NOT NULL
        )
    """,
    "verifier-cases-002": "CREATE INDEX cases_by_inspector ON cases (inspector, created_at)",
}
_COLUMNS = (
    "id", "inspector", "kind", "purpose", "country", "day", "until", "place", "employer_name",
    "employer_id", "provider", "keep", "reference", "single", "created_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One case. ``day`` and ``until`` are ISO dates, ``country`` ISO alpha-2.

    ``keep`` is how long what was shown stays, in seconds; 0 keeps verdicts only. ``single`` was
    made for one quick check. ``reference`` is the desk's own number for billing.
    """

    id: str
    inspector: str
    kind: str
    purpose: str
    country: str
    day: str
    until: str | None = None
    place: str = ""
    employer_name: str = ""
    employer_id: str = ""
    provider: str = ""
    keep: int = 0
    reference: str = ""
    single: bool = False
    created_at: int = 0

    @property
    def situation(self) -> Situation:
        """What the rules are asked about."""
        return Situation(
            kind=self.kind,
            country=self.country,
            date=self.day,
            until=self.until,
            employer_name=self.employer_name or None,
            employer_id=self.employer_id or None,
            place=self.place or None,
            provider=self.provider or None,
        )


@dataclass(frozen=True, slots=True)
class Cases:
    """The repository."""

    database: Database

    def add(self, case: Case) -> bool:
        """Store a case; False when its id is taken."""
        values = {name: getattr(case, name) for name in _COLUMNS} | {"single": int(case.single)}
        names = ", ".join(_COLUMNS)
        marks = ", ".join(f":{name}" for name in _COLUMNS)
        return bool(
            self.database.execute(
                f"INSERT INTO cases ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 - constants
                **values,
            )
        )

    def find(self, case_id: str) -> Case | None:
        """Return one."""
        rows = self.database.query("SELECT * FROM cases WHERE id = :id", id=case_id)
        return _case(rows[0]) if rows else None

    def recent(self, inspector: str, limit: int = 50) -> list[Case]:
        """Return an inspector's cases, the newest first."""
        rows = self.database.query(
            "SELECT * FROM cases WHERE inspector = :inspector"
            " ORDER BY created_at DESC, id LIMIT :limit",
            inspector=inspector,
            limit=limit,
        )
        return [_case(row) for row in rows]

    def purge(self, before: int) -> None:
        """Delete cases made before a time, with nobody checked since."""
        self.database.execute(
            "DELETE FROM cases WHERE created_at <= :before AND NOT EXISTS"
            " (SELECT 1 FROM case_persons WHERE case_persons.case_id = cases.id)",
            before=before,
        )


def _case(row: Row) -> Case:
    return Case(**{**row, "single": bool(row["single"])})
