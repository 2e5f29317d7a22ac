"""What an institution abroad notified, where it stands, and what was noticed about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from esspass.attestations import Pda1, Person
from esspass.inspection.names import NameMatch, match_names
from issuer.names import fold_number

_SAME = frozenset({NameMatch.EXACT, NameMatch.DIACRITICS, NameMatch.TRANSLITERATED})


class IncomingState(StrEnum):
    """Where the decision stands, as its institution last said."""

    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class Grade(StrEnum):
    """What the checks on arrival come to; ``contradiction`` is a clerk's task."""

    CLEAR = "clear"
    NOTE = "note"
    UNDECIDED = "undecided"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class ArrivalFinding:
    """One thing noticed. ``check`` is an inspection rule (``A-17``) or one of the register's own.

    ``parameters`` name other documents by number, never persons.
    """

    check: str
    grade: Grade
    reason: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the checks found, and the facts the rules were asked about."""

    findings: tuple[ArrivalFinding, ...]
    facts: Mapping[str, Any] = field(repr=False)

    @property
    def grade(self) -> Grade:
        """The worst of the findings."""
        order = list(Grade)
        return max((f.grade for f in self.findings), key=order.index, default=Grade.CLEAR)


@dataclass(frozen=True, slots=True)
class Notification:
    """A decision as a message brought it; ``core`` is the text of its sealed code, if attached."""

    institution_id: str
    case_id: str
    set_id: str
    version: int
    sed: str
    person: Person = field(repr=False)
    document: Pda1 = field(repr=False)
    core: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class IncomingDocument:
    """A row of the register; times in epoch seconds.

    ``replaced_by`` is the number of the document that took its place, of the same institution.
    """

    id: str
    notification: Notification
    state: IncomingState
    arrival: Arrival
    received_at: int
    changed_at: int
    checked_at: int
    withdrawal_reason: str | None = None
    withdrawal_date: date | None = None
    replaced_by: str = ""

    @property
    def number(self) -> str:
        """The document number its institution gave it."""
        return self.document.document_number

    @property
    def person(self) -> Person:
        """Whom it is about."""
        return self.notification.person

    @property
    def document(self) -> Pda1:
        """What was decided."""
        return self.notification.document

    def is_over(self, today: date) -> bool:
        """Say whether its last day has passed."""
        return self.document.ends < today


def is_same_person(one: Person, other: Person) -> bool:
    """Say whether two institutions name the same person, each in its alphabet."""
    numbers = [fold_number(each.pin or "") for each in (one, other)]
    if all(numbers) and numbers[0] == numbers[1]:
        return True
    return (
        one.date_of_birth == other.date_of_birth
        and match_names(one.surnames, other.surnames) in _SAME
        and match_names(one.forenames, other.forenames) in _SAME
    )
