"""What an inspector does with a case: open it, add persons, answer questions, look back."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from esspass.errors import MalformedError, ProtocolError
from esspass.inspection import Credential
from esspass.verdict import Finding
from verifier.cases import Case, Cases
from verifier.conclusions import read_finding
from verifier.judge import Judge, Judgement
from verifier.persons import MAX_PERSONS, NOTHING, WALLET, CasePerson, Persons
from verifier.purposes import find_purpose
from verifier.queries import Kind

CASE_KINDS: Mapping[str, str] = {"pda1": "work", "ehic": "care"}
DOCUMENT_KINDS: Mapping[str, Kind] = {"work": "pda1", "care": "ehic"}
MAX_DIFFERENCE = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """What a wallet presented: texts as received, and what was read from them.

    ``excess``: something was shown that nobody had asked for, so none of it is kept.
    """

    credential: Credential | None
    submission: Mapping[str, Any] | None
    excess: bool = False


@dataclass(frozen=True, slots=True)
class Casework:
    """The service. Times in epoch seconds, UTC; ``retention`` is how long verdicts stay."""

    cases: Cases
    persons: Persons
    judge: Judge
    retention: int

    def open(self, case: Case) -> Case:
        """Store a new case. Raises MalformedError for a purpose that is not known."""
        purpose = find_purpose(case.purpose)
        opened = replace(
            case, id=case.id or create_id(), kind=CASE_KINDS[purpose.kind], purpose=purpose.id
        )
        if opened.kind == "care" and not opened.reference:
            opened = replace(opened, reference=create_reference(opened.day))
        if not self.cases.add(opened):
            raise MalformedError("there is a case of this number", code="case_exists")
        return opened

    def find(self, case_id: str, inspector: str | None) -> Case:
        """Return a case. ``inspector`` None sees every case.

        Raises ProtocolError ``not_found`` (404), also for a case of somebody else.
        """
        case = self.cases.find(case_id)
        if case is None or (inspector is not None and case.inspector != inspector):
            raise _not_found()
        return case

    def find_person(self, case: Case, person_id: str, now: int) -> CasePerson:
        """Return a person of a case. Raises ProtocolError ``not_found``."""
        person = self.persons.find(person_id, now)
        if person is None or person.case_id != case.id or person.hidden:
            raise _not_found()
        return person

    def recent(self, inspector: str, now: int) -> list[tuple[Case, list[str]]]:
        """Return an inspector's cases, each with the outcomes of its persons."""
        self.purge(now)
        cases = self.cases.recent(inspector)
        outcomes = self.persons.outcomes([case.id for case in cases])
        return [(case, outcomes[case.id]) for case in cases]

    def add_shown(
        self,
        case: Case,
        person_id: str,
        shown: Shown,
        findings: Iterable[Finding],
        now: int,
        *,
        hidden: bool,
    ) -> CasePerson:
        """Record what a wallet answered."""
        judgement = self.judge.judge(shown.credential, findings, case.situation, {}, now)
        keeps = case.keep > 0 and not shown.excess and not _is_worthless(judgement)
        person = _create_person(case, person_id, WALLET, judgement, now, hidden=hidden)
        if keeps:
            person = replace(person, evidence=_create_evidence(shown.submission, judgement))
        self.persons.add(person)
        return person

    def add_refused(
        self, case: Case, person_id: str, reason: str, findings: Iterable[Finding], now: int
    ) -> CasePerson:
        """Record an answer that was no document of ours."""
        judgement = self.judge.refuse(reason, findings, case.situation, now)
        person = _create_person(case, person_id, WALLET, judgement, now)
        self.persons.add(person)
        return person

    def add_without_document(self, case: Case, now: int) -> CasePerson:
        """Record somebody who showed no document (A-29, E-18)."""
        self._require_room(case, now)
        judgement = self.judge.judge_nothing(case.situation, now)
        person = _create_person(case, create_id(), NOTHING, judgement, now)
        self.persons.add(person)
        return person

    def answer(
        self, case: Case, person: CasePerson, answers: Mapping[str, bool | None]
    ) -> CasePerson:
        """Rule again, as of the time of the check, with what the inspector answered.

        Raises ProtocolError ``evidence_erased`` (409) when what was shown is gone.
        """
        if person.evidence is None:
            raise ProtocolError("what was shown is gone", code="evidence_erased", status=409)
        findings = [read_finding(each) for each in person.decided["findings"]]
        merged = {**person.answers, **answers}
        judgement = self.judge.judge_again(
            person.evidence["facts"], findings, merged, person.taken_at
        )
        decided = {**person.decided, **judgement.as_json()}
        self.persons.decide_again(person, decided, merged)
        return replace(person, decided=decided, answers=merged)

    def report_difference(self, person: CasePerson, text: str) -> None:
        """Note what the paper says instead. Raises MalformedError, ``text_too_long``."""
        written = " ".join(text.split())
        if len(written) > MAX_DIFFERENCE:
            raise MalformedError("the text is too long", code="text_too_long")
        self.persons.report_difference(person.id, written or "-")

    def purge(self, now: int) -> None:
        """Erase what was shown when its time is over, then verdicts, then empty cases."""
        self.persons.purge(now, self.retention)
        self.cases.purge(now - self.retention)

    def _require_room(self, case: Case, now: int) -> None:
        if len(self.persons.of_case(case.id, now)) >= MAX_PERSONS:
            raise ProtocolError("this case is full", code="case_full", status=409)


def create_id() -> str:
    """Make the id of a case or person: opaque, so it may stand in an address."""
    return secrets.token_urlsafe(12)


def create_reference(day: str) -> str:
    """Make a desk's reference for billing: a date and chance, nothing about a person."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are read as another
    return f"{day.replace('-', '')}-{''.join(secrets.choice(alphabet) for _ in range(8))}"


def today(now: int) -> str:
    """Return the UTC day."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def plus_days(day: str, days: int) -> str:
    """Return a later day."""
    return (datetime.fromisoformat(day) + timedelta(days=days)).date().isoformat()


def _create_person(
    case: Case, person_id: str, source: str, judgement: Judgement, now: int, *, hidden: bool = False
) -> CasePerson:
    return CasePerson(
        id=person_id,
        case_id=case.id,
        source=source,
        taken_at=now,
        decided={**judgement.as_json(), "sources": []},
        evidence_until=now + case.keep,
        hidden=hidden,
    )


def _create_evidence(
    submission: Mapping[str, Any] | None, judgement: Judgement
) -> dict[str, Any]:
    return {
        "submission": submission,
        "facts": judgement.facts,
        "history": [],
        "salt": secrets.token_urlsafe(24),
    }


def _is_worthless(judgement: Judgement) -> bool:
    """A refused presentation says nothing about anybody, so nothing of it is kept."""
    return judgement.facts["document"]["kind"] is None


def create_digest(value: Any) -> str:
    """Return the hex SHA-256 of canonical JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _not_found() -> ProtocolError:
    return ProtocolError("there is no such check", code="not_found", status=404)
