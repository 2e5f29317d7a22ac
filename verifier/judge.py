"""From what was handed over to a decision, and to what of it may be kept for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from esspass.cwt import parse_cwt
from esspass.errors import MalformedError, VerificationError
from esspass.inspection import (
    Credential,
    Decision,
    RuleSet,
    Situation,
    StatusSource,
    Submission,
    add_history,
    decide,
    inspect_bound,
    inspect_paper,
    parse_sources,
    read_rule_set,
    rule,
)
from esspass.inspection.examination import OTHER_DOCUMENT
from esspass.inspection.ruling import refuse
from esspass.inspection.submission import read_code
from esspass.trust import TrustSource
from esspass.verdict import Finding, Outcome
from verifier.bundles import Bundle, Bundles
from verifier.postings import Postings

Answers = Mapping[str, bool | None]
History = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and what it rests on; ``history``: earlier postings of the same person."""

    decision: Decision
    bundle: Bundle
    history: History = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides by what the lists say and by the rules their operator signed last."""

    trust: TrustSource
    statuses: StatusSource
    bundles: Bundles
    postings: Postings
    known: dict[str, RuleSet] = field(default_factory=dict, repr=False)

    def rule_set(self, now: int) -> RuleSet | None:
        """Return the newest rules believed; None without any that this software understands."""
        view = self.trust.view(now)
        if view.rules is None:
            return None
        if view.rules.digest not in self.known:
            parsed = read_rule_set(view)
            if parsed is None:
                return None
            self.known.clear()
            self.known[view.rules.digest] = parsed
        return self.known[view.rules.digest]

    def refuse(
        self,
        findings: Iterable[Finding],
        credential: Credential | None,
        situation: Situation,
        now: int,
    ) -> Decision:
        """Rule on an answer that must not be accepted; nothing of it is kept.

        Without a finding about a signature, it was another document than the one asked for.
        """
        found = tuple(findings)
        decision = rule(found, credential, self.trust.view(now), situation, {}, (), now)
        if any(each.check == "signature" for each in found):
            return decision
        return replace(decision, ruling=refuse(OTHER_DOCUMENT, self.rule_set(now)))

    def decide(
        self,
        submission: Submission | None,
        situation: Situation,
        answers: Answers,
        now: int,
        *,
        bundle: Bundle | None = None,
        findings: Iterable[Finding] = (),
        seen: frozenset[str] = frozenset(),
    ) -> Decided:
        """Decide by ``bundle``, or by what is believed now, and by earlier postings.

        ``findings`` of an inspection just made name the status lists that answered it.
        """
        if bundle is None:
            bundle = self.bundles.create(_answered(findings), now)
        sources = parse_sources(bundle, anchors=self.bundles.collector.anchors)
        decision = decide(sources, submission, situation, answers, now=now, seen=seen)
        history = self.postings.find(decision.facts["document"])
        if history:  # who it is stands in the document, so first without
            decision = add_history(decision, history, now)
        return Decided(decision, bundle, history)

    def ask_status(self, submission: Submission, now: int) -> tuple[Finding, ...]:
        """Inspect what was scanned or typed with the network, so that its status is known."""
        view = self.trust.view(now)
        with suppress(MalformedError, VerificationError):
            content = read_code(submission.text)
            if content.paper is not None:
                cwt = parse_cwt(content.paper)
                found = inspect_paper(cwt, trust=view, statuses=self.statuses, now=now)
                return found.findings
            binding, text = submission.create_binding(frozenset()), content.presentation or ""
            return inspect_bound(
                text, binding, trust=view, statuses=self.statuses, now=now
            ).findings
        return ()

    def decide_again(
        self,
        bundle: Bundle,
        tokens: Mapping[str, str],
        submission: Submission | None,
        situation: Situation,
        answers: Answers,
        now: int,
        *,
        history: History,
        seen: frozenset[str],
    ) -> Decision:
        """Decide as of the time of the check, with other answers."""
        sources = parse_sources(bundle, tokens=tokens)
        return decide(sources, submission, situation, answers, now=now, history=history, seen=seen)


def _answered(findings: Iterable[Finding]) -> set[str]:
    return {
        finding.parameters["uri"]
        for finding in findings
        if finding.check == "status"
        and finding.outcome is not Outcome.INDETERMINATE
        and finding.parameters.get("uri")
    }
