"""Would my document cover me there, then, for them? The rules of inspection, run for the holder.

The same rule set that verifiers run, on what the wallet holds. Whoever holds the document counts as
the person it names, with the key to prove it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from esspass.errors import MalformedError
from esspass.inspection import Credential, Decision, Explanation, Situation, explain, rule
from esspass.inspection.explain import installed_rules
from esspass.inspection.sources import read_rule_set
from esspass.trust import TrustView
from esspass.verdict import Verdict

_IS_HOLDER: Mapping[str, bool | None] = {"same_person": True, "same_patient": True}
SITUATIONS = {"pda1": "work", "ehic": "care"}
"""The kind of situation that each kind of document is about."""

OUTCOME_KINDS = {"COVERED": "good", "NOT_COVERED": "bad", "NOT_A_CREDENTIAL": "bad"}
"""How outcomes are marked on pages; all others are neither good nor bad."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The answer: the ruling, in words, and the version of the rules it was found by."""

    decision: Decision = field(repr=False)
    explanation: Explanation

    @property
    def outcome(self) -> str:
        """COVERED, NOT_COVERED, DOUBT, CANNOT_DECIDE or NOT_A_CREDENTIAL."""
        return self.decision.ruling.outcome.value


def create_cover(
    verdict: Verdict[Credential], view: TrustView, situation: Situation,
    answers: Mapping[str, bool | None], locale: str, now: int,
) -> Cover:  # fmt: skip
    """Rule on a held credential as a verifier would on that day with these answers."""
    answered = {**answers, **_IS_HOLDER}
    credential = verdict.evidence
    decision = rule(verdict.findings, credential, view, situation, answered, (), now)
    rules = read_rule_set(view)
    return Cover(decision, explain(decision.ruling, decision.facts, rules, locale))


def name_ending(outcome: str, locale: str) -> str:
    """Name an outcome in the words of the rules, as this software came with them."""
    texts = installed_rules().texts
    return str(texts.get(locale, texts["en"])["outcomes"][outcome]["title"])


def read_employers(credential: Credential) -> tuple[tuple[str, str], ...]:
    """Return name and number of each employer that the document names."""
    try:
        employers = credential.presented().employers or ()
    except MalformedError:
        return ()
    named = dict.fromkeys((each.name or "", each.id or "") for each in employers)
    return tuple(each for each in named if any(each))
