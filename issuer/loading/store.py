"""Loads and their rows: what was taken in, what was refused, and where a crash left off.

Rows stay here only until they are in the register, or were refused or discarded; of a refused one
remain its line, its column and the shape of its value. Each step takes its rows by one statement,
inside the transaction that writes what becomes of them, so that no row counts twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from esspass.errors import VerificationError
from esspass.storage import Database
from esspass.storage import Row as DatabaseRow
from issuer.bearer import create_identifier
from issuer.four_eyes import Proposer
from issuer.loading.errors import RowError
from issuer.paging import find_start

MIGRATIONS = {
    "issuer-loads-001": """
        CREATE TABLE loads (
            id TEXT PRIMARY KEY,
            source TEXT NOT NULL,
            mapping TEXT NOT NULL,
            stage TEXT NOT NULL,
            total BIGINT NOT NULL,
            checked BIGINT NOT NULL DEFAULT 0,
            refused BIGINT NOT NULL DEFAULT 0,
            added BIGINT NOT NULL DEFAULT 0,
            known BIGINT NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL,
            created_by TEXT NOT NULL,
            changed_at BIGINT NOT NULL
        )""",
    "issuer-loads-002": "CREATE INDEX loads_created ON loads (created_at)",
    "issuer-loads-003": """
        CREATE TABLE load_rows (
            load_id TEXT NOT NULL REFERENCES loads (id),
            place BIGINT NOT NULL,
            line BIGINT NOT NULL,
            content TEXT NOT NULL,
            checked BIGINT NOT NULL DEFAULT 0,
            number TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (load_id, place)
        )""",
    "issuer-loads-004": "CREATE INDEX load_rows_number ON load_rows (load_id, number)",
    "issuer-loads-005": """
        CREATE TABLE load_errors (
            load_id TEXT NOT NULL REFERENCES loads (id),
            place BIGINT NOT NULL,
            line BIGINT NOT NULL,
            field TEXT NOT NULL,
            code TEXT NOT NULL,
            masked TEXT NOT NULL,
            PRIMARY KEY (load_id, place)
        )""",
    "issuer-loads-006": "ALTER TABLE loads ADD COLUMN started_by TEXT NOT NULL DEFAULT ''",
    "issuer-loads-008": "ALTER TABLE loads ADD COLUMN waiting BIGINT NOT NULL DEFAULT 0",
    "issuer-loads-007": "ALTER TABLE loads ADD COLUMN started_name TEXT NOT NULL DEFAULT ''",
}
_KEPT = 30 * 86400  # seconds that rows nobody went on with stay


class Stage(StrEnum):
    """How far a load is; ``checked`` waits for somebody to say go."""

    CHECKING = "checking"
    CHECKED = "checked"
    LOADING = "loading"
    LOADED = "loaded"
    DISCARDED = "discarded"


class UnknownLoadError(VerificationError):
    """There is no such load."""

    code = "unknown_load"


class LoadStageError(VerificationError):
    """The load is not at the stage that allows this."""

    code = "wrong_stage"


@dataclass(frozen=True, slots=True)
class Load:
    """A file on its way into the register; ``known`` counts rows that were there before.

    Of those ``added``, ``waiting`` wait for a second person.
    """

    id: str
    source: str
    mapping: str
    stage: Stage
    total: int
    checked: int
    refused: int
    added: int
    known: int
    created_at: int
    created_by: str
    changed_at: int
    started_by: str = ""
    started_name: str = ""
    waiting: int = 0

    @property
    def accepted(self) -> int:
        """Rows in which nothing was found wrong, so far."""
        return self.checked - self.refused

    @property
    def done(self) -> int:
        """Rows that the present stage is through with."""
        return (
            self.checked if self.stage is Stage.CHECKING else self.refused + self.added + self.known
        )


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of a load; ``content`` is what the file said, as JSON."""

    place: int
    line: int
    content: Any


