"""What one sees first of a case: whose turn it is, what to do next, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from esspass.exchange.calendar import DAY
from esspass.exchange.model import CaseStatus, Deadline
from issuer.back_office import exchange_texts as texts
from issuer.back_office.choice import Choice
from issuer.exchange.desk import CaseView

_REMINDER = "X009"
_MOST_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Lead:
    """``kind``: ours, theirs, free (we may), quiet, end. ``choices``: what to do now, best first.

    ``left`` says how much time there is until the deadline.
    """

    kind: str
    turn: str
    title: str
    choices: Sequence[Choice] = ()
    deadline: Deadline | None = None
    left: str = ""


def find_lead(view: CaseView, arranged: Mapping[str, Sequence[Choice]], at: int) -> Lead:
    """Say what is next in a case; ``arranged`` is what who looks at it may do."""
    if view.case.status is not CaseStatus.OPEN:
        words = gettext("A new message, or a request to reopen it, brings it back.")
        return Lead("end", gettext("The case is over"), words)
    answers = [each for each in arranged.get("answers", ()) if each.available_at <= at]
    ours = [each for each in view.deadlines if each.whose == view.case.me]
    if ours and (answers or ours[0].due_at <= view.deadlines[0].due_at):
        return _lead("ours", gettext("Your turn"), ours[0], answers, at)
    if view.deadlines:
        first = next(each for each in view.deadlines if each.whose != view.case.me)
        late = first.due_at <= at
        reminders = [each for each in arranged.get("case", ()) if each.sed == _REMINDER]
        who = texts.institution_name(first.whose)
        turn = gettext("%(who)s is late", who=who) if late else gettext("%(who)s acts", who=who)
        return _lead("theirs", turn, first, answers or (reminders if late else []), at)
    if answers:
        return Lead("free", gettext("Your turn, if you want"), gettext("We may answer"),
                    answers[:_MOST_OFFERED])  # fmt: skip
    return Lead("quiet", gettext("Nobody's turn"), gettext("Nothing is awaited from us"))


def _lead(kind: str, turn: str, deadline: Deadline, choices: Sequence[Choice], at: int) -> Lead:
    title = texts.deadline_words(deadline.kind)
    return Lead(kind, turn, title, choices[:_MOST_OFFERED], deadline, _time_left(deadline, at))


def _time_left(deadline: Deadline, at: int) -> str:
    days = (deadline.due_at - 1) // DAY - at // DAY
    if days < 0:
        return str(ngettext("%(num)s day overdue", "%(num)s days overdue", -days))
    if days == 0:
        return str(gettext("ends today"))
    return str(ngettext("%(num)s day left", "%(num)s days left", days))
