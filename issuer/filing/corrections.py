"""What clerks put right in an application that was sent: what stood before, who, when and why.

The pending decisions are written anew and checked again; the applicant is told by letter. What is
decided already is never touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from esspass.errors import VerificationError
from esspass.storage import Database, Row
from issuer.bearer import create_identifier
from issuer.filing.activities import split_postings
from issuer.filing.examining import Examiner, merge_answers
from issuer.filing.filings import (
    FiledPerson,
    Filing,
    Filings,
    FilingState,
    SentError,
    search_text,
    write_answers,
)
from issuer.filing.writer import LetterWriter
from issuer.names import fold_number

Answers = Mapping[str, str]
MIGRATIONS = {
    "issuer-filing-corrections-001": """
        CREATE TABLE filing_corrections (
            id TEXT PRIMARY KEY,
            filing_id TEXT NOT NULL REFERENCES filings (id),
            person_id TEXT NOT NULL,
            before TEXT NOT NULL,
            after TEXT NOT NULL,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            at BIGINT NOT NULL
        )""",
    "issuer-filing-corrections-002": """
        CREATE INDEX filing_corrections_filing ON filing_corrections (filing_id, at)""",
}


class DecidedError(VerificationError):
    """Everything in the application is decided: nothing waits that could be corrected."""

    code = "filing_decided"


class UnchangedError(VerificationError):
    """Nothing was changed."""

    code = "filing_unchanged"


class SplitError(VerificationError):
    """With this change other documents would be asked for than those that wait."""

    code = "filing_split"


@dataclass(frozen=True, slots=True)
class Correction:
    """One change; ``before`` and ``after`` hold the answers that differ, ``at`` epoch seconds.

    ``person_id`` is empty where it is about the whole application.
    """

    person_id: str
    before: Answers = field(repr=False)
    after: Answers = field(repr=False)
    reason: str
    actor: str
    at: int


@dataclass(frozen=True, slots=True)
class Corrections:
    """Everything that was put right."""

    database: Database

    def add(self, filing: Filing, correction: Correction) -> None:
        """Keep a change; call it in its transaction."""
        self.database.execute(
            "INSERT INTO filing_corrections (id, filing_id, person_id, before, after, reason,"
            " actor, at) VALUES (:id, :filing, :person, :before, :after, :reason, :actor, :at)",
            id=create_identifier(),
            filing=filing.id,
            person=correction.person_id,
            before=json.dumps(dict(correction.before), ensure_ascii=False),
            after=json.dumps(dict(correction.after), ensure_ascii=False),
            reason=correction.reason,
            actor=correction.actor,
            at=correction.at,
        )

    def write(self, filing: Filing, person: FiledPerson | None, answers: Answers, now: int) -> None:
        """Change what was sent, of one worker if given. Raises SentError if that changed."""
        rows = self.database.query(
            "UPDATE filings SET changed_at = :now, answers = :after WHERE id = :id"
            " AND sent_at IS NOT NULL AND answers = :before RETURNING id",
            id=filing.id,
            now=now,
            before=write_answers(filing.answers),
            after=write_answers(filing.answers if person else answers),
        )
        if not rows or (person and not self._write_person(person, answers)):
            raise SentError

    def _write_person(self, person: FiledPerson, answers: Answers) -> int:
        """Change all parts of a worker; their number may become another, if it is nobody's."""
        return self.database.execute(
            "UPDATE filing_persons SET answers = :after, search = :search, number = :number"
            " WHERE filing_id = (SELECT filing_id FROM filing_persons WHERE id = :id)"
            " AND number = :was AND answers = :before AND (number = :number OR NOT EXISTS"
            " (SELECT 1 FROM filing_persons AS others WHERE others.number = :number"
            " AND others.filing_id = filing_persons.filing_id))",
            id=person.id,
            was=person.number,
            number=fold_number(answers["number"]),
            search=search_text(answers),
            before=write_answers(person.answers),
            after=write_answers(answers),
        )

    def of(self, filing: Filing) -> list[Correction]:
        """Return the changes of an application, the latest first."""
        rows = self.database.query(
            "SELECT * FROM filing_corrections WHERE filing_id = :id ORDER BY at DESC, id",
            id=filing.id,
        )
        return [_correction(row) for row in rows]


def _correction(row: Row) -> Correction:
    return Correction(
        row["person_id"], json.loads(row["before"]), json.loads(row["after"]), row["reason"],
        row["actor"], row["at"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Corrector:
    """Puts declared data right for a clerk."""

    filings: Filings
    corrections: Corrections
    examiner: Examiner
    letters: LetterWriter

    def correct(
        self, filing: Filing, person: FiledPerson | None, after: Answers, why: Reason, now: int
    ) -> int:
        """Change the answers of an application, or of one worker in it; return grants that follow.

        ``after`` is all of the answers. Raises DecidedError, UnchangedError, SplitError, SentError
        when somebody else changed them meanwhile.
        """
        before = person.answers if person else filing.answers
        changed = {n: v for n, v in after.items() if v != before.get(n, "")}
        if not changed:
            raise UnchangedError
        waiting = self._waiting(filing, person)
        _verify_split(filing, waiting, person, after)
        was = {name: before.get(name, "") for name in changed}
        person_id = person.id if person else ""
        with self.filings.database.atomic():
            self.corrections.write(filing, person, after, now)
            correction = Correction(person_id, was, changed, why.text, why.actor, now)
            self.corrections.add(filing, correction)
            granted = self._decide(filing, [each.id for each in waiting], now)
            self.letters.write_corrected(self.examiner.applicant(filing), filing, why.text, now)
        self.letters.write_due(now)
        return granted

    def _waiting(self, filing: Filing, person: FiledPerson | None) -> list[FiledPerson]:
        waiting = [
            each
            for each in self.filings.persons(filing)
            if each.state is FilingState.WAITING
            and (person is None or each.number == person.number)
        ]
        if not waiting:
            raise DecidedError
        return waiting

    def _decide(self, filing: Filing, person_ids: list[str], now: int) -> int:
        changed = self.filings.get(filing.id)
        parts = [part for part in self.filings.persons(changed) if part.id in person_ids]
        for part in parts:
            self.examiner.revise(changed, part, now)
        return sum(self.examiner.decide_again(changed, part, now) for part in parts)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was put right, and by whom."""

    text: str
    actor: str


def _verify_split(
    filing: Filing, waiting: list[FiledPerson], person: FiledPerson | None, after: Answers
) -> None:
    """The documents that are asked for stay the same ones."""
    for each in waiting:
        merged = merge_answers(filing, each)
        changed = {**merged, **after} if person else {**merged, **after, **_own(filing, each)}
        before, now = ([name for name, _ in split_postings(a)] for a in (merged, changed))
        if before != now:
            raise SplitError


def _own(filing: Filing, person: FiledPerson) -> dict[str, str]:
    own = {name: value for name, value in person.answers.items() if value}
    return own if filing.form.is_employer else {}
