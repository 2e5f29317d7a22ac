"""A copy of a case with its case type at hand: the questions that actions and deadlines ask.

``knower`` is whose knowledge counts. For one's own actions that is oneself. When the message of
another is judged it is the receiver: what only others could know is not held against the sender.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from esspass.exchange.calendar import add_months
from esspass.exchange.case_type import CaseType, Right, Trigger, case_type
from esspass.exchange.model import Case, DocumentState, DocumentStatus, Role
from esspass.exchange.shape import Shape, find_facts, read_shape

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Board:
    """One copy, its type and its shape."""

    case: Case
    type: CaseType
    shape: Shape
    knower: str

    @property
    def me(self) -> str:
        """The institution whose copy it is."""
        return self.case.me

    @property
    def role(self) -> Role:
        """What the institution is now."""
        return Role.CASE_OWNER if self.me == self.shape.owner else Role.COUNTERPARTY

    @property
    def others(self) -> frozenset[str]:
        """All other participants."""
        return self.shape.participants - {self.me}

    def role_of(self, institution: str) -> Role:
        """What an institution is or was in the case."""
        return Role.CASE_OWNER if institution in self.shape.owners else Role.COUNTERPARTY

    def is_mine(self, document: DocumentState) -> bool:
        """Say whether this institution, or one whose place it took, said it."""
        return self.shape.find_seat(document.sender) == self.me

    def may_have_ended(self, document: DocumentState) -> bool:
        """Say whether it was invalidated, or rejected by all as far as the knower can know."""
        rejected = self.knower != self.me and self.knower in document.rejected_by
        return rejected or document.status is not DocumentStatus.VALID

    def find_valid(self, *seds: str) -> Iterator[DocumentState]:
        """The documents of these kinds that stand."""
        return (
            each
            for each in self.case.documents
            if each.sed in seds and each.status is DocumentStatus.VALID
        )

    def find_sent(self, sed: str) -> Iterator[DocumentState]:
        """Those that stand and were said from this seat."""
        return (each for each in self.find_valid(sed) if self.is_mine(each))

    def find_received(self, *seds: str) -> Iterator[DocumentState]:
        """Those that stand and were said to this institution."""
        return (each for each in self.find_valid(*seds) if self.me in each.receivers)

    def find_answers(self, set_id: str | None, *seds: str) -> Iterator[DocumentState]:
        """What this seat said in answer to a document, and stands."""
        return (
            each
            for each in self.find_valid(*seds)
            if self.is_mine(each) and each.related_set_id == set_id
        )

    def find_parties(self, document: DocumentState) -> frozenset[str]:
        """All others, still in the case, between whom a document was exchanged."""
        seats = map(self.shape.find_seat, (document.sender, *document.receivers))
        return frozenset(seats) & self.others

    def find_author(self, document: DocumentState) -> frozenset[str]:
        """Who answers for a document now, if in the case and another."""
        return frozenset({self.shape.find_seat(document.sender)}) & self.others


def create_board(case: Case, knower: str | None = None) -> Board:
    """Lay out a copy."""
    return Board(
        case,
        case_type(case.type, case.version),
        read_shape(find_facts(case.log)),
        knower or case.me,
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """That a trigger holds: for which document, from when on."""

    related_set_id: str | None
    available_at: int


def find_openings(board: Board, right: Right) -> Iterator[Opening]:
    """Where a right may be used now or later; one opening per document answered."""
    found: dict[str | None, int] = {}
    for trigger in right.when:
        for each in find_triggered(board, trigger):
            if not _is_used(board, right, each.related_set_id):
                earliest = found.get(each.related_set_id, each.available_at)
                found[each.related_set_id] = min(earliest, each.available_at)
    return (Opening(related, at) for related, at in found.items())


def find_triggered(board: Board, trigger: Trigger) -> Iterator[Opening]:
    """The openings of one trigger."""
    if trigger.starts:
        return _find_starts(board)
    if trigger.opened:
        return iter([Opening(None, 0)])
    if trigger.received:
        return _find_received(board, trigger)
    if trigger.sent:
        sent = [each for each in board.find_sent(trigger.sent) if _holds(board, trigger, each)]
        return _find_latest(sent, trigger)
    return iter([Opening(None, 0)] if CONDITIONS[trigger.condition](board, None) else [])


def _find_starts(board: Board) -> Iterator[Opening]:
    """A starter again, in a case that it began."""
    seds = board.type.starters()
    known = any(each.sed in seds and board.is_mine(each) for each in board.case.documents)
    return iter([Opening(None, 0)] if known else [])


def _find_received(board: Board, trigger: Trigger) -> Iterator[Opening]:
    received = [
        each for each in board.find_received(trigger.received) if _holds(board, trigger, each)
    ]
    if not trigger.answers:
        return _find_latest(received, trigger)
    return (
        Opening(each.set_id, _delay(each.latest_at, trigger))
        for each in received
        if not (trigger.unless and any(board.find_answers(each.set_id, trigger.unless)))
    )


def _find_latest(documents: Iterable[DocumentState], trigger: Trigger) -> Iterator[Opening]:
    """A delay runs anew from each time the document, or one like it, was sent."""
    latest = max((each.latest_at for each in documents), default=None)
    return iter([] if latest is None else [Opening(None, _delay(latest, trigger))])


def _delay(at: int, trigger: Trigger) -> int:
    if trigger.months:
        return add_months(at, trigger.months)
    return at + trigger.days * DAY if trigger.days else 0


def _holds(board: Board, trigger: Trigger, document: DocumentState) -> bool:
    return not trigger.condition or CONDITIONS[trigger.condition](board, document)


def _is_used(board: Board, right: Right, related_set_id: str | None) -> bool:
    """One answer to a document, and where not said otherwise one document of a kind."""
    ruled_out = set(right.excludes) if related_set_id else set()
    if right.again != "always":
        ruled_out.add(right.sed)
    return any(
        not board.may_have_ended(each) for each in board.find_answers(related_set_id, *ruled_out)
    )


def _find_current_a003(board: Board) -> DocumentState | None:
    """The last one; of several owners the last one's."""
    owners = board.shape.owners
    owned = [each for each in board.find_valid("A003") if each.sender in owners]
    return max(reversed(owned), key=lambda each: owners.index(each.sender), default=None)


def _all_a012_arrived(board: Board, _: DocumentState | None) -> bool:
    """All that got the current A003 agreed; of a foreign copy only the knower's own is known."""
    current = _find_current_a003(board)
    if current is None:
        return False
    asked = board.find_parties(current)
    if board.knower != board.me:
        asked &= {board.knower}
    agreed = {
        board.shape.find_seat(each.sender)
        for each in board.find_valid("A012")
        if each.related_set_id == current.set_id
    }
    return asked <= agreed and (bool(asked) or board.knower != board.me)


def _is_for_current_a003(board: Board, document: DocumentState | None) -> bool:
    current = _find_current_a003(board)
    return bool(current and document and document.related_set_id == current.set_id)


def _has_section_7(_: Board, document: DocumentState | None) -> bool:
    return document is not None and "SECT7" in document.marks


CONDITIONS: Mapping[str, Callable[[Board, DocumentState | None], bool]] = {
    "ALL_A012_ARRIVED": _all_a012_arrived,
    "A004_IS_FOR_CURRENT_A003": _is_for_current_a003,
    "SECT7": _has_section_7,
}
"""What a case type may ask beyond what was sent and received, by the name in the data."""