@dataclass(frozen=True, slots=True)
class LoadError:
    """Why a row was refused; ``masked`` is the shape of the value."""

    line: int
    field: str
    code: str
    masked: str


@dataclass(frozen=True, slots=True)
class Loads:
    """All loads."""

    database: Database

    def add(
        self, source: str, mapping: str, rows: Sequence[tuple[int, Any]], now: int, actor: str
    ) -> str:
        """Keep the rows of a file, given as (line, content); return the id of the load."""
        load_id = create_identifier()
        with self.database.atomic():
            self.database.execute(
                "INSERT INTO loads (id, source, mapping, stage, total, created_at, created_by,"
                " changed_at) VALUES (:id, :source, :mapping, 'checking', :total, :now, :actor,"
                " :now)",
                id=load_id,
                source=source,
                mapping=mapping,
                total=len(rows),
                now=now,
                actor=actor,
            )
            for place, (line, content) in enumerate(rows):
                self.database.execute(
                    "INSERT INTO load_rows (load_id, place, line, content)"
                    " VALUES (:load_id, :place, :line, :content)",
                    load_id=load_id,
                    place=place,
                    line=line,
                    content=json.dumps(content, ensure_ascii=False),
                )
        return load_id

    def get(self, load_id: str) -> Load:
        """Return a load. Raises UnknownLoadError."""
        rows = self.database.query("SELECT * FROM loads WHERE id = :id", id=load_id)
        if not rows:
            raise UnknownLoadError
        return _load(rows[0])

    def latest(self, number: int = 1, size: int = 20) -> list[Load]:
        """Return a page of the loads, the latest first, counted from 1."""
        rows = self.database.query(
            "SELECT * FROM loads ORDER BY created_at DESC, id LIMIT :size OFFSET :start",
            size=size,
            start=find_start(number, size),
        )
        return [_load(row) for row in rows]

    def count_all(self) -> int:
        """Return how many loads there are."""
        return int(self.database.query("SELECT count(*) AS n FROM loads")[0]["n"])

    def running(self) -> list[Load]:
        """Return the loads that have rows to go through, the oldest first."""
        rows = self.database.query(
            "SELECT * FROM loads WHERE stage IN ('checking', 'loading') ORDER BY created_at, id"
        )
        return [_load(row) for row in rows]

    def errors(self, load_id: str, number: int = 1, size: int = 50) -> list[LoadError]:
        """Return a page of the refused rows, in the order of the file, counted from 1."""
        rows = self.database.query(
            "SELECT line, field, code, masked FROM load_errors WHERE load_id = :id ORDER BY place"
            " LIMIT :size OFFSET :start",
            id=load_id,
            size=size,
            start=find_start(number, size),
        )
        return [LoadError(row["line"], row["field"], row["code"], row["masked"]) for row in rows]

    def take_unchecked(self, load_id: str, most: int) -> list[StoredRow]:
        """Mark the next rows as checked and return them; call it inside the transaction."""
        return self._taken(
            "UPDATE load_rows SET checked = 1 WHERE load_id = :id AND checked = 0 AND place IN"
            " (SELECT place FROM load_rows WHERE load_id = :id AND checked = 0 ORDER BY place"
            " LIMIT :most) RETURNING place, line, content",
            load_id,
            most,
        )

    def take_accepted(self, load_id: str, most: int) -> list[StoredRow]:
        """Remove the next rows and return them; call it inside the transaction."""
        return self._taken(
            "DELETE FROM load_rows WHERE load_id = :id AND place IN"
            " (SELECT place FROM load_rows WHERE load_id = :id ORDER BY place LIMIT :most)"
            " RETURNING place, line, content",
            load_id,
            most,
        )

    def _taken(self, sql: str, load_id: str, most: int) -> list[StoredRow]:
        rows = self.database.query(sql, id=load_id, most=most)
        taken = [StoredRow(row["place"], row["line"], json.loads(row["content"])) for row in rows]
        return sorted(taken, key=lambda row: row.place)

    def note_number(self, load_id: str, place: int, number: str) -> bool:
        """Note a document number; say whether no earlier row of the file has it."""
        self.database.execute(
            "UPDATE load_rows SET number = :number WHERE load_id = :id AND place = :place",
            id=load_id,
            place=place,
            number=number,
        )
        return not self.database.query(
            "SELECT place FROM load_rows WHERE load_id = :id AND number = :number"
            " AND place < :place LIMIT 1",
            id=load_id,
            place=place,
            number=number,
        )

    def refuse(self, load_id: str, row: StoredRow, error: RowError) -> None:
        """Keep why a row was refused, and drop the row."""
        self.database.execute(
            "INSERT INTO load_errors (load_id, place, line, field, code, masked)"
            " VALUES (:id, :place, :line, :field, :code, :masked)",
            id=load_id,
            place=row.place,
            line=row.line,
            field=error.field,
            code=error.code,
            masked=error.masked,
        )
        self.database.execute(
            "DELETE FROM load_rows WHERE load_id = :id AND place = :place",
            id=load_id,
            place=row.place,
        )

    def count(
        self, load_id: str, now: int, *, checked: int = 0, refused: int = 0, added: int = 0,
        known: int = 0, waiting: int = 0,
    ) -> None:  # fmt: skip
        """Add to the numbers of a load."""
        self.database.execute(
            "UPDATE loads SET checked = checked + :checked, refused = refused + :refused,"
            " added = added + :added, known = known + :known, waiting = waiting + :waiting,"
            " changed_at = :now WHERE id = :id",
            id=load_id,
            now=now,
            checked=checked,
            refused=refused,
            added=added,
            known=known,
            waiting=waiting,
        )

    def finish(self, load_id: str, now: int) -> bool:
        """Go on to the next stage if no row is left for this one; say whether it did."""
        finished = self.database.execute(
            "UPDATE loads SET stage = CASE stage WHEN 'checking' THEN 'checked' ELSE 'loaded' END,"
            " changed_at = :now WHERE id = :id AND (stage = 'loading' AND NOT EXISTS"
            " (SELECT 1 FROM load_rows WHERE load_id = :id) OR stage = 'checking' AND NOT EXISTS"
            " (SELECT 1 FROM load_rows WHERE load_id = :id AND checked = 0))",
            id=load_id,
            now=now,
        )
        return bool(finished)

    def start(self, load_id: str, now: int, by: Proposer) -> None:
        """Let the checked rows go into the register. Raises LoadStageError."""
        started = self.database.execute(
            "UPDATE loads SET stage = 'loading', changed_at = :now, started_by = :by,"
            " started_name = :name WHERE id = :id AND stage = 'checked'",
            id=load_id,
            now=now,
            by=by.id,
            name=by.name,
        )
        if not started:
            raise LoadStageError

    def discard(self, load_id: str, now: int) -> None:
        """Drop the rows of a load that was not let into the register. Raises LoadStageError."""
        with self.database.atomic():
            discarded = self.database.execute(
                "UPDATE loads SET stage = 'discarded', changed_at = :now"
                " WHERE id = :id AND stage IN ('checking', 'checked')",
                id=load_id,
                now=now,
            )
            if not discarded:
                raise LoadStageError
            self._drop_rows([load_id])

    def purge(self, now: int) -> int:
        """Discard the loads that nobody has gone on with for a month; return how many rows."""
        over = self.database.query(
            "UPDATE loads SET stage = 'discarded', changed_at = :now WHERE changed_at <= :limit"
            " AND stage IN ('checking', 'checked') RETURNING id",
            now=now,
            limit=now - _KEPT,
        )
        return self._drop_rows(row["id"] for row in over)

    def _drop_rows(self, load_ids: Iterable[str]) -> int:
        return sum(
            self.database.execute("DELETE FROM load_rows WHERE load_id = :id", id=load_id)
            for load_id in load_ids
        )


def _load(row: DatabaseRow) -> Load:
    return Load(**{**row, "stage": Stage(row["stage"])})
