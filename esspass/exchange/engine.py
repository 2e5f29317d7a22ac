"""The case engine: opens a case, takes a message into it, refuses what was not allowed.

A message is judged by what its sender could know when it sent it (``after``), not by what the
receiver knows meanwhile. So messages that cross are taken by both sides, and since a copy follows
from the set of its messages, both end up the same. ADR 0011 states the rule.
"""

from __future__ import annotations

from dataclasses import replace

from esspass.exchange.actions import ABOUT, find_actions, find_possible
from esspass.exchange.board import Board, create_board
from esspass.exchange.case_type import (
    LOCAL_CLOSE,
    CaseType,
    Flag,
    case_type,
    find_marks,
    read_joining,
)
from esspass.exchange.copy import (
    create_copy,
    create_view,
    find_document,
    is_partial,
    replace_log,
)
from esspass.exchange.deadlines import find_deadlines
from esspass.exchange.draft import (
    create_message,
    create_relay_content,
    create_start,
    refuse_action,
)
from esspass.exchange.membership import find_effects, read_told, verify_joining, verify_told
from esspass.exchange.model import (
    Action,
    Case,
    Message,
    MessageAction,
    RefusedMessageError,
    Role,
    Step,
)
from esspass.exchange.shape import JOINING, find_facts, is_started

__all__ = [
    "apply_message",
    "close_locally",
    "create_message",
    "create_relay_content",
    "create_start",
    "find_actions",
    "find_deadlines",
    "note_undelivered",
    "open_case",
]


def open_case(message: Message, me: str) -> Case:
    """Begin a copy: with the message that starts the case, or the one that brings ``me`` into it.

    Raises MalformedError ``unknown_case_type``, ``wrong_case_version`` and RefusedMessageError:
    ``unknown_sed``, ``not_allowed_now``, ``not_a_participant``, ``attachments_not_allowed``, and
    ``reordered`` for any other message: what it builds on has not arrived.
    """
    kind = case_type(message.case_type, message.case_version)
    _verify_parties(message, kind, me)
    if message.action is MessageAction.START:
        _verify_start(message, kind)
        everyone = (message.sender, *message.receivers)
        facts = frozenset({f"started {message.sender}", *(f"joined {each}" for each in everyone)})
    else:
        facts = read_told(message)
        if message.sender == me or not _is_invitation(message, me) or message.after.get(me):
            raise RefusedMessageError("the case has not begun here", code="reordered")
    log = (_create_step(message, facts),)
    return create_copy(message.case_id, kind.id, kind.version, me, log, message.sent_at)


def apply_message(case: Case, message: Message, now: int) -> Case:
    """Take a message into the copy, one's own or one received.

    Raises RefusedMessageError: ``wrong_case``, ``wrong_case_version``, ``unknown_sed``,
    ``not_a_participant``, ``replayed``, ``reordered`` (what it builds on has not arrived: it may be
    offered again later), ``case_closed``, ``not_allowed_now``, ``attachments_not_allowed``.
    """
    kind = case_type(case.type, case.version)
    if (message.case_id, message.case_type) != (case.id, case.type):
        raise RefusedMessageError("the message belongs to another case", code="wrong_case")
    if message.case_version != case.version:
        raise RefusedMessageError("the case has another version", code="wrong_case_version")
    _verify_parties(message, kind, case.me)
    _verify_new(case, message)
    told = read_told(message)
    if message.sender == case.me:
        _verify_allowed(case, create_board(case), message)
    else:
        verify_told(told, case.me, find_facts(case.log))
        _verify_received(case, message)
    step = _create_step(message, find_effects(case, message) | told)
    return replace_log(case, (*case.log, step), now)


def close_locally(case: Case, now: int) -> Case:
    """Close the own copy only; the next message, in or out, opens it again.

    Raises RefusedMessageError ``not_allowed_now``.
    """
    if not any(action.sed == LOCAL_CLOSE for action in find_actions(case, now)):
        raise RefusedMessageError("this copy cannot be closed by itself")
    return create_copy(
        case.id, case.type, case.version, case.me, case.log, now, locally_closed=True
    )


def note_undelivered(case: Case, message_id: str, receiver: str, now: int) -> Case:
    """Note that an own message was given up for a receiver: later ones no longer wait for it.

    The receiver may get the document by its next version.
    """
    log = tuple(
        replace(step, undelivered=step.undelivered | {receiver})
        if step.message_id == message_id
        else step
        for step in case.log
    )
    return replace(case, log=log, changed_at=now)


def _verify_parties(message: Message, kind: CaseType, me: str) -> None:
    if message.sed not in kind.seds:
        raise RefusedMessageError("the case type has no such message", code="unknown_sed")
    if me not in (message.sender, *message.receivers) or message.sender in message.receivers:
        raise RefusedMessageError("the message is for others", code="not_a_participant")


