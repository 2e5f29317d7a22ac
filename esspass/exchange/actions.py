"""What an institution may do in a case: documents by their triggers, X messages by their rules.

The same function says what one may do oneself and, on the sender's view, what another might have
done: there is one law for what is sent and what is received.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from esspass.exchange.board import Board, create_board, find_openings, find_triggered
from esspass.exchange.case_type import LOCAL_CLOSE, MACHINE_SEDS, Flag, Right
from esspass.exchange.model import Action, Case, DocumentState, DocumentStatus, MessageAction, Role
from esspass.exchange.shape import find_facts_told

ABOUT = ("X008", "X011", "X012")
"""What is said about a document, which ``related_set_id`` of the message names."""
_NEW, _UPDATE = MessageAction.NEW, MessageAction.UPDATE


def find_actions(case: Case, now: int) -> tuple[Action, ...]:
    """All that the institution may do from ``now`` on; ``available_at`` is 0 where it is at once.

    Documents come first, in the order of the case type, then administrative messages. What became
    available before ``now`` is available at 0.
    """
    return tuple(find_possible(create_board(case), now))


def find_possible(board: Board, now: int) -> Iterator[Action]:
    """The actions on a board."""
    for action in dict.fromkeys(_find_all(board)):
        if action.receivers or action.local:
            yield action if action.available_at > now else replace(action, available_at=0)


def _find_all(board: Board) -> Iterator[Action]:
    if board.me in board.shape.participants:
        if board.shape.closings:
            yield from _find_reopening(board)
        else:
            yield from _find_documents(board)
            yield from _find_updates(board)
            yield from _find_administrative(board)
    elif board.me in board.shape.speakers and not board.shape.closings:
        yield from (action for action in _find_updates(board) if action.automatic)
    if board.me in board.shape.speakers:
        yield from _find_machine(board)


def _find_documents(board: Board) -> Iterator[Action]:
    for right in board.type.find_rights(board.role):
        for opening in find_openings(board, right):
            yield Action(
                right.sed,
                _NEW,
                _order(board, find_addressees(board, right, opening.related_set_id)),
                related_set_id=opening.related_set_id,
                available_at=opening.available_at,
                pick=Flag.PICK in right.flags,
                attachments=Flag.ATTACH in right.flags,
            )


def find_addressees(board: Board, right: Right, related_set_id: str | None) -> Iterable[str]:
    """Whom a document goes to: all, or for a reply those who know what it answers."""
    answered = next((d for d in board.case.documents if d.set_id == related_set_id), None)
    if answered is None:
        return board.others
    return board.find_author(answered) if right.to_sender else board.find_parties(answered)


def _find_updates(board: Board) -> Iterator[Action]:
    """New versions: of what may be updated, and of what somebody who joined has not got."""
    for document in _find_own(board):
        rights = board.type.find_rights(board.role_of(board.me), document.sed)
        flags = {flag for right in rights for flag in right.flags}
        missing = _find_missing(board, document, rights)
        if Flag.UPDATE in flags or missing:
            receivers = (board.others & set(document.receivers)) | missing
            yield Action(
                document.sed,
                _UPDATE,
                _order(board, receivers),
                set_id=document.set_id,
                related_set_id=document.related_set_id,
                attachments=Flag.ATTACH in flags,
                automatic=bool(missing),
            )


def _find_missing(
    board: Board, document: DocumentState, rights: tuple[Right, ...]
) -> frozenset[str]:
    """Participants that ought to have the document and joined after it was sent."""
    first = board.case.log[0]
    starts = first.action is MessageAction.START and first.set_id == document.set_id
    picked = not starts and any(Flag.PICK in right.flags for right in rights)
    if not rights or picked:
        return frozenset()
    ought = find_addressees(board, rights[0], document.related_set_id)
    return frozenset(ought) - set(document.receivers)


def _find_own(board: Board) -> Iterator[DocumentState]:
    return (each for each in board.case.documents if each.sender == board.me and _is_standing(each))


def _is_standing(document: DocumentState) -> bool:
    return document.status is DocumentStatus.VALID and not document.sed.startswith("X")


def _find_administrative(board: Board) -> Iterator[Action]:
    names = board.type.administrative[board.role]
    if LOCAL_CLOSE in names and not board.case.locally_closed:
        yield Action(LOCAL_CLOSE, _NEW, (), local=True)
    if "X001" in names and board.role is Role.CASE_OWNER:
        yield from _find_closing(board)
    for sed in ("X005", "X006", "X007"):
        if sed in names and (sed != "X006" or board.others - {board.shape.owner}):
            yield Action(sed, _NEW, _order(board, board.others))
    if "X009" in names:
        yield Action("X009", _NEW, _order(board, board.others), pick=True)
    if "X010" in names:
        yield from _find_replies(board, "X009", "X010")
    yield from _find_flagged(board)
    yield from _find_replies(board, "X012", "X013")


def _find_closing(board: Board) -> Iterator[Action]:
    """X001 as the case type says, or once nothing that began the case stands any more."""
    times = [
        opening.available_at
        for trigger in board.type.closing
        for opening in find_triggered(board, trigger)
    ]
    seds = board.type.starters()
    starters = [each for each in board.case.documents if each.sed in seds and board.is_mine(each)]
    if starters and all(map(board.may_have_ended, starters)):
        times.append(0)
    if times:
        yield Action("X001", _NEW, _order(board, board.others), available_at=min(times))


def _find_flagged(board: Board) -> Iterator[Action]:
    """X008 on what one said, X011 and X012 on what one got, where the flags allow it."""
    for document in board.case.documents:
        if not _is_standing(document):
            continue
        role = board.role_of(document.sender)
        if document.sender == board.me:
            if board.type.has_flag(document.sed, role, Flag.INVALIDATE):
                yield _about(board, "X008", document, board.find_parties(document))
        elif board.me in document.receivers:
            author = board.find_author(document)
            if board.type.has_flag(document.sed, role, Flag.REJECT):
                yield _about(board, "X011", document, author)
            if _may_ask(board, document, role):
                yield _about(board, "X012", document, author)


def _may_ask(board: Board, document: DocumentState, role: Role) -> bool:
    """One question at a time about a document."""
    asked = {each.set_id for each in board.find_answers(document.set_id, "X012")}
    answered = {each.related_set_id for each in board.find_valid("X013")}
    return board.type.has_flag(document.sed, role, Flag.CLARIFY) and asked <= answered


def _about(board: Board, sed: str, document: DocumentState, receivers: Iterable[str]) -> Action:
    return Action(sed, _NEW, _order(board, receivers), set_id=document.set_id)


def _find_replies(board: Board, asked: str, answer: str) -> Iterator[Action]:
    """One reply to each, to who asked."""
    for document in board.find_received(asked):
        if not any(board.find_answers(document.set_id, answer)):
            receivers = _order(board, board.find_author(document))
            yield Action(answer, _NEW, receivers, related_set_id=document.set_id)


def _find_reopening(board: Board) -> Iterator[Action]:
    """X002 asks, X003 answers, X004 of the owner decides."""
    everyone = _order(board, board.others)
    decided = {each.related_set_id for each in board.find_valid("X004")}
    asked = [each for each in board.find_valid("X002") if each.set_id not in decided]
    if "X002" in board.type.administrative[board.role]:
        pending = {each.related_set_id for each in asked if board.is_mine(each)}
        for closing in sorted(board.shape.closings - pending):
            yield Action("X002", _NEW, everyone, related_set_id=closing)
    for request in asked:
        if request.related_set_id not in board.shape.closings:
            continue
        mine = board.is_mine(request)
        if not mine and not any(board.find_answers(request.set_id, "X003")):
            yield Action("X003", _NEW, everyone, related_set_id=request.set_id)
        if board.role is Role.CASE_OWNER:
            yield Action("X004", _NEW, everyone, related_set_id=request.set_id)


def _find_machine(board: Board) -> Iterator[Action]:
    """X050 and X100 at any time; X100 by itself when a participant may not know the shape."""
    exception, change = MACHINE_SEDS
    everyone = _order(board, board.others)
    known = board.shape.facts
    yield Action(exception, _NEW, everyone, pick=True, system=True)
    lacking = any(known - find_facts_told(board.case.log, each) for each in everyone)
    yield Action(change, _NEW, everyone, automatic=lacking, system=True)


def _order(board: Board, institutions: Iterable[str]) -> tuple[str, ...]:
    return board.shape.order(institutions)
