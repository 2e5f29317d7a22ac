"""The shape of a case: who is in it, who owns it, whether it is closed.

It follows from a set of facts that only grows, so copies that know the same facts agree, in
whatever order they learned them (ADR 0011). A fact is a verb and institution or set ids:
``started A``, ``joined A``, ``left A``, ``removed A``, ``seat A B``, ``closed S``, ``reopened S``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from esspass.exchange.model import Step

MAX_FACTS = 500
FACT = re.compile(
    r"(?:started|joined|left|removed|closed|reopened) \S{1,64}|seat \S{1,64} \S{1,64}"
)
SHAPING = ("X001", "X004", "X005", "X006", "X007", "X100")
"""Messages that change the shape, or tell it: they carry all facts their sender knows."""
JOINING = ("X005", "X007")


@dataclass(frozen=True, slots=True)
class Shape:
    """What the facts amount to. ``owners`` are all that ever owned the case, the last one now.

    An institution that left does not come back; ``seats`` says who took its place.
    """

    facts: frozenset[str]
    owners: tuple[str, ...]
    participants: frozenset[str]
    left: frozenset[str]
    removed: frozenset[str]
    closings: frozenset[str]
    seats: Mapping[str, str]

    @property
    def owner(self) -> str:
        """The institution that owns the case now."""
        return self.owners[-1]

    @property
    def former(self) -> frozenset[str]:
        """Those that are in the case no longer."""
        return self.left | self.removed

    @property
    def speakers(self) -> frozenset[str]:
        """Those whose messages count: who is in it, and who forwarded it and hands it over."""
        return self.participants | (self.left - self.removed)

    def find_seat(self, institution: str) -> str:
        """The institution that sits in its place now: itself, or to whom it forwarded the case."""
        seen = {institution}
        while (following := self.seats.get(institution)) and following not in seen:
            institution = following
            seen.add(following)
        return institution

    def order(self, institutions: Iterable[str]) -> tuple[str, ...]:
        """Sort by id, the owner first."""
        return tuple(sorted(institutions, key=lambda each: (each != self.owner, each)))


def read_shape(facts: frozenset[str]) -> Shape:
    """Read facts; at least ``started`` is among them."""
    told: dict[str, set[str]] = {}
    for fact in facts:
        verb, _, about = fact.partition(" ")
        told.setdefault(verb, set()).add(about)
    seats = dict(sorted(seat.split(" ") for seat in told.get("seat", ())))
    owners = _follow_seats(min(told["started"]), seats)
    left = frozenset(told.get("left", ()))
    removed = frozenset(told.get("removed", ())) - set(owners)
    return Shape(
        facts=facts,
        owners=owners,
        participants=frozenset(told.get("joined", ())) - left - removed,
        left=left,
        removed=removed,
        closings=frozenset(told.get("closed", ())) - told.get("reopened", set()),
        seats=seats,
    )


def _follow_seats(first: str, seats: Mapping[str, str]) -> tuple[str, ...]:
    owners = [first]
    while (following := seats.get(owners[-1])) and following not in owners:
        owners.append(following)
    return tuple(owners)


def find_facts(log: Iterable[Step]) -> frozenset[str]:
    """All that the messages of a log say of the shape."""
    return frozenset().union(*(step.facts for step in log))


def find_facts_told(log: Iterable[Step], institution: str) -> frozenset[str]:
    """What an institution knows for certain: the facts of what it sent and of what it gets."""
    return find_facts(
        step for step in log if institution == step.sender or institution in step.receivers
    )


def is_started(facts: Iterable[str]) -> bool:
    """Say whether they tell who began the case; without that they tell no shape."""
    return any(fact.startswith("started ") for fact in facts)
