"""Persons and the institution's decisions about them; each decision holds one document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from esspass.attestations import (
    Document,
    Person,
    create_person_record,
    create_record,
    document_kind,
    parse_person_record,
    parse_record,
)
from esspass.errors import MalformedError, VerificationError
from esspass.storage import Database, Row
from issuer.bearer import create_identifier
from issuer.names import fold_number
from issuer.paging import Paging, find_start
from issuer.search import SearchIndex, find_condition
from issuer.sectors import NOT_RECORDED, parse_sector, sector_of

INDEX_VERSION = 1  # one more whenever the index holds other words of a decision
_SELECT = """
    SELECT records.id, records.person_id, records.kind, records.document, records.state,
           records.created_at, records.changed_at, records.withdrawal_reason,
           records.withdrawal_date, records.decision_id, records.sector, records.replaces,
           persons.person
    FROM records JOIN persons ON persons.id = records.person_id"""
_INSERT = """
    INSERT INTO records (id, person_id, kind, document_number, document, state, created_at,
                         changed_at, issuances, decision_id, sector, replaces)
    VALUES (:id, :person_id, :kind, :number, :document, :state, :now, :now, 0, :decision_id,
            :sector, :replaces)
    ON CONFLICT DO NOTHING"""


class RecordState(StrEnum):
    """Where a decision stands; a withdrawn or refused one never comes back."""

    PENDING = "pending"
    GRANTED = "granted"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class UnknownRecordError(VerificationError):
    """There is no such decision."""

    code = "unknown_record"


class StateError(VerificationError):
    """The decision is not in a state that allows this."""

    code = "wrong_state"


@dataclass(frozen=True, slots=True)
class Record:
    """A decision and the person it is about; times in epoch seconds.

    ``decision_id`` names the pending decision that a proof of application belongs to, ``sector``
    what the employer does, a letter of ``issuer.sectors`` or nothing, ``replaces`` the decision
    that this one changes.
    """

    id: str
    person_id: str
    kind: str
    state: RecordState
    created_at: int
    changed_at: int
    person: Person = field(repr=False)
    document: Document = field(repr=False)
    withdrawal_reason: str | None = None
    withdrawal_date: date | None = None
    decision_id: str = ""
    sector: str = NOT_RECORDED
    replaces: str = ""

    @property
    def number(self) -> str:
        """The document number."""
        return self.document.document_number or ""


@dataclass(frozen=True, slots=True)
class Page(Paging):
    """One page of a list, counted from 1."""

    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """The institution's register.

    ``unsaid`` of a row is above 0 from whatever other States may have to be told of, until they
    were (``issuer.exchange.notified``), so that nobody looks through all decisions for it.
    """

    database: Database

    def add(
        self,
        person: Person,
        document: Document,
        now: int,
        state: RecordState = RecordState.GRANTED,
        decision_id: str = "",
        sector: str = NOT_RECORDED,
        replaces: str = "",
    ) -> tuple[str, bool]:
        """Keep a decision; return its id and whether it is new.

        A document number that exists keeps its decision. Raises MalformedError when person or
        document carry no number, and for what is no sector; StateError when another one replaces
        ``replaces`` already.
        """
        if not person.pin or not document.document_number:
            raise MalformedError("person and document need a number", code="number_missing")
        with self.database.atomic():
            person_id = self._keep_person(person, person.pin, now)
            added = self.database.execute(
                _INSERT,
                id=create_identifier(),
                person_id=person_id,
                kind=document_kind(document),
                number=document.document_number,
                document=_write(create_record(document)),
                state=state,
                now=now,
                decision_id=decision_id,
                sector=sector_of(document, sector),
                replaces=replaces,
            )
            self._index_person(person_id, person)
        found = self.find_number(document.document_number)
        if found is None:
            raise StateError("another decision changes this one already")
        return found.id, bool(added)

    def _index_person(self, person_id: str, person: Person) -> None:
        """Put all decisions of a person into the index: their name may have changed."""
        index = SearchIndex(self.database)
        rows = self.database.query(
            "UPDATE records SET indexed = :version WHERE person_id = :id RETURNING id, document",
            id=person_id,
            version=INDEX_VERSION,
        )
        for row in rows:
            index.put(row["id"], person, parse_record(json.loads(row["document"])))

    def index_rest(self) -> int:
        """Put into the index what is not there in its present form; return how many persons."""
        count = 0
        while rows := self.database.query(
            "SELECT id, person FROM persons WHERE id IN (SELECT person_id FROM records"
            " WHERE indexed < :version LIMIT 100)",
            version=INDEX_VERSION,
        ):
            for row in rows:
                with self.database.atomic():
                    self._index_person(row["id"], parse_person_record(json.loads(row["person"])))
            count += len(rows)
        return count

    def _keep_person(self, person: Person, pin: str, now: int) -> str:
        rows = self.database.query(
            "INSERT INTO persons (id, pin, date_of_birth, person, created_at)"
            " VALUES (:id, :pin, :born, :person, :now) ON CONFLICT (pin) DO UPDATE"
            " SET date_of_birth = excluded.date_of_birth, person = excluded.person RETURNING id",
            id=create_identifier(),
            pin=fold_number(pin),
            born=person.date_of_birth.isoformat(),
            person=_write(create_person_record(person)),
            now=now,
        )
        return str(rows[0]["id"])

    def get(self, record_id: str) -> Record:
        """Return a decision. Raises UnknownRecordError."""
        rows = self.database.query(f"{_SELECT} WHERE records.id = :id", id=record_id)
        if not rows:
            raise UnknownRecordError
        return _record(rows[0])

    def lock(self, record_id: str) -> None:
        """Let nobody else change a decision until the transaction ends; call it inside one."""
        self.database.execute("UPDATE records SET state = state WHERE id = :id", id=record_id)

    def find_number(self, number: str) -> Record | None:
        """Return the decision with this document number."""
        rows = self.database.query(
            f"{_SELECT} WHERE records.document_number = :number", number=number
        )
        return _record(rows[0]) if rows else None

    def of_decision(self, record_id: str) -> list[Record]:
        """Return the decisions that belong to a pending one, the latest first."""
        rows = self.database.query(
            f"{_SELECT} WHERE records.decision_id = :id ORDER BY records.created_at DESC",
            id=record_id,
        )
        return [_record(row) for row in rows]

    def replacement_of(self, record_id: str) -> Record | None:
        """Return the decision that changes this one, or would; a refused one does not count."""
        rows = self.database.query(
            f"{_SELECT} WHERE records.replaces = :id AND records.state <> 'refused'", id=record_id
        )
        return _record(rows[0]) if rows else None

    def changed_into(self, record_id: str) -> Record | None:
        """Return the last decision that took the place of this one, whatever became of it since."""
        last, found = None, self.replacement_of(record_id)
        while found is not None and found.state is not RecordState.PENDING:
            last, found = found, self.replacement_of(found.id)
        return last

    def of_person(self, person_id: str, kinds: Sequence[str]) -> list[Record]:
        """Return a person's decisions of these kinds, the latest first."""
        rows = self.database.query(
            f"{_SELECT} WHERE records.person_id = :person_id"
            " ORDER BY records.created_at DESC, records.id",
            person_id=person_id,
        )
        return [record for record in map(_record, rows) if record.kind in kinds]

    def born_on(self, day: date) -> list[tuple[str, Person]]:
        """Return everybody in the register born on this day, with the person id."""
        rows = self.database.query(
            "SELECT id, person FROM persons WHERE date_of_birth = :day", day=day.isoformat()
        )
        return [(str(row["id"]), parse_person_record(json.loads(row["person"]))) for row in rows]

    def find_person(self, number: str) -> tuple[str, Person] | None:
        """Return the id and details of whoever has this personal number."""
        rows = self.database.query(
            "SELECT id, person FROM persons WHERE pin = :pin", pin=fold_number(number)
        )
        if not rows:
            return None
        return str(rows[0]["id"]), parse_person_record(json.loads(rows[0]["person"]))

    def search(
        self, text: str = "", state: RecordState | None = None, number: int = 1, size: int = 20
    ) -> Page:
        """Return a page of the decisions that hold every word of ``text``, last changed first."""
        where, params = _where(text, state)
        count = f"SELECT count(*) AS n FROM records{where}"  # noqa: S608 - conditions are ours
        total = self.database.query(count, **params)[0]["n"]
        rows = self.database.query(
            f"{_SELECT}{where} ORDER BY records.changed_at DESC, records.id"
            " LIMIT :size OFFSET :start",
            **params,
            size=size,
            start=find_start(number, size),
        )
        return Page(max(number, 1), size, int(total), tuple(map(_record, rows)))

    def revise(self, record_id: str, person: Person, document: Document, now: int) -> None:
        """Write a pending decision anew, under its number. Raises StateError for any other."""
        if not person.pin:
            raise MalformedError("a person needs a number", code="number_missing")
        with self.database.atomic():
            person_id = self._keep_person(person, person.pin, now)
            if not self.database.execute(
                "UPDATE records SET person_id = :person_id, document = :document, changed_at = :now"
                " WHERE id = :id AND state = 'pending' AND document_number = :number",
                id=record_id,
                person_id=person_id,
                document=_write(create_record(document)),
                number=document.document_number,
                now=now,
            ):
                raise StateError
            self._index_person(person_id, person)

    def put_sector(self, record_id: str, sector: str) -> bool:
        """Note what the employer of an A1 does; say whether it changed. Raises MalformedError."""
        return bool(
            self.database.execute(
                "UPDATE records SET sector = :sector WHERE id = :id AND sector <> :sector"
                " AND kind IN ('pda1', 'application')",
                id=record_id,
                sector=parse_sector(sector),
            )
        )

    def hold(self, record_id: str, now: int) -> None:
        """Make a granted decision wait for approval.

        Raises StateError once anything is issued, and for one that changed another: nothing would
        be in force meanwhile.
        """
        changed = self.database.execute(
            "UPDATE records SET state = 'pending', changed_at = :now, unsaid = unsaid + 1"
            " WHERE id = :id AND state = 'granted' AND issuances = 0 AND replaces = ''",
            id=record_id,
            now=now,
        )
        if not changed:
            raise StateError

    def decide(self, record_id: str, state: RecordState, now: int) -> None:
        """Grant or refuse a pending decision. Raises StateError when it is not pending."""
        self._turn(record_id, RecordState.PENDING, state, now)

    def suspend(self, record_id: str, now: int) -> None:
        """Suspend a granted decision. Raises StateError when it is not granted."""
        self._turn(record_id, RecordState.GRANTED, RecordState.SUSPENDED, now)

    def reinstate(self, record_id: str, now: int) -> None:
        """Put a suspended decision back in force. Raises StateError when it is not suspended."""
        self._turn(record_id, RecordState.SUSPENDED, RecordState.GRANTED, now)

    def _turn(self, record_id: str, before: RecordState, after: RecordState, now: int) -> None:
        changed = self.database.execute(
            "UPDATE records SET state = :after, changed_at = :now, unsaid = unsaid + 1"
            " WHERE id = :id AND state = :before",
            id=record_id,
            before=before,
            after=after,
            now=now,
        )
        if not changed:
            raise StateError

    def begin_issuance(self, record_id: str) -> None:
        """Count an issuance, inside the transaction that takes the status slots.

        The row stays locked until that ends, so a withdrawal sees either all slots or none.
        Raises StateError when the decision is not granted.
        """
        counted = self.database.execute(
            "UPDATE records SET issuances = issuances + 1, unsaid = unsaid + 1"
            " WHERE id = :id AND state = 'granted'",
            id=record_id,
        )
        if not counted:
            raise StateError

    def withdraw(self, record_id: str, reason: str, effective: date, now: int) -> None:
        """Withdraw a granted or suspended decision, for ever. Raises StateError for any other."""
        changed = self.database.execute(
            "UPDATE records SET state = 'withdrawn', withdrawal_reason = :reason,"
            " withdrawal_date = :effective, changed_at = :now, unsaid = unsaid + 1"
            " WHERE id = :id AND state IN ('granted', 'suspended')",
            id=record_id,
            reason=reason,
            effective=effective.isoformat(),
            now=now,
        )
        if not changed:
            raise StateError


def _write(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _where(text: str, state: RecordState | None) -> tuple[str, dict[str, str]]:
    condition, found = find_condition(text)
    conditions, params = [condition] if condition else [], dict(found)
    if state is not None:
        conditions.append("records.state = :state")
        params["state"] = state
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), params


def _record(row: Row) -> Record:
    withdrawn = row["withdrawal_date"]
    return Record(
        id=row["id"],
        person_id=row["person_id"],
        kind=row["kind"],
        state=RecordState(row["state"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        person=parse_person_record(json.loads(row["person"])),
        document=parse_record(json.loads(row["document"])),
        withdrawal_reason=row["withdrawal_reason"],
        withdrawal_date=date.fromisoformat(withdrawn) if withdrawn else None,
        decision_id=row["decision_id"],
        sector=row["sector"],
        replaces=row["replaces"],
    )
