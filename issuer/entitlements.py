"""Who is insured for health care, since when, and until when if that is known.

The register of insured persons belongs to another system; this is the copy of it that a machine
may grant an EHIC on. It opens when an EHIC is entered and closes when one is withdrawn because
the insurance ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from esspass.attestations import Document, Ehic
from esspass.storage import Database
from issuer.names import fold_name

MIGRATIONS = {
    "issuer-entitlements-001": """
        CREATE TABLE entitlements (
            person_id TEXT NOT NULL,
            covered TEXT NOT NULL,
            starts TEXT NOT NULL,
            ends TEXT,
            PRIMARY KEY (person_id, covered)
        )""",
}


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Insurance of persons, and of those they act for."""

    database: Database

    def open(self, person_id: str, document: Document) -> None:
        """Note that whoever an EHIC is for is insured; what is known already stays."""
        if not isinstance(document, Ehic):
            return
        self.database.execute(
            "INSERT INTO entitlements (person_id, covered, starts) VALUES (:person_id, :covered,"
            " :starts) ON CONFLICT DO NOTHING",
            person_id=person_id,
            covered=_covered(document),
            starts=(document.starts or document.issued_on).isoformat(),
        )

    def close(self, person_id: str, document: Document, ends: date) -> None:
        """Note that the insurance ended; ``ends`` is the first day without it."""
        if not isinstance(document, Ehic):
            return
        self.database.execute(
            "UPDATE entitlements SET ends = :ends WHERE person_id = :person_id"
            " AND covered = :covered AND (ends IS NULL OR ends > :ends)",
            person_id=person_id,
            covered=_covered(document),
            ends=ends.isoformat(),
        )

    def is_open(self, person_id: str, document: Ehic, day: date) -> bool:
        """Say whether the insurance runs on ``day`` and no end of it is known."""
        rows = self.database.query(
            "SELECT person_id FROM entitlements WHERE person_id = :person_id"
            " AND covered = :covered AND starts <= :day AND ends IS NULL",
            person_id=person_id,
            covered=_covered(document),
            day=day.isoformat(),
        )
        return bool(rows)

    def insured_since(self, person_id: str) -> date | None:
        """Return since when a person is insured without a known end; None if not at all."""
        rows = self.database.query(
            "SELECT starts FROM entitlements WHERE person_id = :person_id AND covered = ''"
            " AND ends IS NULL",
            person_id=person_id,
        )
        return date.fromisoformat(rows[0]["starts"]) if rows else None


def _covered(document: Ehic) -> str:
    """Name the person covered: nobody else than the holder, or somebody the holder acts for."""
    person = document.represented
    if person is None:
        return ""
    names = fold_name(f"{person.surnames} {person.forenames}")
    return f"{names} {person.date_of_birth.isoformat()}"
