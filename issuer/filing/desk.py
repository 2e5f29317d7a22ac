"""Applications: prefilled from the register, checked, sent, decided by the machine or passed on.

The machine grants when no rule stands against it, and never refuses. What it does not grant waits
in the register for a clerk, with the ids of the rules that asked for one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from esspass.attestations import (
    Document,
    Pda1,
    eessi_country,
)
from esspass.errors import MalformedError, ProtocolError, VerificationError
from issuer.filing.applicants import Applicant, Applicants
from issuer.filing.checks import CORRECT, Rule, find_obstacles
from issuer.filing.documents import (
    DocumentMaker,
    create_employment,
    describe_employment,
    describe_person,
)
from issuer.filing.facts import About, FactFinder, Subject
from issuer.filing.filings import FiledPerson, Filing, Filings, FilingState
from issuer.filing.form import Form, Step, steps
from issuer.filing.writer import LetterWriter
from issuer.history import Event
from issuer.records import Record, RecordState
from issuer.renewals import day_of
from issuer.service import Issuer

Answers = Mapping[str, str]
_TRIES = 5
_FROM_REGISTER = (
    "residence_street", "residence_town", "residence_postcode", "residence_country",
    "nationality", "birth_town", "birth_country",
)  # fmt: skip


class IncompleteError(VerificationError):
    """Something in the application is missing or must be put right before it is sent."""

    code = "filing_incomplete"


@dataclass(frozen=True, slots=True)
class Review:
    """What the checks say about one person of an application."""

    person: FiledPerson
    obstacles: tuple[Rule, ...]

    @property
    def to_correct(self) -> tuple[Rule, ...]:
        """What must be put right before sending."""
        return tuple(rule for rule in self.obstacles if rule.level == CORRECT)


@dataclass(frozen=True, slots=True)
class FilingDesk:
    """Takes applications."""

    issuer: Issuer
    filings: Filings
    applicants: Applicants
    facts: FactFinder
    documents: DocumentMaker
    letters: LetterWriter

    def start(self, applicant: Applicant, form: Form, now: int) -> str:
        """Begin a draft with what the register knows; return its id."""
        answers = self.prefill(applicant, form)
        with self.filings.database.atomic():
            filing_id = self.filings.start(applicant.id, form, answers, now)
            if not form.is_employer:
                filing = self.filings.get(filing_id)
                self.filings.put_person(filing, describe_person(applicant.person))
        return filing_id

    def prefill(self, applicant: Applicant, form: Form) -> dict[str, str]:
        """Return answers out of the register: nobody is asked for what we know."""
        if form is Form.EHIC_SELF:
            return {"card_for": "me"}
        if form.is_employer:
            return next(iter(self.applicants.represented(applicant.pin)), {})
        subject = self.facts.find_subject(describe_person(applicant.person))
        if subject.person_id is None or not subject.is_known:
            return {}
        known = describe_person(subject.person)
        answers = {name: known[name] for name in _FROM_REGISTER if known[name]}
        return {**answers, **self._last_employer(subject.person_id)}

    def _last_employer(self, person_id: str) -> dict[str, str]:
        for record in self.issuer.records.of_person(person_id, ["pda1"]):
            if isinstance(record.document, Pda1) and record.document.employments:
                known = describe_employment(record.document.employments[0])
                return {**known, "sector": record.sector} if record.sector else known
        return {}

    def find_step(self, filing: Filing, step_id: str) -> Step | None:
        """Return a page of an application."""
        return next(
            (step for step in steps(filing.form, filing.answers) if step.id == step_id), None
        )

    def next_step(self, filing: Filing, after: str = "") -> Step | None:
        """Return the page that follows, or the first one; None when the summary does."""
        pages = steps(filing.form, filing.answers)
        names = [step.id for step in pages]
        place = names.index(after) + 1 if after in names else 0
        return pages[place] if place < len(pages) else None

    def open_steps(self, filing: Filing) -> list[Step]:
        """Return the pages that still lack an answer."""
        return [step for step in steps(filing.form, filing.answers)
                if not step.is_complete(filing.answers)]  # fmt: skip

    def review(self, filing: Filing, now: int) -> list[Review]:
        """Check every person of an application against the rules."""
        applicant = self._applicant(filing)
        return [
            Review(person, self._check(filing, applicant, person, now)[1])
            for person in self.filings.persons(filing)
        ]

    def _applicant(self, filing: Filing) -> Applicant:
        applicant = self.applicants.get(filing.applicant_id)
        assert applicant is not None, "an application has an applicant"
        return applicant

    def _check(
        self, filing: Filing, applicant: Applicant, person: FiledPerson, now: int
    ) -> tuple[Subject, tuple[Rule, ...]]:
        details = merge_answers(filing, person)
        subject = self.facts.find_subject(details)
        number = details.get("employer_number", "")
        represented = self.applicants.represents(applicant.pin, number)
        about = About(details, subject, represented, person.record_id)
        facts = self.facts.find(filing, about, day_of(now))
        return subject, find_obstacles(filing.form.kind, facts)

    def send(self, filing: Filing, now: int) -> str:
        """Send a draft: every person of it becomes a decision; return the reference.

        All or nothing. Raises IncompleteError, SentError.
        """
        persons = self.filings.persons(filing)
        if self.open_steps(filing) or not persons:
            raise IncompleteError
        applicant = self._applicant(filing)
        reference = self._create_reference(now)
        with self.filings.database.atomic():
            self.filings.mark_sent(filing.id, reference, now)
            for person in persons:
                self._decide(filing, applicant, person, now)
            self.letters.write_received(applicant, reference, now)
        self.letters.write_due(now)
        return reference

    def _create_reference(self, now: int) -> str:
        country = eessi_country(self.issuer.config.country)
        return f"{country}-{day_of(now).year}-{secrets.randbelow(10**8):08}"

    def _decide(self, filing: Filing, applicant: Applicant, person: FiledPerson, now: int) -> None:
        """Enter a decision: in force if every rule is met and it can be issued, else pending."""
        subject, obstacles = self._check(filing, applicant, person, now)
        if any(rule.level == CORRECT for rule in obstacles):
            raise IncompleteError
        record_id = self._enter(filing, person, subject, now)
        names = [rule.id for rule in obstacles]
        self.filings.decide(person.id, record_id, names)
        record = self.issuer.records.get(record_id)
        if not names and self._may_grant(record, now):
            self.issuer.approve(record_id, now)
        elif self.issuer.can_acknowledge(record):
            self.issuer.applications.acknowledge(record_id, now)

    def _enter(self, filing: Filing, person: FiledPerson, subject: Subject, now: int) -> str:
        """Keep the pending decision under a number that is nobody's yet."""
        for _ in range(_TRIES):
            document = self._create_document(filing, person, subject, now)
            record_id, is_new = self.issuer.records.add(
                subject.person, document, now, RecordState.PENDING,
                sector=merge_answers(filing, person).get("sector", ""),
            )  # fmt: skip
            if is_new:
                self.issuer.history.add(record_id, Event.APPLIED, now)
                return record_id
        raise MalformedError("no document number is free", code="number_missing")

    def _create_document(
        self, filing: Filing, person: FiledPerson, subject: Subject, now: int
    ) -> Document:
        details, today = merge_answers(filing, person), day_of(now)
        if filing.form.kind == "ehic":
            return self.documents.create_card(details, subject.person, today)
        return self.documents.create_a1(details, subject.person, today)

    def _may_grant(self, record: Record, now: int) -> bool:
        """Say whether a machine may: not what needs two persons, nor what no type can express."""
        four_eyes = self.issuer.four_eyes
        if four_eyes.is_needed(four_eyes.assess(record, None, now)):
            return False
        for vct in self.issuer.types_of(record):
            try:
                self.issuer.issuance.create_claims(record, vct, now)
            except ProtocolError:
                continue
            return True
        return False

    def confirm_representative(self, filing: Filing, now: int, actor: str) -> int:
        """Note that a clerk saw the applicant's mandate for the employer of an application.

        What waits is checked again; return how many documents the machine granted then.
        """
        applicant = self._applicant(filing)
        with self.filings.database.atomic():
            self.applicants.confirm(applicant.pin, create_employment(filing.answers), now, actor)
            granted = [self._decide_again(filing, applicant, person, now)
                       for person in self.filings.persons(filing)]  # fmt: skip
        self.letters.write_due(now)
        return sum(granted)

    def _decide_again(
        self, filing: Filing, applicant: Applicant, person: FiledPerson, now: int
    ) -> bool:
        """Grant what waits if by now every rule is met; note what still stands against it."""
        if person.state is not FilingState.WAITING:
            return False
        _subject, obstacles = self._check(filing, applicant, person, now)
        self.filings.decide(person.id, person.record_id, [rule.id for rule in obstacles])
        record = self.issuer.records.get(person.record_id)
        if obstacles or not self._may_grant(record, now):
            return False
        self.issuer.approve(record.id, now)
        return True


def merge_answers(filing: Filing, person: FiledPerson) -> dict[str, str]:
    """Return what was said about one person: the application's answers, and their own first."""
    own = {name: value for name, value in person.answers.items() if value}
    if filing.form.is_employer:
        return {**filing.answers, **own}
    return {**own, **{name: value for name, value in filing.answers.items() if value}}
