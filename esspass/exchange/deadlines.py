"""What is due in a case, by whom and until when: the time limits of its case type at work.

Each says where it comes from, and whether that source was read.
"""

from __future__ import annotations

from collections.abc import Iterator

from esspass.attestations.countries import iso_country
from esspass.exchange.board import Board, create_board
from esspass.exchange.calendar import PeriodEnd, find_end
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
        for document in _find_starting(board, rule)
        for deadline in _find_open(board, rule, document)
    )
    return tuple(sorted(found, key=lambda each: (each.due_at, each.kind, each.whose)))


def country_of(institution_id: str) -> str:
    """Return the ISO country of an institution, by its code."""
    return iso_country(institution_id.partition(":")[0])


def _find_starting(board: Board, rule: DeadlineRule) -> list[DocumentState]:
    """Every document starts its own period; where it restarts, only the last one's runs."""
    documents = list(board.find_valid(rule.start))
    return documents[-1:] if rule.restarts else documents


def _find_open(board: Board, rule: DeadlineRule, document: DocumentState) -> Iterator[Deadline]:
    author = board.shape.find_seat(document.sender)
    for institution in board.shape.order(_find_concerned(board, rule, document)):
        if rule.whose == "receivers" and board.me not in (institution, author):
            continue  # their reply may have gone to the author alone
        if not _is_met(board, rule, document, institution):
            end = _find_due(board, rule, document, institution)
            yield Deadline(
                rule.kind, document.set_id, institution, end.at, rule.source, rule.verified,
                end.counted.isoformat() if end.counted else "",
            )  # fmt: skip


def _find_concerned(board: Board, rule: DeadlineRule, document: DocumentState) -> frozenset[str]:
    if rule.whose == "everyone":
        return board.shape.participants
    if rule.whose == "receivers":
        return _find_asked(board, document)
    return frozenset({board.shape.find_seat(document.sender)}) & board.shape.participants


def _find_asked(board: Board, document: DocumentState) -> frozenset[str]:
    asked = frozenset(map(board.shape.find_seat, document.receivers))
    return asked & board.shape.participants - {board.shape.find_seat(document.sender)}


def _is_met(board: Board, rule: DeadlineRule, document: DocumentState, whose: str) -> bool:
    """By the reply of a receiver; for an asker by all replies; else by a later document."""
    ending = list(board.find_valid(*rule.until))
    seat = board.shape.find_seat
    if rule.whose in ("receivers", "asker"):
        replied = {seat(each.sender) for each in ending if each.related_set_id == document.set_id}
        due = {whose} if rule.whose == "receivers" else _find_asked(board, document)
        return due <= replied
    later = {seat(each.sender) for each in ending if each.first_at >= document.first_at}
    return whose in later if rule.whose == "everyone" else bool(later)


def _find_due(
    board: Board, rule: DeadlineRule, document: DocumentState, institution: str
) -> PeriodEnd:
    start = document.latest_at if rule.restarts else document.first_at
    extended = rule.extended_by and any(
        each.related_set_id == document.set_id for each in board.find_valid(rule.extended_by)
    )
    return find_end(
        start,
        country_of(institution),
        days=rule.days,
        working_days=rule.working_days,
        months=rule.months + (rule.extension_months if extended else 0),
    )
