"""The rule set: questions, conditions, outcomes, sources and words, all of them data.

``specs/inspection`` holds it, the list operator signs it, every verdict names its version.
Whatever is not understood refuses the whole set: half a rule set would decide wrongly in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from esspass.attestations import parse_day
from esspass.errors import MalformedError
from esspass.inspection.facts import day_of, fact_variables
from esspass.inspection.logic import Logic, parse_logic

MAX_RULES = 200
MAX_TEXT = 4000
KINDS = frozenset({"pda1", "ehic"})
AUTHENTICITY, SITUATION = "authenticity", "situation"
_SET = frozenset({"id", "version", "valid_from", "valid_until", "questions", "rules"})
_RULE = frozenset({"id", "kinds", "stage", "cases", "source"})
_OPTIONAL = frozenset({"applies", "needs", "missing", "show_with"})


class Ending(StrEnum):
    """How a rule, or the whole ruling, ended; ``severity`` orders them."""

    NOT_A_CREDENTIAL = "NOT_A_CREDENTIAL"
    NOT_COVERED = "NOT_COVERED"
    CANNOT_DECIDE = "CANNOT_DECIDE"
    DOUBT = "DOUBT"
    COVERED = "COVERED"
    ASK = "ASK"
    INFO = "INFO"
    PASSED = "PASSED"
    NOT_APPLICABLE = "NOT_APPLICABLE"

    @property
    def severity(self) -> int:
        """The worse the higher; 0 for all that leaves a person covered."""
        return len(_WORST) - _WORST.index(self) if self in _WORST else 0


_WORST = (Ending.NOT_A_CREDENTIAL, Ending.NOT_COVERED, Ending.CANNOT_DECIDE, Ending.DOUBT)
TITLED = (*_WORST, Ending.COVERED)
"""The outcomes a ruling can have; each has a title and a sentence."""
SUBMISSION = (
    "not_ours", "eu_covid_certificate", "a_url", "torn", "too_large", "other_document",
    "application_only",
    "rules_missing", "rules_expired",
)  # fmt: skip
"""Reasons of a ruling that no rule gave: what was scanned is not ours, or no rules are there."""
CASE_ENDINGS = frozenset({*_WORST, Ending.ASK, Ending.INFO})


@dataclass(frozen=True, slots=True)
class Case:
    """If ``when`` holds, the rule ends so; None for what happens when a needed fact is missing."""

    when: Logic | None
    outcome: Ending
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One question to the facts. ``source`` is ``{"reference", "verified"}``.

    ``show_with`` names the rulings beside which its note is worth reading; it decides nothing.
    """

    id: str
    kinds: frozenset[str]
    stage: str
    applies: Logic
    needs: tuple[Logic, ...]
    missing: Case | None
    cases: tuple[Case, ...]
    source: Mapping[str, Any] = field(repr=False)
    show_with: frozenset[Ending] = frozenset(TITLED)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason it can give."""
        cases = (*self.cases, self.missing) if self.missing else self.cases
        return tuple(dict.fromkeys(case.reason for case in cases))


@dataclass(frozen=True, slots=True)
class Question:
    """What only a person can answer, and the rule that asks."""

    id: str
    kind: str
    rule: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A checked rule set. ``valid_from`` and ``valid_until`` are ISO days, both included.

    ``next_update``: when its publisher owes the next issue, epoch seconds; None if never.
    """

    id: str
    version: str
    valid_from: str
    valid_until: str
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]
    texts: Mapping[str, Mapping[str, Any]] = field(repr=False)
    next_update: int | None = None

    def is_in_force(self, now: int) -> bool:
        """Say whether it is in force, and as fresh as its publisher promised."""
        fresh = self.next_update is None or now < self.next_update
        return fresh and self.valid_from <= (day_of(now) or "") <= self.valid_until

    def find(self, rule_id: str) -> Rule | None:
        """Return the rule of this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def complete_answers(self, answers: Mapping[str, bool | None]) -> dict[str, bool | None]:
        """Return an answer to every question, None where nobody answered; others are dropped."""
        return {question.id: answers.get(question.id) for question in self.questions}


def parse_rule_set(document: Any, texts: Any) -> RuleSet:
    """Check ``rules.json`` and all ``texts`` (by locale).

    Raises MalformedError: ``rule_set_malformed``, ``rule_operator``, ``rule_variable``,
    ``rule_size``, ``rule_text_missing``.
    """
    members = _object(document, _SET, frozenset())
    questions = tuple(_parse_question(each) for each in _list(members["questions"], lowest=0))
    variables = fact_variables(question.id for question in questions)
    rules = tuple(_parse_rule(each, variables) for each in _list(members["rules"]))
    _require(len({r.id for r in rules}) == len(rules), "holds a rule twice")
    _require(len({q.id for q in questions}) == len(questions), "holds a question twice")
    rule_set = RuleSet(
        id=_text(members["id"]),
        version=_text(members["version"]),
        valid_from=_day(members["valid_from"]),
        valid_until=_day(members["valid_until"]),
        questions=questions,
        rules=rules,
        texts=texts if isinstance(texts, dict) else {},
    )
    _require(rule_set.valid_from <= rule_set.valid_until, "ends before it begins")
    _verify_texts(rule_set)
    return rule_set


def _parse_question(value: Any) -> Question:
    members = _object(value, frozenset({"id", "kind", "rule"}), frozenset())
    _require(members["kind"] in KINDS, "asks about an unknown kind of document")
    return Question(_text(members["id"]), members["kind"], _text(members["rule"]))


def _parse_rule(value: Any, variables: frozenset[str]) -> Rule:
    members = _object(value, _RULE, _OPTIONAL)
    kinds = frozenset(_text(kind) for kind in _list(members["kinds"]))
    _require(kinds <= KINDS, "is about an unknown kind of document")
    _require(members["stage"] in (AUTHENTICITY, SITUATION), "has a rule of an unknown stage")
    needs = [_text(name) for name in _list(members.get("needs", []), lowest=0)]
    missing = members.get("missing")
    _require(not needs or missing is not None, "does not say what a missing fact means")
    return Rule(
        id=_text(members["id"]),
        kinds=kinds,
        stage=members["stage"],
        applies=parse_logic(members.get("applies", True), variables),
        needs=tuple(parse_logic({"var": name}, variables) for name in needs),
        missing=None if missing is None else _parse_ending(missing, None),
        cases=tuple(_parse_case(c, variables) for c in _list(members["cases"], lowest=0)),
        source=_parse_source(members["source"]),
        show_with=_parse_rulings(members.get("show_with", list(TITLED))),
    )


def _parse_case(value: Any, variables: frozenset[str]) -> Case:
    members = _object(value, frozenset({"when", "outcome", "reason"}), frozenset())
    when = parse_logic(members["when"], variables)
    return _parse_ending({name: members[name] for name in ("outcome", "reason")}, when)


def _parse_ending(value: Any, when: Logic | None) -> Case:
    members = _object(value, frozenset({"outcome", "reason"}), frozenset())
    _require(members["outcome"] in CASE_ENDINGS, "knows an unknown outcome")
    return Case(when, Ending(members["outcome"]), _text(members["reason"]))


def _parse_rulings(value: Any) -> frozenset[Ending]:
    names = _list(value)
    _require(all(name in TITLED for name in names), "is to be shown with an unknown ruling")
    return frozenset(Ending(name) for name in names)


def _parse_source(value: Any) -> Mapping[str, Any]:
    members = _object(value, frozenset({"reference", "verified"}), frozenset())
    _text(members["reference"])
    _require(isinstance(members["verified"], bool), "does not say whether a source is verified")
    return members


def _verify_texts(rule_set: RuleSet) -> None:
    """Every locale that is there says everything; English is always there."""
    if "en" not in rule_set.texts:
        raise MalformedError("the rule set has no words", code="rule_text_missing")
    wanted: list[tuple[str, ...]] = [
        ("outcomes", ending.value, part) for ending in TITLED for part in ("title", "sentence")
    ]
    wanted += [("questions", question.id, "text") for question in rule_set.questions]
    wanted += [
        ("submission", reason, part) for reason in SUBMISSION for part in ("sentence", "next")
    ]
    for rule in rule_set.rules:
        wanted.append(("rules", rule.id, "question"))
        wanted += [
            ("rules", rule.id, "reasons", reason, part)
            for reason in rule.reasons
            for part in ("sentence", "next")
        ]
    for locale, texts in rule_set.texts.items():
        for path in wanted:
            if not _is_text(_select(texts, path)):
                raise MalformedError(
                    f"the rule set lacks {'.'.join(path)} in {locale}", code="rule_text_missing"
                )


def _select(value: Any, path: Sequence[str]) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _object(value: Any, required: frozenset[str], optional: frozenset[str]) -> Mapping[str, Any]:
    _require(isinstance(value, dict), "holds something that should be an object")
    _require(value.keys() >= required, "lacks a member")
    _require(value.keys() <= required | optional, "holds an unexpected member")
    return dict(value)


def _list(value: Any, *, lowest: int = 1) -> list[Any]:
    _require(isinstance(value, list) and lowest <= len(value) <= MAX_RULES, "holds no proper list")
    return list(value)


def _text(value: Any) -> str:
    _require(_is_text(value), "lacks a text")
    return str(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT


def _day(value: Any) -> str:
    _require(parse_day(value) is not None, "holds something that is no date")
    return str(value)


def _require(condition: object, what: str) -> None:
    if not condition:
        raise MalformedError(f"the rule set {what}", code="rule_set_malformed")
