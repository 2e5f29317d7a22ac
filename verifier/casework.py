"""What an inspector does with a case: open it, add persons, answer questions, look back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from esspass.errors import MalformedError, ProtocolError
from esspass.inspection import Credential, Decision, Submission, parse_submission
from esspass.verdict import Finding
from verifier.bundles import Bundle
from verifier.cases import Case, Cases
from verifier.judge import Decided, Judge
from verifier.persons import MAX_PERSONS, NOTHING, WALLET, CasePerson, Persons
from verifier.purposes import find_purpose
from verifier.queries import Kind
from verifier.seen_documents import SeenDocuments

CASE_KINDS: Mapping[str, str] = {"pda1": "work", "ehic": "care"}
DOCUMENT_KINDS: Mapping[str, Kind] = {"work": "pda1", "care": "ehic"}
MAX_DIFFERENCE = 500
MAX_DELAY, MAX_AHEAD = 7 * 86400, 300


@dataclass(frozen=True, slots=True)
class Scan:
    """What came by camera, by hand or out of a queue. ``submission`` None: no document was shown.

    ``bundle`` is what a browser decided with; None to decide by what is believed here and now.
    """

    id: str
    source: str
    taken_at: int
    submission: Submission | None = field(repr=False)
    answers: Mapping[str, bool | None] = field(default_factory=dict)
    bundle: Bundle | None = field(default=None, repr=False)
    difference: str = ""


@dataclass(frozen=True, slots=True)
class Casework:
    """The service. Times in epoch seconds, UTC; ``retention`` is how long verdicts stay."""

    cases: Cases
    persons: Persons
    judge: Judge
    seen: SeenDocuments
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

    def recent(self, inspector: str) -> list[tuple[Case, list[str]]]:
        """Return an inspector's cases, each with the outcomes of its persons."""
        cases = self.cases.recent(inspector)
        outcomes = self.persons.outcomes([case.id for case in cases])
        return [(case, outcomes[case.id]) for case in cases]

    def add_shown(
        self,
        case: Case,
        person_id: str,
        submission: Submission,
        findings: Iterable[Finding],
        now: int,
        *,
        hidden: bool,
        keeps: bool,
    ) -> CasePerson:
        """Record what a wallet answered. ``keeps`` False stores no more than the verdict."""
        decided = self.judge.decide(submission, case.situation, {}, now, findings=findings)
        person = _create_person(case, person_id, WALLET, decided.decision, now)
        person = replace(person, hidden=hidden, binding_digest=submission.binding_digest())
        return self._store(case, person, submission if keeps else None, decided)

    def add_refused(
        self,
        case: Case,
        person_id: str,
        findings: Iterable[Finding],
        credential: Credential | None,
        now: int,
    ) -> CasePerson:
        """Record an answer that must not be accepted; nothing of it is kept."""
        decision = self.judge.refuse(findings, credential, case.situation, now)
        person = _create_person(case, person_id, WALLET, decision, now)
        self.persons.add(person)
        return person

    def add_without_document(self, case: Case, now: int) -> CasePerson:
        """Record somebody who showed no document (A-29, E-18)."""
        self._require_room(case, now)
        decided = self.judge.decide(None, case.situation, {}, now)
        person = _create_person(case, create_id(), NOTHING, decided.decision, now)
        return self._store(case, person, None, decided)

    def add_submission(
        self,
        case: Case,
        scan: Scan,
        now: int,
    ) -> CasePerson:
        """Record what was scanned or typed, once for each id; decided here, as of when it was.

        Raises ProtocolError ``case_full``, ``not_found`` (the id is of another case), and
        MalformedError ``taken_at_unlikely`` or ``bad_sources``.
        """
        known = self.persons.find(scan.id, now)
        if known is not None:
            return self.find_person(case, scan.id, now)
        self._require_room(case, now)
        _require_likely(scan.taken_at, now)
        digest = scan.submission.binding_digest() if scan.submission else ""
        fresh = not digest or self.persons.claim_binding(digest, scan.id, scan.taken_at)
        seen = frozenset() if fresh else frozenset({digest})
        findings: tuple[Finding, ...] = ()
        if scan.bundle is None and scan.submission is not None:
            findings = self.judge.ask_status(scan.submission, scan.taken_at)
        decided = self.judge.decide(
            scan.submission,
            case.situation,
            scan.answers,
            scan.taken_at,
            bundle=scan.bundle,
            findings=findings,
            seen=seen,
        )
        source = scan.source if scan.submission is not None else NOTHING
        person = _create_person(case, scan.id, source, decided.decision, scan.taken_at)
        person = replace(
            person, binding_digest=digest, answers=scan.answers, difference=scan.difference
        )
        return self._store(case, person, scan.submission, decided, seen)

    def answer(
        self, case: Case, person: CasePerson, answers: Mapping[str, bool | None]
    ) -> CasePerson:
        """Decide again, as of the time of the check, with what the inspector answered.

        Raises ProtocolError ``evidence_erased`` (409) when what was shown is gone.
        """
        found = self.judge.bundles.find(person.sources_digest)
        if person.evidence is None or found is None:
            raise ProtocolError("what was shown is gone", code="evidence_erased", status=409)
        shown = person.evidence["submission"]
        merged = {**person.answers, **answers}
        decision = self.judge.decide_again(
            *found,
            parse_submission(shown) if shown else None,
            case.situation,
            merged,
            person.taken_at,
            history=person.evidence["history"],
            seen=frozenset(person.evidence["seen"]),
        )
        decided = replace(
            person,
            decided=create_decided(decision),
            answers=merged,
            evidence={**person.evidence, "facts": decision.facts},
        )
        self.persons.decide_again(decided)
        return decided

    def _store(
        self,
        case: Case,
        person: CasePerson,
        submission: Submission | None,
        decided: Decided,
        seen: frozenset[str] = frozenset(),
    ) -> CasePerson:
        """Keep what was shown only where the case says so, and only of a document that is one."""
        facts = decided.decision.facts
        has_shown = submission is not None and facts["document"]["kind"] is not None
        with self.persons.database.atomic():
            if case.keep and (has_shown or person.source == NOTHING):
                person = replace(
                    person,
                    evidence=_create_evidence(submission, decided, seen),
                    sources_digest=self.judge.bundles.keep(decided.bundle, person.evidence_until),
                )
                self.judge.postings.add(person.id, facts, person.taken_at)
                self.seen.add(person)
            self.persons.add(person)
        return person

    def remove(self, person_id: str) -> None:
        """Forget a check altogether, also what it would have told later ones."""
        self.persons.remove(person_id)
        self.judge.postings.remove(person_id)

    def erase(self, person_id: str) -> None:
        """Erase what was shown in a check, now; the verdict stays."""
        self.persons.erase(person_id)
        self.judge.postings.remove(person_id)
        self.seen.remove(person_id)

    def report_difference(self, person: CasePerson, text: str) -> None:
        """Note what the paper says instead. Raises MalformedError, ``text_too_long``."""
        written = " ".join(text.split())
        if len(written) > MAX_DIFFERENCE:
            raise MalformedError("the text is too long", code="text_too_long")
        self.persons.report_difference(person.id, written or "-")

    def purge(self, now: int) -> None:
        """Erase what was shown when its time is over, then verdicts, then empty cases."""
        self.judge.postings.purge(now - self.retention)
        self.persons.purge(now, self.retention)
        self.judge.bundles.purge(now)
        self.seen.purge()
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


def create_decided(decision: Decision) -> dict[str, Any]:
    """Return what of a decision holds no personal data."""
    written = decision.as_json()
    return {name: written[name] for name in ("ruling", "findings", "sources")}


def _create_person(
    case: Case, person_id: str, source: str, decision: Decision, taken_at: int
) -> CasePerson:
    return CasePerson(
        id=person_id,
        case_id=case.id,
        source=source,
        taken_at=taken_at,
        decided=create_decided(decision),
        evidence_until=taken_at + case.keep,
    )


def _create_evidence(
    submission: Submission | None, decided: Decided, seen: frozenset[str]
) -> dict[str, Any]:
    return {
        "submission": submission.as_json() if submission else None,
        "facts": decided.decision.facts,
        "history": list(decided.history),
        "seen": sorted(seen),
        "salt": secrets.token_urlsafe(24),
    }


def _require_likely(taken_at: int, now: int) -> None:
    """A check without a network is sent within a week; a wrong clock is not believed."""
    if not now - MAX_DELAY <= taken_at <= now + MAX_AHEAD:
        raise MalformedError("the time of the check is not likely", code="taken_at_unlikely")


def _not_found() -> ProtocolError:
    return ProtocolError("there is no such check", code="not_found", status=404)
