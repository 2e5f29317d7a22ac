"""The register of incoming documents: what institutions abroad decided about people who work here.

A message of an institution fills it, and its later messages change it. A row is one decision,
named by the institution and its document number; a withdrawn one never comes back. Nothing here
says whether the decision is right: only the institution that took it can change it (Regulation
(EC) 987/2009, Article 5).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from esspass.attestations import (
    Pda1,
    Person,
    create_person_record,
    create_record,
    parse_person_record,
    parse_record,
)
from esspass.errors import VerificationError
from esspass.storage import Database, Row
from issuer.bearer import create_identifier
from issuer.exchange.notification import (
    Arrival,
    ArrivalFinding,
    Grade,
    IncomingDocument,
    IncomingState,
    Notification,
    is_same_person,
)
from issuer.names import fold_name, fold_number
from issuer.paging import Paging, find_start

MIGRATIONS = {
    "issuer-incoming-001": """
        CREATE TABLE incoming_documents (
            id TEXT PRIMARY KEY,
            institution_id TEXT NOT NULL,
            document_number TEXT NOT NULL,
            case_id TEXT NOT NULL,
            set_id TEXT NOT NULL,
            version BIGINT NOT NULL,
            sed TEXT NOT NULL,
            pin TEXT NOT NULL,
            date_of_birth TEXT NOT NULL,
            search TEXT NOT NULL,
            person TEXT NOT NULL,
            document TEXT NOT NULL,
            core TEXT NOT NULL,
            state TEXT NOT NULL,
            grade TEXT NOT NULL,
            findings TEXT NOT NULL,
            facts TEXT NOT NULL,
            received_at BIGINT NOT NULL,
            changed_at BIGINT NOT NULL,
            checked_at BIGINT NOT NULL,
            withdrawal_reason TEXT,
            withdrawal_date TEXT,
            UNIQUE (institution_id, document_number)
        )""",
    "issuer-incoming-002": "CREATE INDEX incoming_birth ON incoming_documents (date_of_birth)",
    "issuer-incoming-003": "CREATE INDEX incoming_pin ON incoming_documents (pin)",
    "issuer-incoming-004": "CREATE INDEX incoming_changed ON incoming_documents (changed_at)",
    "issuer-incoming-005": "CREATE INDEX incoming_set ON incoming_documents (case_id, set_id)",
    "issuer-incoming-006": """
        ALTER TABLE incoming_documents ADD COLUMN replaced_by TEXT NOT NULL DEFAULT ''""",
    "issuer-incoming-007": """
        CREATE INDEX incoming_replaced ON incoming_documents (replaced_by)
        WHERE replaced_by <> ''""",
}
REPLACED = "replaced"
"""Why a document ended whose place another one took; what X008 says has numbers."""
_COLUMNS = (
    "id, institution_id, document_number, case_id, set_id, version, sed, person, document, core,"
    " state, grade, findings, facts, received_at, changed_at, checked_at, withdrawal_reason,"
    " withdrawal_date, replaced_by"
)
_SELECT = f"SELECT {_COLUMNS} FROM incoming_documents"  # noqa: S608 - the columns are ours


class UnknownDocumentError(VerificationError):
    """There is no such document in the register."""

    code = "unknown_document"


@dataclass(frozen=True, slots=True)
class Page(Paging):
    """One page of the register, counted from 1."""

    documents: tuple[IncomingDocument, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: every word of ``text``, a state, a grade of the checks."""

    text: str = ""
    state: IncomingState | None = None
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class IncomingDocuments:
    """The register."""

    database: Database

    def keep(self, notification: Notification, now: int) -> str:
        """Keep what a message brought, and return its id.

        The same message again, or an earlier version of the same document, changes nothing.
        """
        document, person = notification.document, notification.person
        self.database.execute(
            "INSERT INTO incoming_documents (id, institution_id, document_number, case_id, set_id,"
            " version, sed, pin, date_of_birth, search, person, document, core, state, grade,"
            " findings, facts, received_at, changed_at, checked_at) VALUES (:id, :institution_id,"
            " :number, :case_id, :set_id, :version, :sed, :pin, :born, :search, :person, :document,"
            " :core, :state, :grade, '[]', '{}', :now, :now, 0)"
            " ON CONFLICT (institution_id, document_number) DO UPDATE SET"
            " case_id = excluded.case_id, set_id = excluded.set_id, version = excluded.version,"
            " sed = excluded.sed, pin = excluded.pin, date_of_birth = excluded.date_of_birth,"
            " search = excluded.search, person = excluded.person, document = excluded.document,"
            " core = excluded.core, changed_at = excluded.changed_at, checked_at = 0"
            " WHERE incoming_documents.set_id <> excluded.set_id"
            " OR incoming_documents.version < excluded.version",
            id=create_identifier(),
            institution_id=notification.institution_id,
            number=document.document_number,
            case_id=notification.case_id,
            set_id=notification.set_id,
            version=notification.version,
            sed=notification.sed,
            pin=fold_number(person.pin or document.pin),
            born=person.date_of_birth.isoformat(),
            search=_search_text(notification),
            person=_write(create_person_record(person)),
            document=_write(create_record(document)),
            core=notification.core,
            state=IncomingState.IN_FORCE,
            grade=Grade.UNDECIDED,
            now=now,
        )
        found = self.find(notification.institution_id, document.document_number)
        assert found is not None  # kept just now, or before
        return found.id

    def keep_arrival(self, document: IncomingDocument, arrival: Arrival, now: int) -> bool:
        """Keep what the checks of a document found; False when it has changed since it was read."""
        notification = document.notification
        return bool(
            self.database.execute(
                "UPDATE incoming_documents SET grade = :grade, findings = :findings,"
                " facts = :facts, checked_at = :now WHERE id = :id AND set_id = :set_id"
                " AND version = :version AND changed_at = :changed_at",
                id=document.id,
                grade=arrival.grade,
                findings=json.dumps([_write_finding(f) for f in arrival.findings]),
                facts=_write(arrival.facts),
                now=now,
                set_id=notification.set_id,
                version=notification.version,
                changed_at=document.changed_at,
            )
        )

    def get(self, document_id: str) -> IncomingDocument:
        """Return a document. Raises UnknownDocumentError."""
        rows = self.database.query(f"{_SELECT} WHERE id = :id", id=document_id)
        if not rows:
            raise UnknownDocumentError
        return _document(rows[0])

    def find(self, institution_id: str, number: str) -> IncomingDocument | None:
        """Return the document of this institution and number."""
        rows = self.database.query(
            f"{_SELECT} WHERE institution_id = :institution_id AND document_number = :number",
            institution_id=institution_id,
            number=number,
        )
        return _document(rows[0]) if rows else None

    def of_set(self, case_id: str, set_id: str) -> IncomingDocument | None:
        """Return what a document of a case brought, by its latest version."""
        rows = self.database.query(
            f"{_SELECT} WHERE case_id = :case_id AND set_id = :set_id"
            " ORDER BY version DESC LIMIT 1",
            case_id=case_id,
            set_id=set_id,
        )
        return _document(rows[0]) if rows else None

    def find_replaced(self, institution_id: str, number: str) -> IncomingDocument | None:
        """Return the document whose place this one took."""
        rows = self.database.query(
            f"{_SELECT} WHERE replaced_by = :number AND replaced_by <> ''"
            " AND institution_id = :institution_id",
            number=number,
            institution_id=institution_id,
        )
        return _document(rows[0]) if rows else None

    def of_person(self, person: Person) -> list[IncomingDocument]:
        """Return every document about this person, the earliest period first.

        The same number, or the same birth date and the same name in any alphabet.
        """
        pin = fold_number(person.pin or "")
        rows = self.database.query(
            f"{_SELECT} WHERE date_of_birth = :born OR (pin = :pin AND pin <> '')",
            born=person.date_of_birth.isoformat(),
            pin=pin,
        )
        found = [_document(row) for row in rows]
        return sorted(
            (each for each in found if is_same_person(each.person, person)),
            key=lambda each: (each.document.starts, each.number),
        )

    def search(self, search: Search, number: int = 1, size: int = 20) -> Page:
        """Return a page of what is looked for, last changed first."""
        where, params = _where(search)
        count = f"SELECT count(*) AS n FROM incoming_documents{where}"  # noqa: S608 - ours
        total = self.database.query(count, **params)[0]["n"]
        rows = self.database.query(
            f"{_SELECT}{where} ORDER BY changed_at DESC, id LIMIT :size OFFSET :start",
            **params,
            size=size,
            start=find_start(number, size),
        )
        return Page(max(number, 1), size, int(total), tuple(map(_document, rows)))

    def unchecked(self, most: int = 20) -> list[IncomingDocument]:
        """Return those that arrived and were not checked yet, the longest waiting first."""
        rows = self.database.query(
            f"{_SELECT} WHERE checked_at = 0 ORDER BY changed_at, id LIMIT :most", most=most
        )
        return [_document(row) for row in rows]

    def withdraw(self, document_id: str, reason: str, effective: date, now: int) -> bool:
        """Note that its institution withdrew it; say whether that is news."""
        return bool(
            self.database.execute(
                "UPDATE incoming_documents SET state = 'withdrawn', withdrawal_reason = :reason,"
                " withdrawal_date = :effective, changed_at = :now"
                " WHERE id = :id AND state <> 'withdrawn'",
                id=document_id,
                reason=reason,
                effective=effective.isoformat(),
                now=now,
            )
        )

    def replace(self, document_id: str, number: str, effective: date, now: int) -> bool:
        """Note which document took its place, and from which day on; say whether that is news."""
        return bool(
            self.database.execute(
                "UPDATE incoming_documents SET state = 'withdrawn', replaced_by = :number,"
                " withdrawal_reason = :reason, withdrawal_date = :effective, changed_at = :now"
                " WHERE id = :id AND replaced_by = ''",
                id=document_id,
                number=number,
                reason=REPLACED,
                effective=effective.isoformat(),
                now=now,
            )
        )

    def set_suspended(self, document_id: str, suspended: bool, now: int) -> bool:
        """Note that its institution suspended it, or put it back in force; say whether it did."""
        before, after = IncomingState.IN_FORCE, IncomingState.SUSPENDED
        if not suspended:
            before, after = after, before
        return bool(
            self.database.execute(
                "UPDATE incoming_documents SET state = :after, changed_at = :now"
                " WHERE id = :id AND state = :before",
                id=document_id,
                after=after,
                before=before,
                now=now,
            )
        )

    def change_period(self, document_id: str, document: Pda1, now: int) -> None:
        """Keep the document with another period, to be checked again."""
        self.database.execute(
            "UPDATE incoming_documents SET document = :document, changed_at = :now, checked_at = 0"
            " WHERE id = :id",
            id=document_id,
            document=_write(create_record(document)),
            now=now,
        )


