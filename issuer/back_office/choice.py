"""What a clerk may do in a case, as links: answers, new messages, the case itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from esspass.exchange.model import Action, MessageAction
from issuer.back_office import exchange_texts as texts


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the clerk may do: its words, where it leads, from when (0: now)."""

    words: str
    sed: str
    href: str
    available_at: int = 0


def arrange(case_id: str, actions: Sequence[Action]) -> dict[str, list[Choice]]:
    """Sort what may be done: answers, new messages, the case itself, by message."""
    arranged: dict[str, list[Choice]] = {"answers": [], "new": [], "case": []}
    for action in actions:
        if not action.local and not action.system:
            arranged.setdefault(_place(action), []).append(_choice(case_id, action))
    return arranged


def _place(action: Action) -> str:
    if action.related_set_id and action.action is not MessageAction.UPDATE:
        return "answers"
    if action.set_id:
        return action.set_id
    return "case" if action.sed.startswith("X") else "new"


def _choice(case_id: str, action: Action) -> Choice:
    update = action.action is MessageAction.UPDATE
    href = url_for(
        "case_forms.write",
        case_id=case_id,
        sed=action.sed,
        about=action.set_id or action.related_set_id,
        update=1 if update else None,
    )
    return Choice(texts.action_words(action), action.sed, href, action.available_at)