def _verify_start(message: Message, kind: CaseType) -> None:
    rights = [each for each in kind.find_rights(Role.CASE_OWNER, message.sed) if each.starts]
    alone = len(message.receivers) == 1
    if not rights or message.version != 1 or not (alone or kind.multilateral):
        raise RefusedMessageError("a case of this type does not begin so")
    if message.related_set_id is not None or not message.receivers or message.facts:
        raise RefusedMessageError("the first message builds on nothing")
    _verify_attachments(message, any(Flag.ATTACH in right.flags for right in rights))


def _verify_new(case: Case, message: Message) -> None:
    """A version counts on from the one before, and no message comes twice."""
    known = {(step.sender, step.set_id, step.version) for step in case.log}
    repeated = any(step.message_id == message.message_id for step in case.log)
    if repeated or (message.sender, message.set_id, message.version) in known:
        raise RefusedMessageError("the message was taken before", code="replayed")
    document = find_document(case, message.set_id)
    if document and document.sender != message.sender:
        raise RefusedMessageError("the document is another institution's")
    latest = document.version if document else 0
    if message.version < latest:
        raise RefusedMessageError("the version is older", code="replayed")
    if message.version > latest + 1 and not _is_next(case, message):
        raise RefusedMessageError("earlier versions are missing", code="reordered")


def _is_next(case: Case, message: Message) -> bool:
    """Say whether the sender names its last message to us: what is missing never went to us."""
    last = [step.message_id for step in case.log if step.sender == message.sender]
    return is_partial(case) or bool(last and last[-1] in message.after.get(case.me, ()))


def _verify_received(case: Case, message: Message) -> None:
    """Judge by the sender's view; who brings us in, as others did, need not be known here."""
    if not _is_invitation(message, case.me):
        _verify_allowed(case, create_board(_view_sender(case, message), case.me), message)


def _view_sender(case: Case, message: Message) -> Case:
    known = {step.message_id for step in case.log}
    missing = not known.issuperset(message.after.get(case.me, ()))
    related = message.related_set_id
    if not is_partial(case) and related and find_document(case, related) is None:
        missing = True
    if missing:
        raise RefusedMessageError("what it builds on has not arrived", code="reordered")
    return create_view(case, message)


def _verify_allowed(case: Case, board: Board, message: Message) -> None:
    """The message is one of the actions its sender had; a late joiner judges only the kind."""
    if message.sender not in board.shape.speakers:
        raise RefusedMessageError("the sender is not in the case", code="not_a_participant")
    offered = [
        action
        for action in find_possible(board, message.sent_at)
        if action.sed == message.sed and not action.local and action.available_at == 0
    ]
    matching = [each for each in offered if _matches(each, message)]
    if not matching and not _is_possible_for_late(case, board, message):
        raise refuse_action(board.case)
    allowed = any(each.attachments for each in matching) if matching else True
    _verify_attachments(message, allowed)
    verify_joining(board, message.sed, message.content)


def _is_invitation(message: Message, me: str) -> bool:
    """Say whether the message brings this institution into the case, and says into what."""
    invited = message.sed in JOINING and me in read_joining(message.sed, message.content)
    joined = {f"joined {message.sender}", f"joined {me}"}
    return invited and is_started(message.facts) and joined <= set(message.facts)


def _matches(action: Action, message: Message) -> bool:
    if action.action is not message.action:
        return False
    if action.action is MessageAction.UPDATE:
        same = (action.set_id, action.related_set_id) == (message.set_id, message.related_set_id)
        return same and message.version > 1
    about = action.set_id if action.sed in ABOUT else action.related_set_id
    return message.version == 1 and about == message.related_set_id


def _is_possible_for_late(case: Case, board: Board, message: Message) -> bool:
    """A copy that began later lacks what earlier messages allowed; it checks who may say what."""
    if message.sender == case.me or not is_partial(case) or message.action is MessageAction.START:
        return False
    if message.sed.startswith("X"):
        return message.sed != "X001" or board.role is Role.CASE_OWNER
    return any(board.type.find_rights(role, message.sed) for role in Role)


def _verify_attachments(message: Message, allowed: bool) -> None:
    if message.attachments and not allowed:
        raise RefusedMessageError("no files go with this message", code="attachments_not_allowed")


def _create_step(message: Message, facts: frozenset[str]) -> Step:
    return Step(
        message_id=message.message_id,
        sed=message.sed,
        set_id=message.set_id,
        version=message.version,
        action=message.action,
        sender=message.sender,
        receivers=message.receivers,
        sent_at=message.sent_at,
        related_set_id=message.related_set_id,
        facts=facts,
        marks=find_marks(message.sed, message.content),
    )
