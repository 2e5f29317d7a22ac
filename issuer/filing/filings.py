"""What is applied for: drafts, what was sent, and the persons each is about.

A draft is its applicant's alone. Each person in it is a row; once sent, the row names the
decision in the register, which alone says how it stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from esspass.errors import VerificationError
from esspass.storage import Database, Row
from issuer.bearer import create_identifier
from issuer.filing.form import Form
from issuer.names import fold_name, fold_number
from issuer.paging import Paging, find_start
from issuer.records import RecordState

MAX_PERSONS = 5000
_DRAFT_SECONDS = 90 * 86400
Answers = Mapping[str, str]


class FilingState(StrEnum):
    """How an application stands, for one person."""

    DRAFT = "draft"
    ARRIVED = "arrived"
    WAITING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class UnknownFilingError(VerificationError):
    """There is no such application of yours."""

    code = "unknown_filing"


class SentError(VerificationError):
    """The application was sent and can no longer be changed."""

    code = "filing_sent"


@dataclass(frozen=True, slots=True)
class FiledPerson:
    """One person of an application; ``obstacles`` are ids of rules, ``number`` is folded.

    Once sent, whoever is posted to several States is here for each: ``posting`` is the State's id,
    empty for the first.
    """

    id: str
    number: str
    posting: str
    answers: Answers = field(repr=False)
    record_id: str
    obstacles: tuple[str, ...]
    state: FilingState
    document_number: str


@dataclass(frozen=True, slots=True)
class Filing:
    """An application; times in epoch seconds, ``sent_at`` is None for a draft."""

    id: str
    applicant_id: str
    form: Form
    answers: Answers = field(repr=False)
    reference: str
    created_at: int
    changed_at: int
    sent_at: int | None


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A line of the staff's table: one person of one application that was sent."""

    filing: Filing
    person: FiledPerson


@dataclass(frozen=True, slots=True)
class PersonsPage(Paging):
    """One page of an application's persons, counted from 1."""

    persons: tuple[FiledPerson, ...]


@dataclass(frozen=True, slots=True)
class StatusPage(Paging):
    """One page of the staff's table, counted from 1."""

    rows: tuple[StatusRow, ...]


_FILED = """
    SELECT filing_persons.id AS person_id, filing_persons.number, filing_persons.posting,
           filing_persons.answers AS person_answers, filing_persons.record_id,
           filing_persons.obstacles, records.state, records.document_number, filings.*
    FROM filing_persons JOIN filings ON filings.id = filing_persons.filing_id
    LEFT JOIN records ON records.id = filing_persons.record_id"""

_BY_NAME = """ORDER BY filing_persons.search, filing_persons.number, records.created_at,
    filing_persons.id"""


