"""What an inspection found, as it is stored: findings without personal data, claims beside them.

The two are separate on purpose: claims are erased after minutes, findings stay for the record.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.attestations import envelope_claims
from esspass.openid4vp.dcql import ClaimPath
from esspass.verdict import Finding, Outcome, worst


@dataclass(frozen=True, slots=True)
class DocumentVerdict:
    """One presented document: how each check ended, and what was shown.

    ``excess`` names claims that were shown without being asked for; their values are not kept.
    ``claims`` is None once they are erased.
    """

    query_id: str
    vct: str
    findings: tuple[Finding, ...]
    excess: tuple[ClaimPath, ...] = ()
    claims: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def outcome(self) -> Outcome:
        """The worst of its findings."""
        return worst(finding.outcome for finding in self.findings)

    def finding(self, check: str) -> Finding | None:
        """Return the finding of a check."""
        return next((each for each in self.findings if each.check == check), None)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Everything one inspection found; ``person`` is None when no identity was asked for."""

    documents: tuple[DocumentVerdict, ...]
    person: Finding | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, document by document, the person last."""
        found = tuple(each for document in self.documents for each in document.findings)
        return (*found, *((self.person,) if self.person else ()))

    @property
    def outcome(self) -> Outcome:
        """The worst of all findings."""
        return worst(finding.outcome for finding in self.findings)


def keep_claims(claims: Mapping[str, Any], excess: Collection[ClaimPath]) -> dict[str, Any]:
    """Leave out the envelope and everything that was not asked for."""
    kept = _without(claims, (), frozenset(excess))
    return {name: value for name, value in kept.items() if name not in envelope_claims()}


def _without(value: Any, path: ClaimPath, excess: frozenset[ClaimPath]) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _without(member, (*path, name), excess)
            for name, member in value.items()
            if (*path, name) not in excess
        }
    if isinstance(value, list):
        return [
            _without(member, (*path, index), excess)
            for index, member in enumerate(value)
            if (*path, index) not in excess
        ]
    return value


def write_findings(conclusion: Conclusion) -> str:
    """Write everything but the claims as JSON."""
    documents = [
        {
            "query_id": document.query_id,
            "vct": document.vct,
            "findings": [write_finding(each) for each in document.findings],
            "excess": [list(path) for path in document.excess],
        }
        for document in conclusion.documents
    ]
    person = write_finding(conclusion.person) if conclusion.person else None
    return json.dumps({"documents": documents, "person": person}, ensure_ascii=False)


def write_claims(conclusion: Conclusion) -> str:
    """Write the claims of each document as JSON."""
    claims = [document.claims for document in conclusion.documents]
    return json.dumps(claims, ensure_ascii=False)


def read_conclusion(findings: str, claims: str | None) -> Conclusion:
    """Read what ``write_findings`` and, if it is still there, ``write_claims`` wrote."""
    stored = json.loads(findings)
    shown: Sequence[Any] = json.loads(claims) if claims else [None] * len(stored["documents"])
    documents = tuple(
        DocumentVerdict(
            query_id=entry["query_id"],
            vct=entry["vct"],
            findings=tuple(read_finding(each) for each in entry["findings"]),
            excess=tuple(tuple(path) for path in entry["excess"]),
            claims=visible,
        )
        for entry, visible in zip(stored["documents"], shown, strict=True)
    )
    person = stored["person"]
    return Conclusion(documents, read_finding(person) if person else None)


def write_finding(finding: Finding) -> dict[str, Any]:
    """Write a finding as JSON."""
    return {
        "check": finding.check,
        "clause": finding.clause,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "parameters": dict(finding.parameters),
    }


def read_finding(entry: Mapping[str, Any]) -> Finding:
    """Read what ``write_finding`` wrote."""
    return Finding(**{**entry, "outcome": Outcome(entry["outcome"])})
