"""How a question about a document, or the dialogue of Decision A1, stands for one institution.

The message flow is our own (EESSI has none); its time limits come with their sources out of the
case type, marked verified or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from esspass.exchange.case_type import CaseType, DeadlineRule, case_type
from esspass.exchange.model import (
    Case,
    CaseStatus,
    Deadline,
    DocumentState,
    DocumentStatus,
    Message,
)
from esspass.exchange.standing import Stage, Standing, Step, StepState

DIALOGUE = "DA_BUC_01"
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "LA_BUC_06": ("A005", "A006"),
    "H_BUC_01": ("H001", "H002"),
}
"""Case types in which an institution asks, with the question and its reply."""
STEPS = ("DA01", "DA02", "DA03", "DA04", "DA05", "DA06", "DA07", "DA08", "DA09")
_ANSWER, _REFERRAL, _AGREEMENT, _CONCILIATION, _END = "DA04", "DA05", "DA07", "DA08", "DA09"
OUTCOMES = (_ANSWER, _AGREEMENT, _END)
"""The messages that say what becomes of the document: of institution, authorities, conciliation."""
_UNDECIDED = frozenset({"no_agreement", "no_opinion"})


def read_standing_of_case(
    case: Case, messages: Iterable[Message], deadlines: Sequence[Deadline], now: int
) -> Standing:
    """Return how a case of ``DIALOGUE`` or of ``QUESTIONS`` stands, with its steps.

    ``messages`` are all of the case, ``deadlines`` the open ones.
    """
    said = _find_said(case.documents)
    if case.type in QUESTIONS:
        return _read_question(case, said, now)
    outcome = _find_outcome(said, messages)
    ended = case.status is not CaseStatus.OPEN or _is_final(said, outcome)
    stage = _find_stage(said, ended=ended)
    steps = _Steps(case_type(case.type, case.version), said, deadlines, now, ended=ended)
    since = max((document.first_at for document in said.values()), default=case.opened_at)
    if stage in _BEGINS and not ended:
        since = said[_BEGINS[stage]].first_at
    return Standing(stage, since, outcome, tuple(map(steps.read, STEPS)))


_BEGINS = {Stage.AUTHORITIES: _REFERRAL, Stage.CONCILIATION: _CONCILIATION}


def _find_said(documents: Iterable[DocumentState]) -> dict[str, DocumentState]:
    """The latest valid document of each type."""
    valid = [each for each in documents if each.status is DocumentStatus.VALID]
    return {each.sed: each for each in sorted(valid, key=lambda each: each.latest_at)}


def _read_question(case: Case, said: Mapping[str, DocumentState], now: int) -> Standing:
    asked, reply = QUESTIONS[case.type]
    answered = reply in said
    ended = answered or case.status is not CaseStatus.OPEN
    first, second = said.get(asked), said.get(reply)
    steps = (
        Step(asked, StepState.DONE, first.first_at if first else case.opened_at),
        Step(
            reply,
            StepState.DONE if answered else StepState.LEFT_OUT if ended else StepState.CURRENT,
            second.first_at if second else None,
        ),
    )
    latest = max((document.first_at for document in said.values()), default=case.opened_at)
    outcome = "answered" if answered else ""
    return Standing(Stage.ENDED if ended else Stage.ASKED, min(latest, now), outcome, steps)


def _find_outcome(said: Mapping[str, DocumentState], messages: Iterable[Message]) -> str:
    """What the latest answer says: of the institution, the authorities, or the conciliation."""
    answers = [said[sed] for sed in OUTCOMES if sed in said]
    if not answers:
        return ""
    latest = max(answers, key=lambda each: each.latest_at)
    found = [each for each in messages if each.set_id == latest.set_id]
    content = max(found, key=lambda each: each.version).content if found else {}
    return _read_outcome(content)


def _read_outcome(content: Mapping[str, Any]) -> str:
    if "Answer" in content:
        return str(next(iter(content["Answer"]))).lower()
    for name in ("OutcomeAuthorities", "OutcomeConciliation"):
        if name in content:
            outcome = str(content[name]["outcome"])
            return "not_agreed" if outcome in _UNDECIDED else outcome
    return ""


def _is_final(said: Mapping[str, DocumentState], outcome: str) -> bool:
    """A maintained document may go to the authorities, and their disagreement to conciliation."""
    if _END in said or outcome in ("corrected", "withdrawn"):
        return True
    return _AGREEMENT in said and _CONCILIATION not in said and outcome == "maintained"


def _find_stage(said: Mapping[str, DocumentState], *, ended: bool) -> Stage:
    if ended:
        return Stage.ENDED
    if _CONCILIATION in said:
        return Stage.CONCILIATION
    return Stage.AUTHORITIES if _REFERRAL in said else Stage.DIALOGUE


class _Steps:
    """The steps of a dialogue, each with its time limit."""

    def __init__(
        self,
        kind: CaseType,
        said: Mapping[str, DocumentState],
        deadlines: Sequence[Deadline],
        now: int,
        *,
        ended: bool,
    ) -> None:
        self._rules, self._said, self._now = kind.deadlines, said, now
        self._due = {each.kind: each.due_at for each in deadlines}
        self._awaited = frozenset() if ended else _find_awaited(said)
        self._over = ended

    def read(self, sed: str) -> Step:
        """Return one step."""
        rule = self._find_rule(sed)
        at = self._said[sed].first_at if sed in self._said else None
        due = self._due.get(rule.kind) if rule and at is None else None
        source, verified = (rule.source, rule.verified) if rule else ("", False)
        state = self._find_state(sed, due)
        left_out = state is StepState.LEFT_OUT
        return Step(sed, state, at, None if left_out else due, source, verified)

    def _find_rule(self, sed: str) -> DeadlineRule | None:
        """The time limit that this message ends; of two, the one that ends with it alone."""
        found = [rule for rule in self._rules if sed in rule.until]
        return min(found, key=lambda rule: len(rule.until), default=None)

    def _find_state(self, sed: str, due: int | None) -> StepState:
        if sed in self._said:
            return StepState.DONE
        if sed in self._awaited:
            return StepState.LATE if due is not None and due < self._now else StepState.CURRENT
        later = STEPS[STEPS.index(sed) + 1 :]
        if self._over or any(each in self._said for each in later):
            return StepState.LEFT_OUT
        return StepState.TO_COME


def _find_awaited(said: Mapping[str, DocumentState]) -> frozenset[str]:
    """What somebody must say next."""
    if _CONCILIATION in said:
        return frozenset({_END})
    if _REFERRAL in said:
        return frozenset({"DA06", _AGREEMENT} - said.keys())
    return frozenset() if _ANSWER in said else frozenset({"DA02", _ANSWER} - said.keys())