@dataclass(frozen=True, slots=True)
class Filings:
    """All applications of an institution."""

    database: Database

    def start(self, applicant_id: str, form: Form, answers: Answers, now: int) -> str:
        """Begin a draft; return its id."""
        filing_id = create_identifier()
        self.database.execute(
            "INSERT INTO filings (id, applicant_id, form, answers, reference, created_at,"
            " changed_at) VALUES (:id, :applicant, :form, :answers, '', :now, :now)",
            id=filing_id,
            applicant=applicant_id,
            form=form,
            answers=write_answers(answers),
            now=now,
        )
        return filing_id

    def get(self, filing_id: str, applicant_id: str | None = None) -> Filing:
        """Return an application, of this applicant if one is given. Raises UnknownFilingError."""
        rows = self.database.query("SELECT * FROM filings WHERE id = :id", id=filing_id)
        if not rows or applicant_id not in (None, rows[0]["applicant_id"]):
            raise UnknownFilingError
        return _filing(rows[0])

    def of_applicant(self, applicant_id: str) -> list[Filing]:
        """Return somebody's applications, drafts too, the last changed first."""
        rows = self.database.query(
            "SELECT * FROM filings WHERE applicant_id = :applicant"
            " ORDER BY changed_at DESC, id LIMIT 100",
            applicant=applicant_id,
        )
        return [_filing(row) for row in rows]

    def save(self, filing: Filing, answers: Answers, now: int) -> None:
        """Keep the answers of a draft. Raises SentError once it was sent."""
        changed = self.database.execute(
            "UPDATE filings SET answers = :answers, changed_at = :now"
            " WHERE id = :id AND sent_at IS NULL",
            id=filing.id,
            answers=write_answers(answers),
            now=now,
        )
        if not changed:
            raise SentError

    def mark_sent(self, filing_id: str, reference: str, now: int) -> None:
        """Send a draft, once. Raises SentError for whoever comes second."""
        changed = self.database.execute(
            "UPDATE filings SET sent_at = :now, changed_at = :now, reference = :reference"
            " WHERE id = :id AND sent_at IS NULL",
            id=filing_id,
            reference=reference,
            now=now,
        )
        if not changed:
            raise SentError

    def drop(self, filing: Filing) -> None:
        """Throw a draft away. Raises SentError once it was sent."""
        with self.database.atomic():
            self.clear_persons(filing)
            if not self.database.execute(
                "DELETE FROM filings WHERE id = :id AND sent_at IS NULL", id=filing.id
            ):
                raise SentError

    def purge_drafts(self, now: int) -> int:
        """Drop drafts that nobody has touched for 90 days; return how many."""
        before = now - _DRAFT_SECONDS
        with self.database.atomic():
            self.database.execute(
                "DELETE FROM filing_persons WHERE filing_id IN (SELECT id FROM filings"
                " WHERE sent_at IS NULL AND changed_at < :before)",
                before=before,
            )
            return self.database.execute(
                "DELETE FROM filings WHERE sent_at IS NULL AND changed_at < :before", before=before
            )

    def put_person(self, filing: Filing, answers: Answers) -> None:
        """Add a person to a draft, or change the one with the same number. Raises SentError."""
        put = self.database.execute(
            "INSERT INTO filing_persons (id, filing_id, number, posting, answers, search,"
            " record_id, obstacles) SELECT :id, filings.id, :number, '', :answers, :search, '',"
            " '[]' FROM filings WHERE filings.id = :filing AND sent_at IS NULL"
            " ON CONFLICT (filing_id, number, posting) DO UPDATE SET answers = excluded.answers,"
            " search = excluded.search",
            id=create_identifier(),
            filing=filing.id,
            number=fold_number(answers["number"]),
            answers=write_answers(answers),
            search=search_text(answers),
        )
        if not put:
            raise SentError

    def split_person(self, person: FiledPerson, posting: str) -> str:
        """Make one more part of a person's application, for a further State; return its id."""
        rows = self.database.query(
            "INSERT INTO filing_persons (id, filing_id, number, posting, answers, search,"
            " record_id, obstacles) SELECT :id, filing_id, number, :posting, answers, search, '',"
            " '[]' FROM filing_persons WHERE id = :person RETURNING id",
            id=create_identifier(),
            person=person.id,
            posting=posting,
        )
        return str(rows[0]["id"])

    def remove_person(self, filing: Filing, person_id: str) -> None:
        """Take a person out of a draft."""
        self.database.execute(
            "DELETE FROM filing_persons WHERE id = :id AND filing_id = :filing AND record_id = ''",
            id=person_id,
            filing=filing.id,
        )

    def clear_persons(self, filing: Filing) -> None:
        """Take everybody out of a draft."""
        self.database.execute(
            "DELETE FROM filing_persons WHERE filing_id = :filing AND record_id = ''",
            filing=filing.id,
        )

    def persons(self, filing: Filing) -> list[FiledPerson]:
        """Return the persons of an application, by name."""
        rows = self.database.query(f"{_FILED} WHERE filings.id = :id {_BY_NAME}", id=filing.id)
        return [_person(row) for row in rows]

    def persons_page(self, filing: Filing, number: int = 1, size: int = 25) -> PersonsPage:
        """Return a page of the persons of an application, by name."""
        rows = self.database.query(
            f"{_FILED} WHERE filings.id = :id {_BY_NAME} LIMIT :size OFFSET :start",
            id=filing.id,
            size=size,
            start=find_start(number, size),
        )
        found = tuple(_person(row) for row in rows)
        return PersonsPage(max(number, 1), size, self.count_persons(filing), found)

    def count_persons(self, filing: Filing) -> int:
        """Return how many persons an application holds."""
        return sum(count for _state, count in self.count_states(filing))

    def count_states(self, filing: Filing) -> list[tuple[FilingState, int]]:
        """Return how many persons of an application stand how, in the order of the states."""
        rows = self.database.query(
            "SELECT records.state, filings.sent_at, count(*) AS n FROM filing_persons"
            " JOIN filings ON filings.id = filing_persons.filing_id LEFT JOIN records"
            " ON records.id = filing_persons.record_id WHERE filings.id = :id"
            " GROUP BY records.state, filings.sent_at",
            id=filing.id,
        )
        counted = {_state(row): int(row["n"]) for row in rows}
        return [(state, counted[state]) for state in FilingState if state in counted]

    def unexamined(self, most: int, filing: Filing | None = None) -> list[StatusRow]:
        """Return persons of what was sent that were not checked yet, of one application or all."""
        rows = self.database.query(
            f"{_FILED} WHERE filing_persons.record_id = '' AND filings.sent_at IS NOT NULL"
            " AND (:id = '' OR filings.id = :id)"
            " ORDER BY filings.sent_at, filing_persons.id LIMIT :most",
            id=filing.id if filing else "",
            most=most,
        )
        return [StatusRow(_filing(row), _person(row)) for row in rows]

    def claim(self, person: FiledPerson) -> bool:
        """Take a person to be checked, inside the transaction that enters the decision."""
        return bool(
            self.database.execute(
                "UPDATE filing_persons SET record_id = id WHERE id = :id AND record_id = ''",
                id=person.id,
            )
        )

    def decide(self, person_id: str, record_id: str, obstacles: Sequence[str]) -> None:
        """Note the decision that a person's part of an application became."""
        self.database.execute(
            "UPDATE filing_persons SET record_id = :record, obstacles = :obstacles WHERE id = :id",
            id=person_id,
            record=record_id,
            obstacles=json.dumps(list(obstacles)),
        )

    def untold(self, most: int = 50) -> list[StatusRow]:
        """Return what was granted or refused and nobody was written to about yet."""
        rows = self.database.query(
            f"{_FILED} WHERE filing_persons.told_at IS NULL"
            " AND records.state IN ('granted', 'refused') ORDER BY filings.sent_at LIMIT :most",
            most=most,
        )
        return [StatusRow(_filing(row), _person(row)) for row in rows]

    def mark_told(self, person_id: str, now: int) -> bool:
        """Note that the letters about a decision are written; True for one caller only."""
        return bool(
            self.database.execute(
                "UPDATE filing_persons SET told_at = :now WHERE id = :id AND told_at IS NULL",
                id=person_id,
                now=now,
            )
        )

    def search(
        self, text: str = "", state: FilingState | None = None, number: int = 1, size: int = 20
    ) -> StatusPage:
        """Return a page of what was sent, the latest first; every word of ``text`` must occur."""
        conditions, params = ["filings.sent_at IS NOT NULL"], {}
        for place, word in zip("abcdefgh", fold_name(text[:200]).split(), strict=False):
            conditions.append(f"filing_persons.search LIKE :word_{place}")
            params[f"word_{place}"] = f"%{word}%"
        if state is not None:
            conditions.append("records.state = :state")
            params["state"] = state
        where = f"{_FILED} WHERE {' AND '.join(conditions)}"
        total = self.database.query(f"SELECT count(*) AS n FROM ({where}) AS found", **params)  # noqa: S608 - conditions are ours
        rows = self.database.query(
            f"{where} ORDER BY filings.sent_at DESC, filing_persons.search, filing_persons.id"
            " LIMIT :size OFFSET :start",
            **params,
            size=size,
            start=find_start(number, size),
        )
        found = tuple(StatusRow(_filing(row), _person(row)) for row in rows)
        return StatusPage(max(number, 1), size, int(total[0]["n"]), found)

    def count_waiting(self) -> int:
        """Return how many decisions on applications a clerk still has to take."""
        rows = self.database.query(
            "SELECT count(*) AS n FROM records JOIN filing_persons"
            " ON filing_persons.record_id = records.id WHERE records.state = :waiting",
            waiting=FilingState.WAITING,
        )
        return int(rows[0]["n"])


def write_answers(answers: Answers) -> str:
    """Return answers as they are kept: the same ones give the same text."""
    return json.dumps(dict(answers), ensure_ascii=False, sort_keys=True)


def search_text(answers: Answers) -> str:
    """Return what a worker is found by: name and number."""
    words = f"{answers.get('surnames', '')} {answers.get('forenames', '')}"
    return f"{fold_name(words)} {fold_number(answers['number']).lower()}"


def _filing(row: Row) -> Filing:
    return Filing(
        row["id"], row["applicant_id"], Form(row["form"]), json.loads(row["answers"]),
        row["reference"], row["created_at"], row["changed_at"], row["sent_at"],
    )  # fmt: skip


def _state(row: Row) -> FilingState:
    """What was sent and is not in the register yet is being checked."""
    if row["state"]:
        return FilingState(RecordState(row["state"]))
    return FilingState.DRAFT if row["sent_at"] is None else FilingState.ARRIVED


def _person(row: Row) -> FiledPerson:
    return FiledPerson(
        row["person_id"], row["number"], row["posting"], json.loads(row["person_answers"]),
        row["record_id"],
        tuple(json.loads(row["obstacles"])),
        _state(row),
        row["document_number"] or "",
    )  # fmt: skip
