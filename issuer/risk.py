"""How risky a decision is: points by rules that are data (``specs/back_office/risk.json``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from esspass.attestations import Document, Pda1
from esspass.inspection.logic import Logic, parse_logic
from issuer.reasons import WithdrawalReason
from issuer.records import Record

VARIABLES = frozenset(
    {
        "action",
        "today",
        *(f"document.{name}" for name in ("kind", "code", "starts", "ends")),
        *(f"document.{name}" for name in ("employers", "states", "places", "copies")),
        "person.withdrawn_for_fraud",
        "withdrawal.reason",
        "withdrawal.effective",
    }
)


class Action(StrEnum):
    """What may need a second person."""

    GRANT = "grant"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why a document is to be withdrawn, and from which day on."""

    reason: WithdrawalReason
    effective: date


@dataclass(frozen=True, slots=True)
class RiskRule:
    """One rule; ``titles`` per language, ``source`` the text it rests on, ``verified`` if read."""

    id: str
    points: int
    when: Logic
    titles: Mapping[str, str]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """The points of a decision, and the ids of the rules that gave them."""

    points: int
    rules: tuple[str, ...]


@cache
def risk_rules() -> Mapping[str, RiskRule]:
    """Return the rules by id."""
    text = files("specs").joinpath("back_office", "risk.json").read_text(encoding="utf-8")
    return {rule["id"]: _parse_rule(rule) for rule in json.loads(text)["rules"]}


def _parse_rule(rule: Mapping[str, Any]) -> RiskRule:
    source = rule["source"]
    return RiskRule(
        rule["id"], rule["points"], parse_logic(rule["when"], VARIABLES), rule["titles"],
        source["reference"], source["verified"],
    )  # fmt: skip


def assess(facts: Mapping[str, Any]) -> Risk:
    """Add up the rules that hold for ``facts`` (``create_facts``)."""
    found = [rule for rule in risk_rules().values() if rule.when.holds(facts)]
    return Risk(sum(rule.points for rule in found), tuple(rule.id for rule in found))


def create_facts(
    record: Record, withdrawal: Withdrawal | None, *, copies: int, frauds: int, now: int
) -> dict[str, Any]:
    """Write what the rules ask for about granting a decision, or withdrawing it."""
    return {
        "action": Action.WITHDRAW if withdrawal else Action.GRANT,
        "today": datetime.fromtimestamp(now, UTC).date().isoformat(),
        "document": {"kind": record.kind, "copies": copies, **_describe(record.document)},
        "person": {"withdrawn_for_fraud": frauds},
        "withdrawal": {
            "reason": withdrawal.reason if withdrawal else None,
            "effective": withdrawal.effective.isoformat() if withdrawal else None,
        },
    }


def _describe(document: Document) -> dict[str, Any]:
    days = {name: getattr(document, name, None) for name in ("starts", "ends")}
    described: dict[str, Any] = {
        name: day.isoformat() if day else None for name, day in days.items()
    }
    if not isinstance(document, Pda1):
        return {**described, "code": None, "employers": 0, "states": 0, "places": 0}
    return {
        **described,
        "code": document.status_confirmation,
        "employers": len(document.employments),
        "states": len(document.states_of_activity),
        "places": sum(len(state.places) for state in document.states_of_activity),
    }
