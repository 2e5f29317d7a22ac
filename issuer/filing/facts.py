"""What the pre-issue checks look at: the answers, and what the register knows beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from esspass.attestations import Pda1, Person, parse_day
from esspass.inspection.derived import find_basis, find_postings
from issuer.config import IssuerConfig
from issuer.entitlements import Entitlements
from issuer.filing.activities import describe_states, read_states
from issuer.filing.documents import complete_person, create_person
from issuer.filing.filings import Filing
from issuer.matching import is_same_person
from issuer.names import fold_number
from issuer.records import Record, Records, RecordState

Answers = Mapping[str, str]
_COUNTS = frozenset({RecordState.GRANTED, RecordState.PENDING, RecordState.SUSPENDED})
_LAW = frozenset({"EU", "EEA", "CH"})
_CARD_DAYS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a part of an application is about.

    ``person`` is the register's where the number is known, its gaps filled, else what was
    declared; ``is_known`` says that number, name and birth date agree with the register.
    """

    person_id: str | None
    person: Person = field(repr=False)
    is_known: bool


@dataclass(frozen=True, slots=True)
class About:
    """One person's part of an application: what was said, and of whom.

    ``declared`` is all of it, ``details`` the part about one certificate, which differs where a
    person is posted to several States. ``represented`` says that the applicant may act for the
    employer; ``record_id`` is the decision that it became, if it was sent, which is no history of
    its own.
    """

    declared: Answers = field(repr=False)
    details: Answers = field(repr=False)
    subject: Subject
    represented: bool
    record_id: str


@dataclass(frozen=True, slots=True)
class FactFinder:
    """Looks up what rules need; decides nothing."""

    config: IssuerConfig
    records: Records
    entitlements: Entitlements

    def find_subject(self, details: Answers) -> Subject:
        """Find the person with the declared number; the register's details stay as they are."""
        declared = create_person(details)
        found = self.records.find_person(details["number"])
        if found is None:
            return Subject(None, declared, is_known=False)
        if not is_same_person(found[1], declared):
            return Subject(found[0], found[1], is_known=False)
        return Subject(found[0], complete_person(found[1], declared), is_known=True)

    def find_declared(self, declared: Answers, details: Answers, today: date) -> dict[str, Any]:
        """Return the facts that need no register: enough to say what must be put right."""
        return {
            "today": today.isoformat(),
            "work": self._work(declared, details),
            "period": {"starts": details.get("starts"), "ends": details.get("ends")},
            "answers": dict(details),
        }

    def find(self, filing: Filing, about: About, today: date) -> dict[str, Any]:
        """Return the facts about one person of an application, as the rules name them."""
        details, subject = about.details, about.subject
        a1s, cards = self._documents(about, "pda1"), self._documents(about, "ehic")
        return {
            **self.find_declared(about.declared, details, today),
            "application": {"capacity": "employer" if filing.form.is_employer else "self"},
            "person": self._person(subject, details),
            "employer": {
                "known": _knows_employer(a1s, details),
                "represented": about.represented,
                "country": details.get("employer_country"),
            },
            "history": {
                **_find_postings(a1s, details),
                "overlaps": _find_overlap(a1s, details),
                "card_runs": _find_card(cards, today),
            },
        }

    def _documents(self, about: About, kind: str) -> list[Record]:
        person_id = about.subject.person_id
        if person_id is None:
            return []
        found = self.records.of_person(person_id, [kind])
        return [each for each in found if each.state in _COUNTS and each.id != about.record_id]

    def _work(self, declared: Answers, details: Answers) -> dict[str, Any]:
        country, own = details.get("work_country"), self.config.country
        return {
            "code": details.get("work"),
            "country": country,
            "own_country": own,
            "in_area": all(
                self._is_in_area(each.get("work_country")) for each in read_states(details)
            ),
            **describe_states(declared, own),
        }

    def _is_in_area(self, country: str | None) -> bool:
        return bool(country) and find_basis(str(country), self.config.country) in _LAW

    def _person(self, subject: Subject, details: Answers) -> dict[str, Any]:
        since = self.entitlements.insured_since(subject.person_id) if subject.person_id else None
        own = self.config.country
        citizen = [find_basis(each, own) in _LAW for each in subject.person.nationalities]
        return {
            "known": subject.is_known,
            "citizen": any(citizen),
            "residence": _find_residence(subject.person, details),
            "insured_since": since.isoformat() if since else None,
            "insured_now": since is not None,
        }


def _find_residence(person: Person, details: Answers) -> str | None:
    """Return the State of residence; None when the register knows another than was declared."""
    known = [address.country for address in person.residence]
    return details.get("residence_country") if details.get("residence_country") in known else None


def _knows_employer(a1s: Sequence[Record], details: Answers) -> bool:
    wanted = fold_number(details.get("employer_number", ""))
    return bool(wanted) and any(
        fold_number(employment.id) == wanted
        for record in a1s
        if record.state is RecordState.GRANTED and isinstance(record.document, Pda1)
        for employment in record.document.employments
    )


def _find_postings(a1s: Sequence[Record], details: Answers) -> dict[str, bool]:
    """Ask the engine of the inspection rules, A-25, before the certificate exists."""
    document = {
        "number": None,
        "starts": details.get("starts"),
        "ends": details.get("ends"),
        "employers": [_describe_employer(details.get("employer_number"), details)],
    }
    history = [_describe_a1(each.document) for each in a1s if isinstance(each.document, Pda1)]
    return find_postings(document, {"country": details.get("work_country")}, history) or {}


def _describe_employer(number: str | None, details: Answers) -> dict[str, Any]:
    return {"id": number, "name": details.get("employer_name")}


def _describe_a1(document: Pda1) -> dict[str, Any]:
    return {
        "number": document.document_number,
        "starts": document.starts.isoformat(),
        "ends": document.ends.isoformat(),
        "states": [state.country for state in document.states_of_activity],
        "employers": [{"id": each.id, "name": each.name} for each in document.employments],
    }


def _find_overlap(a1s: Sequence[Record], details: Answers) -> str | None:
    starts, ends = parse_day(details.get("starts")), parse_day(details.get("ends"))
    if starts is None or ends is None:
        return None
    documents = [record.document for record in a1s]
    return next(
        (
            each.document_number
            for each in documents
            if isinstance(each, Pda1) and each.starts <= ends and starts <= each.ends
        ),
        None,
    )


def _find_card(cards: Sequence[Record], today: date) -> str | None:
    """Return the last day of a card that runs on for long."""
    ends = [
        record.document.expires_on
        for record in cards
        if record.document.expires_on is not None and record.state is not RecordState.SUSPENDED
        and getattr(record.document, "represented", None) is None
    ]  # fmt: skip
    last = max(ends, default=None)
    return last.isoformat() if last and last - _CARD_DAYS > today else None
