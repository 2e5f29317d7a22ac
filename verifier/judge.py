"""From what a wallet showed to a ruling: facts, the rules in force, and both kept apart for storage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import MalformedError
from esspass.inspection import (
    Credential,
    RuleResult,
    RuleSet,
    Ruling,
    Situation,
    create_facts,
    create_ruling,
    describe_document,
    parse_rule_set,
)
from esspass.inspection.facts import create_empty_document
from esspass.inspection.rules import Ending
from esspass.inspection.ruling import refuse
from esspass.trust import TrustSource
from esspass.verdict import Finding, Outcome
from verifier.conclusions import write_finding

Answers = Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A ruling and the facts it rests on; only ``facts`` holds personal data."""

    ruling: Ruling
    findings: tuple[Finding, ...]
    facts: Mapping[str, Any] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return what may be kept for long: ruling and findings."""
        findings = [write_finding(each) for each in self.findings]
        return {"ruling": self.ruling.as_json(), "findings": findings}


@dataclass(frozen=True, slots=True)
class Judge:
    """Asks the rules that the list operator signed last."""

    trust: TrustSource
    known: dict[str, RuleSet] = field(default_factory=dict, repr=False)

    def rule_set(self, now: int) -> RuleSet | None:
        """Return the newest rules believed; None without any that this software understands."""
        issue = self.trust.view(now).rules
        if issue is None:
            return None
        if issue.digest not in self.known:
            with suppress(MalformedError):
                parsed = parse_rule_set(issue.rules, issue.texts)
                self.known.clear()
                self.known[issue.digest] = parsed
        return self.known.get(issue.digest)

    def judge(
        self,
        credential: Credential | None,
        findings: Iterable[Finding],
        situation: Situation,
        answers: Answers,
        now: int,
    ) -> Judgement:
        """Rule on what was shown online, or, without ``credential``, on nothing readable."""
        found = tuple(findings)
        document = create_empty_document("online")
        if credential is not None and _is_signed(found):
            with suppress(MalformedError):
                issued_at = credential.claims.get("iat")
                document = describe_document(credential.presented(), "online", issued_at)
        return self._rule(document, found, situation, answers, now)

    def judge_nothing(self, situation: Situation, now: int) -> Judgement:
        """Rule on somebody who showed no document (A-29, E-18)."""
        return self._rule(create_empty_document("online"), (), situation, {}, now)

    def refuse(
        self, reason: str, findings: Iterable[Finding], situation: Situation, now: int
    ) -> Judgement:
        """Rule that what was shown is no document of ours, for ``reason``."""
        rules, found = self.rule_set(now), tuple(findings)
        answers = rules.complete_answers({}) if rules else {}
        facts = create_facts(create_empty_document("online"), found, situation, answers)
        return Judgement(refuse(reason, rules), found, facts)

    def judge_again(
        self, facts: Mapping[str, Any], findings: Iterable[Finding], answers: Answers, now: int
    ) -> Judgement:
        """Rule on the same facts with other answers."""
        rules = self.rule_set(now)
        complete = rules.complete_answers(answers) if rules else dict(answers)
        changed = {**facts, "answers": complete}
        return Judgement(create_ruling(changed, rules, now), tuple(findings), changed)

    def _rule(
        self,
        document: Mapping[str, Any],
        findings: tuple[Finding, ...],
        situation: Situation,
        answers: Answers,
        now: int,
    ) -> Judgement:
        rules = self.rule_set(now)
        complete = rules.complete_answers(answers) if rules else dict(answers)
        facts = create_facts(document, findings, situation, complete)
        return Judgement(create_ruling(facts, rules, now), findings, facts)


def read_ruling(value: Mapping[str, Any]) -> Ruling:
    """Read what ``Ruling.as_json`` wrote."""
    rules = tuple(
        RuleResult(each["id"], Ending(each["outcome"]), each["reason"]) for each in value["rules"]
    )
    return Ruling(
        Ending(value["outcome"]), value["rule"], value["reason"], value["version"], rules
    )


def _is_signed(findings: Iterable[Finding]) -> bool:
    return any(
        each.check == "signature" and each.outcome is Outcome.PASSED for each in findings
    )
