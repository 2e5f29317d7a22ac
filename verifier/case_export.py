"""A case as a case file: what was shown, under which lists and rules, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from esspass.inspection import create_case_file
from esspass.keys.signer import Signer
from verifier.bundles import Bundle, Bundles
from verifier.cases import Case
from verifier.persons import CasePerson
from verifier.purposes import find_purpose


def create_export(
    case: Case,
    persons: Sequence[CasePerson],
    bundles: Bundles,
    verifier: dict[str, str],
    signer: Signer,
    now: int,
) -> dict[str, Any]:
    """Write the case file, proved at ``now``.

    Of a person whose evidence was never kept, or is erased, it holds the decision alone, which
    then cannot be made again.
    """
    collected = _Collected(bundles)
    entries = [collected.write(person) for person in persons]
    head = {"id": case.id, "case": _describe(case), "verifier": verifier}
    written = create_case_file(head, collected.found, entries, signer=signer, now=now)
    return {**written, "tokens": {**collected.tokens, **written["tokens"]}}


def _describe(case: Case) -> dict[str, Any]:
    purpose = find_purpose(case.purpose)
    named = {"purpose": purpose.id, "legal_basis": purpose.legal_basis["en"]}
    return {**case.situation.as_json(), **named}


class _Collected:
    """The bundles of a file, each once."""

    def __init__(self, bundles: Bundles) -> None:
        self._bundles = bundles
        self._places: dict[str, int] = {}
        self.found: list[Bundle] = []
        self.tokens: dict[str, str] = {}

    def write(self, person: CasePerson) -> dict[str, Any]:
        evidence = person.evidence
        return {
            "id": person.id,
            "taken_at": person.taken_at,
            "source": self._place(person.sources_digest if evidence else ""),
            "submission": evidence["submission"] if evidence else None,
            "answers": dict(person.answers),
            "history": list(evidence["history"]) if evidence else [],
            "seen": list(evidence["seen"]) if evidence else [],
            "decision": describe_decision(person),
        }

    def _place(self, name: str) -> int:
        if name not in self._places:
            found = self._bundles.find(name) or (_EMPTY, {})
            self._places[name] = len(self.found)
            self.found.append(found[0])
            self.tokens |= found[1]
        return self._places[name]


def describe_decision(person: CasePerson) -> dict[str, Any]:
    """Return the decision; with its facts, but for the person's name, while they are kept."""
    decided = dict(person.decided)
    if person.evidence is None:
        return decided
    facts = person.evidence["facts"]
    return {**decided, "facts": {**facts, "document": {**facts["document"], "person": None}}}


_EMPTY: Bundle = {
    "made_at": 0,
    "anchors": {},
    "lists": {},
    "directory": None,
    "rules": None,
    "fetched": {},
    "problems": {},
    "statuses": {},
}
