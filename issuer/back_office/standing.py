"""Where a case stands, as a line of stations: what was said, who must speak now, how it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from esspass.exchange.case_type import LOCAL_CLOSE
from esspass.exchange.model import (
    Action,
    Case,
    CaseStatus,
    Deadline,
    DocumentState,
    DocumentStatus,
    MessageAction,
)
from issuer.back_office.exchange_texts import (
    STATUSES,
    day_words,
    deadline_words,
    institution_name,
    sed_title,
)
from issuer.exchange.desk import CaseView

_SIDE = ("X", "H")
_MOST_SPOKEN = 6


@dataclass(frozen=True, slots=True)
class Station:
    """One station. ``kind``: done, over (invalidated), ours, theirs, later, end."""

    kind: str
    title: str
    detail: str = ""


def draw_standing(view: CaseView, actions: Sequence[Action], at: int) -> list[Station]:
    """Draw the line of a case, at most about ten stations."""
    case = view.case
    spoken = [
        each for each in case.documents if each.sed[0] not in _SIDE or len(case.documents) == 1
    ]
    stations = [_spoken(each) for each in spoken[-_MOST_SPOKEN:]]
    if case.status is not CaseStatus.OPEN:
        return [*stations, Station("end", _end(case), day_words(case.changed_at))]
    return [*stations, *_present(view, actions, at), *_closing(actions, at)]


def _spoken(document: DocumentState) -> Station:
    over = document.status is not DocumentStatus.VALID
    who = institution_name(document.sender)
    return Station(
        "over" if over else "done",
        sed_title(document.sed),
        f"{who}, {day_words(document.latest_at)}",
    )


def _present(view: CaseView, actions: Sequence[Action], at: int) -> Iterator[Station]:
    yield from (_due(each, view.case.me) for each in view.deadlines[:3])
    if not view.deadlines:
        answers = [sed_title(each) for each in dict.fromkeys(_answers(actions, at))]
        if answers:
            yield Station("ours", gettext("We may answer"), " / ".join(answers))
        else:
            yield Station("theirs", gettext("Nothing is awaited from us"))


def _answers(actions: Sequence[Action], at: int) -> Iterator[str]:
    for action in actions:
        new = action.action is MessageAction.NEW and action.related_set_id
        if new and action.sed[0] not in _SIDE and action.available_at <= at:
            yield action.sed


def _due(deadline: Deadline, me: str) -> Station:
    until = gettext("by %(day)s", day=day_words(deadline.due_at - 1))
    words = deadline_words(deadline.kind)
    if deadline.whose == me:
        return Station("ours", words, until)
    return Station("theirs", words, f"{institution_name(deadline.whose)}, {until}")


def _closing(actions: Sequence[Action], at: int) -> Iterator[Station]:
    found = [each for each in actions if each.sed in ("X001", LOCAL_CLOSE)]
    if not found:
        yield Station("later", gettext("Closing"), "")
        return
    first = min(each.available_at for each in found)
    when = (
        gettext("possible from %(day)s", day=day_words(first))
        if first > at
        else gettext("possible now")
    )
    yield Station("later", gettext("Closing"), when)


def _end(case: Case) -> str:
    return str(STATUSES[case.status][0])
