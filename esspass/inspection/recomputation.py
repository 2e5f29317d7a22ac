"""Verify a case file: whether it is as it was written, and everything comes out the same again.

Each person is decided anew from what stands in the file, at the time it was taken. Where the result
differs, the paths say so; where the file was changed, the chain of digests breaks at that person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from esspass.errors import MalformedError, VerificationError
from esspass.inspection.case_file import PROOF_TYP, CaseFile, CasePerson, write_decision
from esspass.inspection.decision import Decision, decide
from esspass.inspection.sources import Sources, parse_sources
from esspass.jose.jws import parse_jws, verify_jws
from esspass.keys.certificates import parse_leaf_key, parse_x5c
from esspass.trust import TrustAnchors

MAX_DIFFERENCES = 50


@dataclass(frozen=True, slots=True)
class PersonReport:
    """One person: decided anew, where that differs, and whether the entry is unchanged.

    ``expected`` holds where a case of the corpus did not come out as argued. ``outcome`` is what
    the file says; not ``kept``, nothing that was shown is in it, so ``decision`` says nothing.
    """

    position: int
    id: str
    decision: Decision
    differences: tuple[str, ...]
    unchanged: bool
    expected: tuple[str, ...] = ()
    outcome: str = ""
    kept: bool = True

    @property
    def same(self) -> bool:
        return self.unchanged and not self.differences and not self.expected


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What a case file is worth. ``proof`` is a code: ``none``, ``good``, or what is wrong."""

    persons: tuple[PersonReport, ...]
    proof: str
    signer: str = ""

    @property
    def same(self) -> bool:
        """Say whether nothing was changed and everything came out the same."""
        return self.proof in ("none", "good") and all(each.same for each in self.persons)


def verify_case_file(case: CaseFile, anchors: TrustAnchors | None = None) -> CaseReport:
    """Decide every person anew, under the anchors of the file or under ``anchors``.

    Raises MalformedError ``bad_sources`` when a bundle or a token of it is missing.
    """

    @cache
    def read_sources(position: int) -> Sources:
        return parse_sources(case.sources[position], tokens=case.tokens, anchors=anchors)

    persons = tuple(
        _verify_person(case, position, person, digest, read_sources(person.source))
        for position, (person, digest) in enumerate(zip(case.persons, case.digests(), strict=True))
    )
    proof, signer = _verify_proof(case)
    return CaseReport(persons, proof, signer)


def _verify_person(
    case: CaseFile, position: int, person: CasePerson, digest: str, sources: Sources
) -> PersonReport:
    decision = decide(
        sources,
        person.submission,
        case.situation,
        person.answers,
        now=person.taken_at,
        history=person.history,
        seen=person.seen,
    )
    where = f"persons[{position}].decision"
    found = compare(person.decision, write_decision(decision), where)
    kept = person.submission is not None or "facts" in person.decision
    differences = [path for path, _ in zip(found, range(MAX_DIFFERENCES), strict=False)]
    return PersonReport(
        position=position,
        id=person.id,
        decision=decision,
        differences=tuple(differences) if kept else (),
        unchanged=digest == person.digest,
        expected=tuple(_disappoint(case.expected, decision)) if case.expected else (),
        outcome=_read_outcome(person.decision),
        kept=kept,
    )


def _read_outcome(decision: Mapping[str, Any]) -> str:
    ruling = decision.get("ruling")
    return str(ruling.get("outcome", "")) if isinstance(ruling, Mapping) else ""


def compare(one: Any, other: Any, path: str) -> Iterator[str]:
    """Yield the paths at which two JSON values differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted(one.keys() | other.keys()):
            yield from compare(one.get(name, ...), other.get(name, ...), f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from compare(mine, theirs, f"{path}[{index}]")
    elif one is not other and (type(one) is not type(other) or one != other):
        yield path


def list_reasons(decision: Decision) -> list[list[str]]:
    """Return what stands against being covered: ``[rule, reason]`` in the rules' order.

    The rule is empty where no rule was asked.
    """
    ruling = decision.ruling
    found = [[each.id, each.reason] for each in ruling.rules if each.outcome.severity]
    return found if found or not ruling.reason else [["", ruling.reason]]


def _disappoint(expected: Mapping[str, Any], decision: Decision) -> Iterator[str]:
    """Yield what a case of the corpus expects in vain."""
    ruling = decision.ruling
    if expected.get("outcome") != ruling.outcome.value:
        yield f"expected {expected.get('outcome')}, found {ruling.outcome.value}"
    if expected.get("reasons") != list_reasons(decision):
        yield f"expected {expected.get('reasons')}, found {list_reasons(decision)}"
    noted = [[each.id, each.reason] for each in ruling.rules]
    for note in expected.get("notes", ()):
        if note not in noted:
            yield f"expected the note {note}"


def _verify_proof(case: CaseFile) -> tuple[str, str]:
    """Say whether the proof is over this file, and whose certificate it names."""
    if case.proof is None:
        return "none", ""
    try:
        jws = parse_jws(case.proof)
        chain = parse_x5c(jws.header)
        verify_jws(jws, parse_leaf_key(chain))
        claims = jws.claims()
    except (MalformedError, VerificationError) as error:
        return error.code, ""
    last = case.persons[-1].digest if case.persons else ""
    good = jws.header.get("typ") == PROOF_TYP and claims.get("case") == case.id
    signer = chain[0].subject.rfc4514_string()
    return ("good" if good and claims.get("digest") == last else "proof_of_another_file"), signer
