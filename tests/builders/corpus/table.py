"""One line per case: id, title, why, expected outcome and reasons, and how it is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esspass.inspection import Situation, Submission

COVERED, NOT_COVERED, DOUBT = "COVERED", "NOT_COVERED", "DOUBT"
CANNOT_DECIDE, NOT_A_CREDENTIAL = "CANNOT_DECIDE", "NOT_A_CREDENTIAL"


@dataclass(frozen=True)
class Taken:
    """What one person showed, to whom, when, and under which sources."""

    submission: Submission | None
    situation: Situation
    answers: Mapping[str, bool | None]
    bundle: Mapping[str, Any]
    now: int
    history: Sequence[Mapping[str, Any]] = ()
    seen: Sequence[str] = ()


@dataclass(frozen=True)
class Case:
    """``reasons`` are all that stand against being covered, in the rules' order."""

    id: str
    title: str
    why: str
    outcome: str
    reasons: tuple[tuple[str, str], ...]
    make: Callable[[Any], Taken]
    notes: tuple[tuple[str, str], ...] = ()


CASES: dict[str, Case] = {}


def case(
    name: str,
    title: str,
    why: str,
    outcome: str,
    *reasons: str,
    notes: Sequence[str] = (),
) -> Callable[[Callable[[Any], Taken]], Callable[[Any], Taken]]:
    """Register a case. Reasons and notes are written ``A-09 ended``; a bare word has no rule."""

    def register(make: Callable[[Any], Taken]) -> Callable[[Any], Taken]:
        assert name not in CASES, name
        found = tuple(map(_split, reasons))
        CASES[name] = Case(name, title, why, outcome, found, make, tuple(map(_split, notes)))
        return make

    return register


def _split(text: str) -> tuple[str, str]:
    rule, _, reason = text.rpartition(" ")
    return rule, reason
