"""Applications: prefilled from the register, checked, sent, decided by the machine or passed on.

The machine grants when no rule stands against it, and never refuses. What it does not grant waits
in the register for a clerk, with the ids of the rules that asked for one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from esspass.attestations import Pda1, eessi_country
from issuer.filing.applicants import Applicant, Applicants
from issuer.filing.checks import CORRECT, Rule
from issuer.filing.corrections import Corrector, DecidedError
from issuer.filing.documents import create_employment, describe_employment, describe_person
from issuer.filing.enquiries import Enquiries
from issuer.filing.examining import Examiner, IncompleteError
from issuer.filing.filings import FiledPerson, Filing, Filings, FilingState
from issuer.filing.form import Form, Step, steps
from issuer.filing.writer import LetterWriter
from issuer.renewals import day_of
from issuer.service import Issuer

ANSWER_DAYS = 14
AT_ONCE = 50
"""Up to so many persons are checked whole before and decided in the request that sends."""
EXAMINED_AT_ONCE = 20
_FROM_REGISTER = (
    "residence_street", "residence_town", "residence_postcode", "residence_country",
    "nationality", "birth_town", "birth_country",
)  # fmt: skip


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
    examiner: Examiner
    letters: LetterWriter
    corrector: Corrector
    enquiries: Enquiries

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
        subject = self.examiner.facts.find_subject(describe_person(applicant.person))
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
        """Check every person of an application against the rules.

        In a long list only what must be put right is looked for.
        """
        persons = self.filings.persons(filing)
        check = self.examiner.find_mistakes if len(persons) > AT_ONCE else self.examiner.review
        return [Review(person, check(filing, person, now)) for person in persons]

    def send(self, filing: Filing, now: int) -> str:
        """Send a draft: every person of it becomes a decision; return the reference.

        All or nothing; of a long list the decisions follow one by one (``examine_due``). Raises
        IncompleteError, SentError.
        """
        persons = self.filings.persons(filing)
        if self.open_steps(filing) or not persons:
            raise IncompleteError
        applicant = self.examiner.applicant(filing)
        reference = self._create_reference(now)
        with self.filings.database.atomic():
            self.filings.mark_sent(filing.id, reference, now)
            for person in persons:
                if len(persons) <= AT_ONCE:
                    self.examiner.decide(filing, person, now)
                elif self.examiner.find_mistakes(filing, person, now):
                    raise IncompleteError
            self.letters.write_received(applicant, reference, now)
            self._ask_for_mandate(self.filings.get(filing.id), now)
        self.letters.write_due(now)
        return reference

    def examine_due(self, now: int, filing: Filing | None = None) -> int:
        """Decide on some of a long list that was sent; return how many.

        Each is a transaction of its own: a crash loses none, two at once double none.
        """
        rows = self.filings.unexamined(EXAMINED_AT_ONCE, filing)
        return sum(self.examiner.examine(row.filing, row.person, now) for row in rows)

    def _ask_for_mandate(self, filing: Filing, now: int) -> None:
        if self._waits(filing) and self.needs_mandate(filing):
            self.ask(filing, "", day_of(now) + timedelta(days=ANSWER_DAYS), "", now)

    def ask(self, filing: Filing, words: str, due: date, actor: str, now: int) -> None:
        """Ask the applicant; without words for the mandate. Raises DecidedError, MalformedError."""
        if not self._waits(filing):
            raise DecidedError
        with self.filings.database.atomic():
            enquiry_id = self.enquiries.ask(filing, words, due, actor, now)
            asked = next(each for each in self.enquiries.of(filing) if each.id == enquiry_id)
            self.letters.write_enquiry(self.examiner.applicant(filing), filing, asked)

    def _waits(self, filing: Filing) -> bool:
        waiting = {FilingState.WAITING, FilingState.ARRIVED}
        return any(state in waiting for state, _ in self.filings.count_states(filing))

    def needs_mandate(self, filing: Filing) -> bool:
        """Say whether nobody has seen yet that the applicant may act for the employer."""
        if not filing.form.is_employer or filing.sent_at is None:
            return False
        applicant = self.examiner.applicant(filing)
        return not self.applicants.represents(applicant.pin, filing.answers["employer_number"])

    def _create_reference(self, now: int) -> str:
        country = eessi_country(self.issuer.config.country)
        return f"{country}-{day_of(now).year}-{secrets.randbelow(10**8):08}"

    def confirm_representative(self, filing: Filing, now: int, actor: str) -> int:
        """Note that a clerk saw the applicant's mandate for the employer of an application.

        What waits is checked again; return how many documents the machine granted then.
        """
        applicant = self.examiner.applicant(filing)
        with self.filings.database.atomic():
            self.applicants.confirm(applicant.pin, create_employment(filing.answers), now, actor)
            granted = [self.examiner.decide_again(filing, person, now)
                       for person in self.filings.persons(filing)]  # fmt: skip
        self.letters.write_due(now)
        return sum(granted)
