"""The States in which the work is done: the first one asked for, and others named beside it.

A posting to each State is a certificate of its own (Reg. 883/2004 Art. 12); regular work in
several States is one certificate that names them all (Art. 13).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from issuer.bearer import create_identifier
from issuer.filing.form import Problem, Question, state_questions

Answers = Mapping[str, str]
SEVERAL = frozenset({"02", "04"})
POSTED = frozenset({"01", "03"})
MAX_STATES = 31
_OTHERS, _ID = "states", "id"
_PLACE = ("work_name", "work_town")


def read_others(answers: Answers) -> list[dict[str, str]]:
    """Return the States named beside the first, each with an ``id``; none for other work."""
    if answers.get("work") not in SEVERAL | POSTED:
        return []
    found: list[dict[str, str]] = json.loads(answers.get(_OTHERS) or "[]")
    return found


def add_other(answers: Answers, state: Answers) -> dict[str, str]:
    """Return the answers with one more State."""
    return _write(answers, [*read_others(answers), {**state, _ID: create_identifier()}])


def replace_other(answers: Answers, state_id: str, state: Answers) -> dict[str, str]:
    """Return the answers with another word on one State."""
    others = [
        {**state, _ID: state_id} if each[_ID] == state_id else each for each in read_others(answers)
    ]
    return _write(answers, others)


def remove_other(answers: Answers, state_id: str) -> dict[str, str]:
    """Return the answers without a State; without it already, they are the same."""
    return _write(answers, [each for each in read_others(answers) if each[_ID] != state_id])


def _write(answers: Answers, others: Sequence[Answers]) -> dict[str, str]:
    return {**answers, _OTHERS: json.dumps(list(others), ensure_ascii=False)}


def read_states(answers: Answers) -> list[dict[str, str]]:
    """Return every State abroad, the first one too, as answers to the questions about it."""
    names = [question.id for question in state_questions(answers.get("work", ""))]
    first = {name: answers.get(name, "") for name in names}
    return [{**first, _ID: ""}, *(_complete(each, answers) for each in read_others(answers))]


def _complete(state: Answers, answers: Answers) -> dict[str, str]:
    """Regular work lasts the whole period unless something else is said."""
    period = {name: state.get(name) or answers.get(name, "") for name in ("starts", "ends")}
    return {**state, **period}


def split_postings(answers: Answers) -> list[tuple[str, dict[str, str]]]:
    """Return the certificates that are asked for: the id of the State, and what is said of it.

    The first one's id is empty. Only postings are split.
    """
    if answers.get("work") not in POSTED:
        return [("", dict(answers))]
    alone = {name: value for name, value in answers.items() if name != _OTHERS}
    return [(state[_ID], {**alone, **state}) for state in read_states(answers)]


def parse_state(
    form: Mapping[str, str], work: str
) -> tuple[dict[str, str], list[tuple[Question, Problem]]]:
    """Return what was said about one more State, and what is wrong with it."""
    is_fixed = form.get("work_fixed") == "yes"
    answers, wrong = {}, []
    for question in state_questions(work):
        asked = replace(question, words={**question.words, "optional": False}) \
            if is_fixed and question.id in _PLACE else question  # fmt: skip
        value, problem = asked.parse(form.get(question.id, "")[:2000])
        answers[question.id] = value
        if problem:
            wrong.append((question, problem))
    return answers, wrong


def describe_states(answers: Answers, own_country: str) -> dict[str, Any]:
    """Return what the rules ask about the States, shares in per cent, null where unknown."""
    states = read_states(answers)
    countries = {state.get("work_country") for state in states} - {None, ""}
    shares = [_read_share(state.get("share")) for state in states]
    here = _read_share(answers.get("share_here"))
    worked = [share for share in (here or None, *shares) if share is not None]
    return {
        "states": len(countries | ({own_country} if here else set())),
        "share_here": here,
        "share_total": None if None in (here, *shares) else sum(worked),
        "share_least": min(worked, default=None) if None not in shares else None,
        "at_once": _are_at_once(states),
    }


def _read_share(value: str | None) -> int | None:
    return int(value) if value else None


def _are_at_once(states: Iterable[Answers]) -> bool:
    """Say whether the work in two States falls on the same day."""
    periods = [(each.get("starts") or "", each.get("ends") or "") for each in states]
    return any(one[0] <= other[1] and other[0] <= one[1] for one, other in combinations(periods, 2))
