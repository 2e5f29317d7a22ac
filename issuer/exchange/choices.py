"""Which of several institutions of a State is told of an A1: a clerk says so, once per decision.

Nothing is sent to a guess: until the choice is made, the decision waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from esspass.storage import Database

CHOOSE = "choose_institution"
MIGRATIONS = {
    "issuer-choices-001": """
        CREATE TABLE institution_choices (
            record_id TEXT NOT NULL,
            country TEXT NOT NULL,
            institution_id TEXT NOT NULL,
            asked_at BIGINT NOT NULL,
            chosen_at BIGINT,
            chosen_by TEXT NOT NULL,
            PRIMARY KEY (record_id, country)
        )""",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What clerks chose, and what they are still to choose."""

    database: Database

    def ask(self, record_id: str, country: str, now: int) -> bool:
        """Note that a choice is wanted, also in place of one made before; say whether it is news.

        While it is asked for, asking again changes nothing.
        """
        return bool(
            self.database.execute(
                "INSERT INTO institution_choices (record_id, country, institution_id, asked_at,"
                " chosen_by) VALUES (:record_id, :country, '', :now, '') ON CONFLICT (record_id,"
                " country) DO UPDATE SET institution_id = '', asked_at = :now, chosen_at = NULL"
                " WHERE institution_choices.institution_id <> ''",
                record_id=record_id,
                country=country,
                now=now,
            )
        )

    def choose(
        self, record_id: str, country: str, institution_id: str, now: int, actor: str
    ) -> int | None:
        """Keep a choice that is asked for; return since when it was, None if it is not."""
        rows = self.database.query(
            "UPDATE institution_choices SET institution_id = :institution_id,"
            " chosen_at = :now, chosen_by = :actor WHERE record_id = :record_id"
            " AND country = :country AND institution_id = '' RETURNING asked_at",
            record_id=record_id,
            country=country,
            institution_id=institution_id,
            now=now,
            actor=actor,
        )
        return int(rows[0]["asked_at"]) if rows else None

    def find(self, record_id: str, country: str) -> str | None:
        """Return what was chosen, empty while it is asked for, None if nobody asked."""
        rows = self.database.query(
            "SELECT institution_id FROM institution_choices WHERE record_id = :record_id"
            " AND country = :country",
            record_id=record_id,
            country=country,
        )
        return str(rows[0]["institution_id"]) if rows else None
