"""What is due in a case, by whom and until when: the time limits of its case type at work.

Each says where it comes from, and whether that source was read.
"""

from __future__ import annotations

from collections.abc import Iterator

from esspass.exchange.board import Board, create_board
from esspass.exchange.calendar import find_end
from esspass.exchange.case_type import DeadlineRule
from esspass.exchange.model import Case, CaseStatus, Deadline, DocumentState


def find_deadlines(case: Case) -> tuple[Deadline, ...]:
    """The deadlines that are open in a copy, the earliest first; none once it is closed."""
    if case.status is not CaseStatus.OPEN:
        return ()
    board = create_board(case)
    found = (
        deadline
        for rule in board.type.deadlines
        for document in board.find_valid(rule.start)
        for deadline in _find_open(board, rule, document)
    )
    return tuple(sorted(found, key=lambda each: (each.due_at, each.kind, each.whose)))


def _find_open(board: Board, rule: DeadlineRule, document: DocumentState) -> Iterator[Deadline]:
    due_at = _find_due(board, rule, document)
    for institution in board.shape.order(_find_concerned(board, rule, document)):
        if not _is_met(board, rule, document, institution):
            yield Deadline(
                rule.kind, document.set_id, institution, due_at, rule.source, rule.verified
            )


def _find_concerned(board: Board, rule: DeadlineRule, document: DocumentState) -> frozenset[str]:
    author = frozenset({board.shape.find_seat(document.sender)})
    if rule.whose == "sender":
        concerned = author
    elif rule.whose == "receivers":
        concerned = frozenset(map(board.shape.find_seat, document.receivers)) - author
    else:
        concerned = board.shape.participants
    return concerned & board.shape.participants


def _is_met(board: Board, rule: DeadlineRule, document: DocumentState, whose: str) -> bool:
    """A receiver meets it by its reply, everyone by their own message, a sender once any came."""
    for each in board.find_valid(*rule.until):
        by_whose = board.shape.find_seat(each.sender) == whose
        if rule.whose == "receivers":
            met = by_whose and each.related_set_id == document.set_id
        elif rule.whose == "everyone":
            met = by_whose and each.first_at >= document.first_at
        else:
            met = each.first_at >= document.first_at or each.related_set_id == document.set_id
        if met:
            return True
    return False


def _find_due(board: Board, rule: DeadlineRule, document: DocumentState) -> int:
    start = document.latest_at if rule.restarts else document.first_at
    extended = rule.extended_by and any(
        each.related_set_id == document.set_id for each in board.find_valid(rule.extended_by)
    )
    return find_end(
        start,
        days=rule.days,
        working_days=rule.working_days,
        months=rule.months + (rule.extension_months if extended else 0),
    )
