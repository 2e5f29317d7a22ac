"""The checks before a document is issued: rules as data, ``specs/back_office/pre_issue.json``.

A rule names an obstacle. One of level ``correct`` must be put right before an application can be
sent; one of ``pass_on`` keeps the machine from granting: a person decides. No rule refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from esspass.inspection.logic import Logic, parse_logic
from issuer.filing.form import localize, read_rules

CORRECT, PASS_ON = "correct", "pass_on"
FACTS = (
    "today",
    "application.capacity",
    "work.code",
    "work.country",
    "work.own_country",
    "work.in_area",
    "work.states",
    "work.share_here",
    "work.share_total",
    "work.share_least",
    "work.at_once",
    "period.starts",
    "period.ends",
    "person.known",
    "person.citizen",
    "person.residence",
    "person.insured_since",
    "person.insured_now",
    "employer.known",
    "employer.represented",
    "employer.country",
    "answers.insured_before",
    "answers.replaces",
    "answers.substantial",
    "answers.paid_by_employer",
    "answers.other_work",
    "answers.card_for",
    "answers.card_reason",
    "history.gap_under_two_months",
    "history.over_24_months",
    "history.overlaps",
    "history.card_runs",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its id, level, condition, legal source and sentence.

    ``from_register`` marks what only the records tell: an employer is not shown it.
    """

    id: str
    level: str
    kinds: tuple[str, ...]
    applies: Logic
    when: Logic
    from_register: bool
    source: str
    words: Mapping[str, str]

    def text(self, locale: str) -> str:
        """Return the sentence for people."""
        return localize(self.words, locale)

    def stands_against(self, kind: str, facts: Mapping[str, Any]) -> bool:
        """Say whether this is an obstacle for an application with these facts."""
        return kind in self.kinds and self.applies.holds(facts) and self.when.holds(facts)


def find_obstacles(kind: str, facts: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Return what stands against a grant by the machine, in the order of the file."""
    return tuple(rule for rule in rules().values() if rule.stands_against(kind, facts))


def find_mistakes(kind: str, facts: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Return only what must be put right before an application can be sent."""
    found = (rule for rule in rules().values() if rule.level == CORRECT)
    return tuple(rule for rule in found if rule.stands_against(kind, facts))


@cache
def rules() -> Mapping[str, Rule]:
    """Return all rules by id. Raises MalformedError for a condition that cannot be."""
    return {each["id"]: _parse(each) for each in read_rules("pre_issue.json")["rules"]}


def _parse(rule: Mapping[str, Any]) -> Rule:
    return Rule(
        rule["id"],
        rule["level"],
        tuple(rule["kinds"]),
        parse_logic(rule.get("applies", True), FACTS),
        parse_logic(rule["when"], FACTS),
        rule.get("register", False),
        rule["source"],
        rule["text"],
    )