def _write(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _write_finding(finding: ArrivalFinding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "grade": finding.grade,
        "reason": finding.reason,
        "parameters": dict(finding.parameters),
    }


def _search_text(notification: Notification) -> str:
    person, document = notification.person, notification.document
    employers = [each.name for each in document.employments]
    numbers = [person.pin or document.pin, document.document_number]
    words = [person.surnames, person.forenames, *employers, *numbers, notification.institution_id]
    folded = [fold_number(number).lower() for number in numbers]
    return " ".join([fold_name(" ".join(words)), *folded])


def _where(search: Search) -> tuple[str, dict[str, str]]:
    conditions, params = [], {}
    words = fold_name(search.text[:200]).split()
    for place, word in zip("abcdefgh", words, strict=False):
        conditions.append(f"search LIKE :word_{place}")
        params[f"word_{place}"] = f"%{word}%"
    for name, value in (("state", search.state), ("grade", search.grade)):
        if value is not None:
            conditions.append(f"{name} = :{name}")
            params[name] = value
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), params


def _read_findings(value: Sequence[Mapping[str, Any]]) -> tuple[ArrivalFinding, ...]:
    return tuple(
        ArrivalFinding(f["check"], Grade(f["grade"]), f["reason"], f["parameters"]) for f in value
    )


def _document(row: Row) -> IncomingDocument:
    withdrawn = row["withdrawal_date"]
    notification = Notification(
        institution_id=row["institution_id"],
        case_id=row["case_id"],
        set_id=row["set_id"],
        version=row["version"],
        sed=row["sed"],
        person=parse_person_record(json.loads(row["person"])),
        document=cast("Pda1", parse_record(json.loads(row["document"]))),
        core=row["core"],
    )
    return IncomingDocument(
        id=row["id"],
        notification=notification,
        state=IncomingState(row["state"]),
        arrival=Arrival(_read_findings(json.loads(row["findings"])), json.loads(row["facts"])),
        received_at=row["received_at"],
        changed_at=row["changed_at"],
        checked_at=row["checked_at"],
        withdrawal_reason=row["withdrawal_reason"],
        withdrawal_date=date.fromisoformat(withdrawn) if withdrawn else None,
        replaced_by=row["replaced_by"],
    )
