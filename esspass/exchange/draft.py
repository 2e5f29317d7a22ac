"""From a draft to a message: only what ``find_actions`` offers now becomes one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from esspass.exchange.actions import ABOUT, find_actions
from esspass.exchange.board import create_board
from esspass.exchange.case_type import case_type, read_joining
from esspass.exchange.copy import find_causes, find_document
from esspass.exchange.membership import find_told, verify_joining
from esspass.exchange.model import (
    Action,
    Case,
    Draft,
    Message,
    MessageAction,
    NewIds,
    RefusedMessageError,
)

_JOINED, _LEFT = "01", "02"


def create_start(
    case_type_id: str, case_id: str, draft: Draft, sender: str, ids: NewIds, now: int
) -> Message:
    """Build the message that begins a case; ``open_case`` refuses it if it may not.

    Raises MalformedError ``unknown_case_type``.
    """
    kind = case_type(case_type_id)
    return Message(
        message_id=ids.message_id,
        case_id=case_id,
        case_type=kind.id,
        case_version=kind.version,
        sed=draft.sed,
        set_id=ids.set_id,
        version=1,
        action=MessageAction.START,
        sender=sender,
        receivers=draft.receivers or (),
        sent_at=now,
        content=draft.content,
        attachments=draft.attachments,
    )


def create_message(case: Case, draft: Draft, ids: NewIds, now: int) -> Message:
    """Build the next message of a case, for ``apply_message`` and its receivers.

    Raises RefusedMessageError: ``not_allowed_now``, ``case_closed``, ``not_a_participant``.
    """
    action = _choose_action(case, draft, now)
    updated = find_document(case, action.set_id) if action.action is MessageAction.UPDATE else None
    message = Message(
        message_id=ids.message_id,
        case_id=case.id,
        case_type=case.type,
        case_version=case.version,
        sed=draft.sed,
        set_id=updated.set_id if updated else ids.set_id,
        version=updated.version + 1 if updated else 1,
        action=action.action,
        sender=case.me,
        receivers=_choose_receivers(case, action, draft),
        sent_at=now,
        content=draft.content,
        related_set_id=action.set_id if draft.sed in ABOUT else action.related_set_id,
        attachments=draft.attachments,
    )
    return _add_knowledge(case, message)


def _add_knowledge(case: Case, message: Message) -> Message:
    after = find_causes(case, message.receivers)
    return replace(message, after=after, facts=find_told(case, message))


def create_relay_content(case: Case) -> dict[str, Any]:
    """The content of X100 that a machine sends so that all know who is in the case."""
    changes = [(each, _JOINED) for each in case.participants]
    changes += [(each, _LEFT) for each in case.former]
    return {
        "ChangesParticipants": [
            {"Institution": {"institutionID": each}, "typeChange": change}
            for each, change in changes
        ]
    }


def _choose_action(case: Case, draft: Draft, now: int) -> Action:
    offered = [
        action
        for action in find_actions(case, now)
        if action.sed == draft.sed and not action.local and action.available_at <= now
    ]
    if draft.set_id is None and draft.related_set_id is None:
        new = [each for each in offered if each.action is MessageAction.NEW]
        plain = [each for each in new if each.related_set_id is None and each.set_id is None]
        chosen = plain or (new if len(new) == 1 else [])
    else:
        chosen = [each for each in offered if _is_about(each, draft)]
    if not chosen:
        raise refuse_action(case)
    return chosen[0]


def _is_about(action: Action, draft: Draft) -> bool:
    if action.sed in ABOUT:
        return action.set_id in (draft.set_id, draft.related_set_id)
    if draft.set_id is not None:
        return action.set_id == draft.set_id
    return action.set_id is None and action.related_set_id == draft.related_set_id


def _choose_receivers(case: Case, action: Action, draft: Draft) -> tuple[str, ...]:
    chosen = draft.receivers
    if chosen is not None and not action.pick and set(chosen) != set(action.receivers):
        raise RefusedMessageError("this message goes to all that it concerns")
    picked = action.receivers if chosen is None else tuple(dict.fromkeys(chosen))
    if not picked or not set(picked) <= set(action.receivers):
        raise RefusedMessageError("a receiver is no participant", code="not_a_participant")
    verify_joining(create_board(case), draft.sed, draft.content)
    return (*picked, *read_joining(draft.sed, draft.content))


def refuse_action(case: Case) -> RefusedMessageError:
    """Why a copy offers no such action."""
    if case.me not in case.participants:
        return RefusedMessageError("the institution left the case", code="not_a_participant")
    if create_board(case).shape.closings:
        return RefusedMessageError("the case is closed", code="case_closed")
    return RefusedMessageError("this message is not allowed now")
