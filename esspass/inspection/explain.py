"""A ruling in words: what it means, why, what to compare, what to do next.

The words come with the rules and are signed with them. ``{document.ends}`` stands for a fact, the
date and the country written as the language writes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from esspass.attestations import (
    country_name,
    date_name,
    end_date_name,
    enumerate_words,
    parse_day,
    plain_text,
)
from esspass.inspection.rules import Ending, RuleSet, parse_rule_set
from esspass.inspection.ruling import RuleResult, Ruling
from esspass.trust import read_rules

_PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)\}")
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_UNKNOWN = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """One rule's result in words; sentences are empty where it passed or did not apply."""

    id: str
    outcome: Ending
    reason: str
    question: str
    sentence: str = ""
    next: str = ""
    compare: str = ""
    source: str = ""
    source_verified: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """A ruling in words."""

    outcome: Ending
    title: str
    sentence: str
    next: str = ""
    compare: str = ""
    rules: tuple[RuleExplanation, ...] = ()


def explain(
    ruling: Ruling, facts: Mapping[str, Any], rules: RuleSet | None, locale: str
) -> Explanation:
    """Put a ruling of ``rules`` into words of ``locale``, English where there are none.

    The sentence is that of the deciding rule, else the outcome's own. Without signed rules the
    words are those this software came with; they decide nothing.
    """
    spoken = rules or installed_rules()
    locale = locale if locale in spoken.texts else "en"
    texts = spoken.texts[locale]
    explained = [_explain_rule(each, spoken, texts, facts, locale) for each in ruling.rules]
    outcome = texts["outcomes"][ruling.outcome.value]
    deciding = next((each for each in explained if each.id == ruling.rule), None)
    given = texts["submission"].get(ruling.reason, {}) if deciding is None else {}
    return Explanation(
        outcome=ruling.outcome,
        title=outcome["title"],
        sentence=deciding.sentence
        if deciding
        else fill(given.get("sentence") or outcome["sentence"], facts, locale),
        next=deciding.next if deciding else fill(given.get("next", ""), facts, locale),
        compare=deciding.compare if deciding else "",
        rules=tuple(each for each in explained if _is_shown(each, spoken, ruling.outcome)),
    )


@cache
def installed_rules() -> RuleSet:
    """Return the rule set this software came with: unsigned, for words and tests only."""
    installed = read_rules()
    return parse_rule_set(installed["rules"], installed["texts"])


def _is_shown(explained: RuleExplanation, rules: RuleSet, outcome: Ending) -> bool:
    rule = rules.find(explained.id)
    return rule is not None and outcome in rule.show_with


def fill(template: str, facts: Mapping[str, Any], locale: str) -> str:
    """Put facts into a sentence; what is not known becomes a dash."""
    return _PLACEHOLDER.sub(lambda match: _write(match[1], facts, locale), template)


def _explain_rule(
    result: RuleResult,
    rules: RuleSet,
    texts: Mapping[str, Any],
    facts: Mapping[str, Any],
    locale: str,
) -> RuleExplanation:
    words = texts["rules"][result.id]
    given = words.get("reasons", {}).get(result.reason, {})
    filled = {
        name: fill(given[name], facts, locale)
        for name in ("sentence", "next", "compare")
        if given.get(name)
    }
    rule = rules.find(result.id)
    source: Mapping[str, Any] = rule.source if rule else {"reference": "", "verified": False}
    return RuleExplanation(
        id=result.id,
        outcome=result.outcome,
        reason=result.reason,
        question=words["question"],
        source=source["reference"],
        source_verified=source["verified"],
        **filled,
    )


def _write(path: str, facts: Mapping[str, Any], locale: str) -> str:
    value: Any = facts
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return _write_value(path, value, locale)


def _write_value(path: str, value: Any, locale: str) -> str:
    if isinstance(value, list):
        words = [_write_value(path, item, locale) for item in value]
        return enumerate_words(words, locale) if words else _UNKNOWN
    if value is None or isinstance(value, bool | Mapping):
        return _UNKNOWN
    if path == "document.ends":
        return end_date_name(value, locale)
    if parse_day(value):
        return date_name(value, locale)
    if isinstance(value, str) and _COUNTRY.fullmatch(value):
        return country_name(value, locale)
    return plain_text(value)
