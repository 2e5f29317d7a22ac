"""From facts to an outcome: run every rule, let the worst decide.

What concerns authenticity comes first; only an authentic document is asked whether it covers the
situation. Of several rules with the worst outcome the first in the rule set's order decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from esspass.inspection.rules import AUTHENTICITY, SITUATION, Ending, Rule, RuleSet
from esspass.inspection.situation import CARE, WORK

RULES_MISSING, RULES_EXPIRED = "rules_missing", "rules_expired"
APPLICATION_ONLY = "application_only"
KINDS = {WORK: "pda1", CARE: "ehic"}
"""The kind of document that a kind of situation asks for."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """How one rule ended; ``reason`` is empty when it passed or did not apply."""

    id: str
    outcome: Ending
    reason: str = ""

    def as_json(self) -> dict[str, str]:
        return {"id": self.id, "outcome": self.outcome.value, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Ruling:
    """The outcome, the rule and reason that decided, and every rule's result in order.

    ``rule`` is None when all is well or no rule could be asked, ``version`` None without rules.
    """

    outcome: Ending
    rule: str | None = None
    reason: str = ""
    version: str | None = None
    rules: tuple[RuleResult, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome.value,
            "rule": self.rule,
            "reason": self.reason,
            "version": self.version,
            "rules": [result.as_json() for result in self.rules],
        }


def parse_ruling(value: Mapping[str, Any]) -> Ruling:
    """Read what ``Ruling.as_json`` wrote; it was ours, so nothing of it is doubted."""
    rules = tuple(
        RuleResult(each["id"], Ending(each["outcome"]), each["reason"]) for each in value["rules"]
    )
    return Ruling(Ending(value["outcome"]), value["rule"], value["reason"], value["version"], rules)


def create_ruling(facts: Mapping[str, Any], rules: RuleSet | None, now: int) -> Ruling:
    """Ask every rule that concerns the document's kind. ``now`` only decides on validity.

    Where no document could be read, the rules are those of the kind that was asked for.
    """
    if rules is None:
        return Ruling(Ending.CANNOT_DECIDE, reason=RULES_MISSING)
    if not rules.is_in_force(now):
        return Ruling(Ending.CANNOT_DECIDE, reason=RULES_EXPIRED, version=rules.version)
    kind = facts["document"]["kind"] or KINDS[facts["situation"]["kind"]]
    asked = [rule for rule in rules.rules if kind in rule.kinds]
    results = [_ask(rule, facts) for rule in asked]
    if not any(result.outcome is not Ending.NOT_APPLICABLE for result in results):
        return Ruling(
            Ending.CANNOT_DECIDE, reason=RULES_MISSING, version=rules.version, rules=tuple(results)
        )
    for stage in (AUTHENTICITY, SITUATION):
        found = (r for rule, r in zip(asked, results, strict=True) if rule.stage == stage)
        worst = _find_worst(found)
        if worst is not None:
            return Ruling(worst.outcome, worst.id, worst.reason, rules.version, tuple(results))
    return Ruling(Ending.COVERED, version=rules.version, rules=tuple(results))


def refuse(reason: str, rules: RuleSet | None) -> Ruling:
    """Rule on what no rule is asked about: it is no document, or not the one asked for.

    A proof of application decides nothing: the A1 may come later, and for days that are past.
    """
    outcome = Ending.CANNOT_DECIDE if reason == APPLICATION_ONLY else Ending.NOT_A_CREDENTIAL
    return Ruling(outcome, reason=reason, version=rules.version if rules else None)


def _find_worst(results: Iterable[RuleResult]) -> RuleResult | None:
    """The first of the worst; None when nothing stands against being covered."""
    worst = max(results, key=lambda result: result.outcome.severity, default=None)
    return worst if worst is not None and worst.outcome.severity else None


def _ask(rule: Rule, facts: Mapping[str, Any]) -> RuleResult:
    if not rule.applies.holds(facts):
        return RuleResult(rule.id, Ending.NOT_APPLICABLE)
    if rule.missing and any(need.evaluate(facts) is None for need in rule.needs):
        return RuleResult(rule.id, rule.missing.outcome, rule.missing.reason)
    for case in rule.cases:
        if case.when is not None and case.when.holds(facts):
            return RuleResult(rule.id, case.outcome, case.reason)
    return RuleResult(rule.id, Ending.PASSED)
