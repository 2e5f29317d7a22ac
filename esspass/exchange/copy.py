"""One institution's copy of a case: a log of steps, and all that follows from it.

Nothing here depends on the order in which messages of different senders arrived: two copies with
the same steps are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from esspass.exchange.model import (
    Case,
    CaseStatus,
    DocumentState,
    DocumentStatus,
    Message,
    MessageAction,
    RefusedMessageError,
    Step,
)
from esspass.exchange.shape import Shape, find_facts, is_started, read_shape


def create_copy(  # a copy is its log; the rest says whose
    case_id: str,
    case_type_id: str,
    version: str,
    me: str,
    log: tuple[Step, ...],
    changed_at: int,
    *,
    locally_closed: bool = False,
) -> Case:
    """Build a copy out of its log, which is not empty."""
    shape = read_shape(find_facts(log))
    return Case(
        id=case_id,
        type=case_type_id,
        version=version,
        me=me,
        owner=shape.owner,
        participants=shape.order(shape.participants),
        status=_find_status(shape, me, locally_closed),
        opened_at=log[0].sent_at,
        changed_at=changed_at,
        documents=_find_documents(log, me),
        former=tuple(sorted(shape.former)),
        log=log,
        locally_closed=locally_closed,
    )


def replace_log(case: Case, log: tuple[Step, ...], changed_at: int) -> Case:
    """The same copy with another log; whatever happened opens it again if closed locally."""
    return create_copy(case.id, case.type, case.version, case.me, log, changed_at)


def create_view(case: Case, message: Message) -> Case:
    """The copy of a message's sender when it sent it, as far as this institution can know.

    That is: what the sender had said before, and what it had got and applied (``after``). Raises
    RefusedMessageError ``not_a_participant`` if nothing shows that it knew the case.
    """
    seen = frozenset(message.after.get(case.me, ()))
    horizon = {step.sender: at for at, step in enumerate(case.log) if step.message_id in seen}
    log = tuple(
        step
        for at, step in enumerate(case.log)
        if step.sender == message.sender
        or (message.sender in step.receivers and at <= horizon.get(step.sender, -1))
    )
    if not is_started(find_facts(log)):
        raise RefusedMessageError("the sender is not in the case", code="not_a_participant")
    return create_copy(case.id, case.type, case.version, message.sender, log, message.sent_at)


def find_causes(case: Case, receivers: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """For each receiver the latest message of every institution that it must have before.

    Those are: the messages it sent or gets, as far as this copy holds them; not what cannot be
    delivered, or nothing would be taken any more.
    """
    causes: dict[str, tuple[str, ...]] = {}
    for receiver in receivers:
        latest = {
            step.sender: step.message_id
            for step in case.log
            if receiver in (step.sender, *step.receivers) and receiver not in step.undelivered
        }
        causes[receiver] = tuple(sorted(latest.values()))
    return causes


def is_partial(case: Case) -> bool:
    """Say whether the institution joined late: its copy does not begin with the beginning."""
    return case.log[0].action is not MessageAction.START


def find_document(case: Case, set_id: str | None) -> DocumentState | None:
    """A document of the case by its set id."""
    return next((each for each in case.documents if each.set_id == set_id), None)


def _find_status(shape: Shape, me: str, locally_closed: bool) -> CaseStatus:
    if me in shape.former:
        return CaseStatus.ARCHIVED
    return CaseStatus.CLOSED if shape.closings or locally_closed else CaseStatus.OPEN


def _find_documents(log: tuple[Step, ...], me: str) -> tuple[DocumentState, ...]:
    versions: dict[str, list[Step]] = {}
    for step in log:
        versions.setdefault(step.set_id, []).append(step)
    about: dict[str, list[Step]] = {}
    for step in log:
        if step.related_set_id:
            about.setdefault(step.related_set_id, []).append(step)
    return tuple(
        _find_state(steps, about.get(set_id, []), me) for set_id, steps in versions.items()
    )


def _find_state(steps: list[Step], about: list[Step], me: str) -> DocumentState:
    latest = max(steps, key=lambda step: step.version)
    rejected = {step.sender for step in about if step.sed == "X011"}
    withdrawn = any(step.sed == "X008" and step.sender == latest.sender for step in about)
    return DocumentState(
        set_id=latest.set_id,
        sed=latest.sed,
        sender=latest.sender,
        receivers=latest.receivers,
        version=latest.version,
        first_at=min(step.sent_at for step in steps),
        latest_at=latest.sent_at,
        related_set_id=latest.related_set_id,
        status=_judge(latest, rejected, withdrawn, me),
        rejected_by=tuple(sorted(rejected)),
        marks=latest.marks,
    )


def _judge(latest: Step, rejected: set[str], withdrawn: bool, me: str) -> DocumentStatus:
    if withdrawn:
        return DocumentStatus.INVALIDATED
    if me in rejected or rejected >= set(latest.receivers):
        return DocumentStatus.REJECTED
    return DocumentStatus.VALID
