"""Loading records: a file is taken in, checked row by row, and on somebody's word goes in.

The check changes nothing in the register (a dry run). Both go in steps, each one transaction; after
a crash the next step goes on where the last one ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from esspass.errors import MalformedError
from issuer.loading.entering import Register
from issuer.loading.errors import RowError
from issuer.loading.mapping import ColumnMapping, Entry, Office, parse_entry, verify_header
from issuer.loading.rows import Row, parse_rows
from issuer.loading.store import Load, Loads, Stage, StoredRow
from issuer.sectors import NOT_RECORDED

STEP = 200
_SOURCE = 100


class Ending(Enum):
    """What became of a row; one that waits is new, and a second person must agree to it."""

    REFUSED = auto()
    KNOWN = auto()
    ADDED = auto()
    WAITS = auto()


@dataclass(frozen=True, slots=True)
class Starter:
    """Who let the rows of a load into the register: nobody agrees to their own risky rows."""

    load: Load

    @property
    def id(self) -> str:
        """The member of staff or program; empty for a command."""
        return self.load.started_by

    @property
    def name(self) -> str:
        """What people read."""
        return self.load.started_name


@dataclass(frozen=True, slots=True)
class LoadingOffice:
    """Takes records in."""

    loads: Loads
    register: Register
    mappings: Mapping[str, ColumnMapping]
    office: Office

    def take_in(self, content: bytes, mapping_id: str, source: str, now: int, actor: str) -> str:
        """Keep the rows of a file to be checked; return the id of the load.

        Raises MalformedError as ``parse_rows``; ``unknown_mapping``, ``column_missing``.
        """
        return self.take_in_rows(parse_rows(content), mapping_id, source, now, actor)

    def take_in_rows(
        self, rows: list[Row], mapping_id: str, source: str, now: int, actor: str
    ) -> str:
        """As ``take_in``, of rows that were taken apart elsewhere."""
        mapping = self.mappings.get(mapping_id)
        if mapping is None:
            raise MalformedError("there is no such mapping", code="unknown_mapping")
        first = next((row.values for row in rows if row.values is not None), {})
        verify_header(mapping, first)
        kept = list(_canonical(rows) if not mapping.columns else _flat(rows))
        return self.loads.add(source[:_SOURCE], mapping_id, kept, now, actor)

    def step(self, load_id: str, now: int, most: int = STEP) -> bool:
        """Go through the next rows; say whether there is more to do. Raises UnknownLoadError."""
        load = self.loads.get(load_id)
        if load.stage is Stage.CHECKING:
            self._check(load, now, most)
        elif load.stage is Stage.LOADING:
            self._enter(load, now, most)
        else:
            return False
        return not self.loads.finish(load_id, now)

    def work(self, now: int, most: int = STEP) -> int:
        """Do a step of every load that has rows to go through; return how many loads it was."""
        running = self.loads.running()
        for load in running:
            self.step(load.id, now, most)
        return len(running)

    def _check(self, load: Load, now: int, most: int) -> None:
        with self.loads.database.atomic():
            rows = self.loads.take_unchecked(load.id, most)
            refused = sum(not self._check_row(load, row, now) for row in rows)
            self.loads.count(load.id, now, checked=len(rows), refused=refused)

    def _check_row(self, load: Load, row: StoredRow, now: int) -> bool:
        try:
            entry = self._parse(load, row)
            number = entry.document.document_number or ""
            if not self.loads.note_number(load.id, row.place, number):
                raise RowError("repeated", value=number)  # noqa: TRY301 - all are kept below
            self.register.check(entry.person, entry.document, now)
        except RowError as error:
            self.loads.refuse(load.id, row, error)
            return False
        return True

    def _enter(self, load: Load, now: int, most: int) -> None:
        with self.loads.database.atomic():
            rows = self.loads.take_accepted(load.id, most)
            entered = Counter(self._enter_row(load, row, now) for row in rows)
            self.loads.count(
                load.id, now, refused=entered[Ending.REFUSED], known=entered[Ending.KNOWN],
                added=entered[Ending.ADDED] + entered[Ending.WAITS], waiting=entered[Ending.WAITS],
            )  # fmt: skip

    def _enter_row(self, load: Load, row: StoredRow, now: int) -> Ending:
        """Enter a row; it is refused when the register has changed against it."""
        try:
            entered = self.register.enter(self._parse(load, row), now, Starter(load))
        except RowError as error:
            self.loads.refuse(load.id, row, error)
            return Ending.REFUSED
        if entered is None or not entered.is_new:
            return Ending.KNOWN
        return Ending.WAITS if entered.waits else Ending.ADDED

    def _parse(self, load: Load, row: StoredRow) -> Entry:
        if row.content is None:
            raise RowError("wrong_columns")
        mapping = self.mappings.get(load.mapping)
        if mapping is None:
            raise RowError("unknown_mapping")
        return parse_entry(mapping, self.office, row.content)


def _flat(rows: Iterable[Row]) -> Iterator[tuple[int, Any]]:
    for row in rows:
        yield row.line, None if row.values is None else dict(row.values)


def _canonical(rows: Iterable[Row]) -> Iterator[tuple[int, Any]]:
    """One entry per document: ``{"person": …, "documents": […]}`` holds several."""
    for row in rows:
        person = (row.values or {}).get("person")
        documents = (row.values or {}).get("documents")
        sector = (row.values or {}).get("sector", NOT_RECORDED)
        if not isinstance(documents, list) or not documents:
            yield row.line, None
            continue
        for document in documents:
            yield row.line, {"person": person, "document": document, "sector": sector}
