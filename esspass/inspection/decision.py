"""The decision: checks, person, facts and rules, in one pure function.

``decide`` needs nothing but its arguments, so the same submission under the same sources and at the
same time gives the same decision, here, in a browser, and years later out of a case file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from esspass.errors import MalformedError
from esspass.inspection.checks import SIGNATURE
from esspass.inspection.derived import derive
from esspass.inspection.evidence import Credential
from esspass.inspection.examination import Examined, examine
from esspass.inspection.facts import create_empty_document, create_facts, describe_document
from esspass.inspection.provenance import SourceNote, describe_sources
from esspass.inspection.rules import SUBMISSION, RuleSet
from esspass.inspection.ruling import Ruling, create_ruling, refuse
from esspass.inspection.situation import Situation
from esspass.inspection.sources import Sources, read_rule_set
from esspass.inspection.submission import ONLINE, Submission
from esspass.jose.claims import parse_date
from esspass.trust import TrustView
from esspass.verdict import Finding, Outcome

NOT_OURS = "not_ours"
_Answers = Mapping[str, bool | None]
_History = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Decision:
    """Findings, facts, ruling, and what they rest on.

    ``credential`` is what was shown, to be believed only as far as the findings say; ``rules`` are
    those that were applied, with their words.
    """

    findings: tuple[Finding, ...]
    facts: Mapping[str, Any] = field(repr=False)
    ruling: Ruling
    sources: tuple[SourceNote, ...] = ()
    credential: Credential | None = field(default=None, repr=False)
    rules: RuleSet | None = field(default=None, repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON that is the same in every implementation."""
        return {
            "findings": [_write_finding(each) for each in self.findings],
            "facts": dict(self.facts),
            "ruling": self.ruling.as_json(),
            "sources": [note.as_json() for note in self.sources],
        }


def decide(
    sources: Sources,
    submission: Submission | None,
    situation: Situation,
    answers: _Answers,
    *,
    now: int,
    history: _History = (),
    seen: AbstractSet[str] = frozenset(),
) -> Decision:
    """Decide on what was handed over, None where nothing was; never raises for what is in it.

    ``history`` holds earlier certificates of the same worker (see ``derived.find_postings``),
    ``seen`` the digests of codes shown before (``create_shown_digest``).
    """
    rules, refusal = sources.rules, ""
    examined = Examined((), None, submission.medium if submission else ONLINE)
    try:
        if submission is not None:
            examined = examine(sources, submission, situation, now=now, seen=seen)
    except MalformedError as error:
        refusal = error.code if error.code in SUBMISSION else NOT_OURS
    facts = _create_facts(examined, situation, answers, history, rules)
    ruling = refuse(refusal, rules) if refusal else create_ruling(facts, rules, now)
    notes = describe_sources(sources.view, sources.statuses, examined.findings, now)
    return Decision(examined.findings, facts, ruling, notes, examined.credential, rules)


def add_history(decision: Decision, history: _History, now: int) -> Decision:
    """Decide again with what is known of the worker's earlier certificates.

    The checks do not depend on it, so they are not run again; nor is a refusal changed by it.
    """
    facts = decision.facts
    derived = derive(facts["document"], facts["situation"], history)
    facts = {**facts, "derived": derived}
    ruled = decision.ruling.rules
    ruling = create_ruling(facts, decision.rules, now) if ruled else decision.ruling
    return replace(decision, facts=facts, ruling=ruling)


def rule(
    findings: Sequence[Finding],
    credential: Credential | None,
    view: TrustView,
    situation: Situation,
    answers: _Answers,
    history: _History,
    now: int,
) -> Decision:
    """Apply the rules of ``view`` to what an inspection over OpenID4VP found."""
    rules = read_rule_set(view)
    examined = Examined(tuple(findings), credential, ONLINE)
    facts = _create_facts(examined, situation, answers, history, rules)
    ruling = create_ruling(facts, rules, now)
    notes = describe_sources(view, None, findings, now)
    return Decision(examined.findings, facts, ruling, notes, credential, rules)


def _create_facts(
    examined: Examined,
    situation: Situation,
    answers: _Answers,
    history: _History,
    rules: RuleSet | None,
) -> dict[str, Any]:
    document = _describe(examined)
    answered = rules.complete_answers(answers) if rules else dict(answers)
    return create_facts(document, examined.findings, situation, answered, history)


def _describe(examined: Examined) -> dict[str, Any]:
    """Describe a signed document of a kind and shape we know; a forgery says nothing."""
    credential, medium = examined.credential, examined.medium
    if credential is None or not _is_signed(examined.findings):
        return create_empty_document(medium)
    try:
        issued_at = parse_date(credential.claims, "iat")
        return describe_document(credential.presented(), medium, issued_at)
    except MalformedError:
        return create_empty_document(medium)


def _is_signed(findings: Sequence[Finding]) -> bool:
    return any(f.check == SIGNATURE.name and f.outcome is Outcome.PASSED for f in findings)


def _write_finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "clause": finding.clause,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "parameters": {name: str(value) for name, value in finding.parameters.items()},
    }
