"""Examining what was sent: every certificate asked for is checked, entered, granted or passed on.

The machine grants when no rule stands against it; what it does not grant waits for a clerk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from esspass.attestations import Document
from esspass.errors import MalformedError, ProtocolError, VerificationError
from issuer.filing.activities import split_postings
from issuer.filing.applicants import Applicant, Applicants
from issuer.filing.checks import CORRECT, Rule, find_mistakes, find_obstacles
from issuer.filing.documents import DocumentMaker
from issuer.filing.facts import About, FactFinder, Subject
from issuer.filing.filings import FiledPerson, Filing, Filings, FilingState
from issuer.history import Event
from issuer.reasons import WithdrawalReason
from issuer.records import Record, RecordState
from issuer.renewals import day_of
from issuer.service import Issuer

Answers = Mapping[str, str]
_TRIES = 5


class IncompleteError(VerificationError):
    """Something in the application is missing or must be put right before it is sent."""

    code = "filing_incomplete"


@dataclass(frozen=True, slots=True)
class Examiner:
    """Checks the parts of applications, and decides on them as far as a machine may."""

    issuer: Issuer
    filings: Filings
    applicants: Applicants
    facts: FactFinder
    documents: DocumentMaker

    def applicant(self, filing: Filing) -> Applicant:
        """Return whose application it is."""
        applicant = self.applicants.get(filing.applicant_id)
        assert applicant is not None, "an application has an applicant"
        return applicant

    def review(self, filing: Filing, person: FiledPerson, now: int) -> tuple[Rule, ...]:
        """Return what stands against any certificate that is asked for a person."""
        found: dict[str, Rule] = {}
        for posting, _ in split_postings(merge_answers(filing, person)):
            _subject, rules = self._check(filing, replace(person, posting=posting), now)
            found |= {rule.id: rule for rule in rules}
        return tuple(found.values())

    def find_mistakes(self, filing: Filing, person: FiledPerson, now: int) -> tuple[Rule, ...]:
        """Return what must be put right before sending; asks no register, so it is quick."""
        declared, today = merge_answers(filing, person), day_of(now)
        found: dict[str, Rule] = {}
        for _posting, details in split_postings(declared):
            facts = self.facts.find_declared(declared, details, today)
            found |= {rule.id: rule for rule in find_mistakes(filing.form.kind, facts)}
        return tuple(found.values())

    def examine(self, filing: Filing, person: FiledPerson, now: int) -> bool:
        """Decide on one person of a long list that was sent; False if that was done already."""
        with self.filings.database.atomic():
            if not self.filings.claim(person):
                return False
            self.decide(filing, person, now)
        return True

    def _check(
        self, filing: Filing, person: FiledPerson, now: int
    ) -> tuple[Subject, tuple[Rule, ...]]:
        declared, details = merge_answers(filing, person), find_details(filing, person)
        subject = self.facts.find_subject(details)
        number = details.get("employer_number", "")
        represented = self.applicants.represents(self.applicant(filing).pin, number)
        about = About(declared, details, subject, represented, person.record_id)
        facts = self.facts.find(filing, about, day_of(now))
        return subject, find_obstacles(filing.form.kind, facts)

    def decide(self, filing: Filing, person: FiledPerson, now: int) -> None:
        """Enter a decision on each certificate asked for a person, inside one transaction.

        In force if every rule is met and it can be issued, else pending. Raises IncompleteError.
        """
        for posting, _ in split_postings(merge_answers(filing, person)):
            part = replace(person, posting=posting)
            if posting:
                part = replace(part, id=self.filings.split_person(person, posting))
            self._decide(filing, part, now)

    def _decide(self, filing: Filing, person: FiledPerson, now: int) -> None:
        subject, obstacles = self._check(filing, person, now)
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
        details, today = find_details(filing, person), day_of(now)
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

    def revise(self, filing: Filing, person: FiledPerson, now: int) -> None:
        """Write a pending decision anew after what was declared was put right.

        It keeps its number; what a second person was asked, and the proof of its application, are
        over. Raises StateError when it is pending no longer.
        """
        record = self.issuer.records.get(person.record_id)
        subject = self.facts.find_subject(find_details(filing, person))
        document = self._create_document(filing, person, subject, now)
        document = replace(document, document_number=record.number)
        self.issuer.records.revise(record.id, subject.person, document, now)
        self.issuer.records.put_sector(record.id, find_details(filing, person).get("sector", ""))
        self.issuer.four_eyes.annul(record.id, now)
        self.issuer.applications.end(record.id, WithdrawalReason.WRONG_DATA, now, "")
        if self.issuer.can_acknowledge(record):
            self.issuer.applications.acknowledge(record.id, now)

    def decide_again(self, filing: Filing, person: FiledPerson, now: int) -> bool:
        """Grant what waits if by now every rule is met; note what still stands against it."""
        if person.state is not FilingState.WAITING:
            return False
        _subject, obstacles = self._check(filing, person, now)
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


def find_details(filing: Filing, person: FiledPerson) -> dict[str, str]:
    """Return what was said about one certificate."""
    return dict(split_postings(merge_answers(filing, person)))[person.posting]
