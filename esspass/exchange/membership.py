"""What a message changes in the shape of a case, and whether it may.

A message that changes it also tells all that its sender knows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esspass.exchange.board import Board
from esspass.exchange.case_type import is_reopening, read_joining, read_removing
from esspass.exchange.copy import find_document
from esspass.exchange.model import Case, Message, RefusedMessageError, Role
from esspass.exchange.shape import FACT, JOINING, MAX_FACTS, SHAPING, find_facts


def find_effects(case: Case, message: Message) -> frozenset[str]:
    """The facts that a message makes."""
    sed, content = message.sed, message.content
    joining = read_joining(sed, content)
    facts = {f"joined {each}" for each in joining}
    facts |= {f"removed {each}" for each in read_removing(sed, content)}
    if sed == "X001":
        facts.add(f"closed {message.set_id}")
    if sed == "X007":
        facts |= {f"left {message.sender}", f"seat {message.sender} {joining[0]}"}
    request = find_document(case, message.related_set_id)
    if request and is_reopening(sed, content):
        facts.add(f"reopened {request.related_set_id}")
    return frozenset(facts)


def find_told(case: Case, message: Message) -> tuple[str, ...]:
    """The facts that a message carries: what it makes, and all that its sender knows."""
    if message.sed not in SHAPING:
        return ()
    return tuple(sorted(find_effects(case, message) | find_facts(case.log)))


def read_told(message: Message) -> frozenset[str]:
    """The facts that a message carries. Raises RefusedMessageError if it may carry none."""
    if not message.facts:
        return frozenset()
    if message.sed not in SHAPING or len(message.facts) > MAX_FACTS:
        raise RefusedMessageError("the message tells facts that are not its own")
    if not all(FACT.fullmatch(fact) for fact in message.facts):
        raise RefusedMessageError("the message tells facts of another form")
    return frozenset(message.facts)


def verify_told(told: frozenset[str], me: str, known: frozenset[str]) -> None:
    """Nobody tells an institution what it did itself, nor its first owner what owners do.

    Raises RefusedMessageError.
    """
    mine = {f"left {me}"} | {fact for fact in told if fact.startswith(f"seat {me} ")}
    if f"started {me}" in known and f"left {me}" not in known:
        mine |= {fact for fact in told if fact.startswith(("closed ", "reopened "))}
    if not mine & told <= known:
        raise RefusedMessageError("the message tells what this institution did not do")


def verify_joining(board: Board, sed: str, content: Mapping[str, Any]) -> None:
    """Who joins is new; a seat is taken by one; who is removed is there and not the owner.

    Raises RefusedMessageError.
    """
    joining, removing = set(read_joining(sed, content)), set(read_removing(sed, content))
    known = board.shape.participants | board.shape.former
    single = not board.type.multilateral or board.role is Role.CASE_OWNER
    if sed in JOINING and (not joining or joining & known):
        raise RefusedMessageError("an institution joins that was in the case")
    if sed == "X007" and single and len(joining) != 1:
        raise RefusedMessageError("the case is forwarded to one institution")
    if sed == "X006" and (not removing or removing & {board.me, board.shape.owner}):
        raise RefusedMessageError("neither its owner nor the sender is removed from a case")
    if board.knower == board.me and not removing <= board.shape.participants:
        raise RefusedMessageError("an institution to remove is no participant")
