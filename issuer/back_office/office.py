"""The start page of staff: how much waits where, and what is most urgent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext

from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from esspass.web.settings import Text
from issuer.back_office import exchange_texts as texts
from issuer.back_office.access import may, signed_in_member
from issuer.back_office.exchange import task_row
from issuer.back_office.failures import count_failures
from issuer.filing.filings import FilingState
from issuer.four_eyes import SECOND
from issuer.services import Services, services

blueprint = require_sign_in(page_blueprint("office", __name__))
_MOST_URGENT = 5


def _count_drafts(given: Services) -> int:
    """Count one's own, and those of others that one may agree to."""
    member, drafts = signed_in_member(), given.drafts.drafts
    waiting = drafts.waiting_for(member.id) if member.role in SECOND else []
    return len(drafts.of_clerk(member.id)) + len(waiting)


@dataclass(frozen=True, slots=True)
class Heap:
    """Where work gathers: the route of its list, the list's name, what one finds there."""

    route: str
    title: Text
    words: Text
    count: Callable[[Services], int]
    state: str = ""

    @property
    def href(self) -> str:
        """The address of the list."""
        return url_for(self.route, state=self.state or None)


HEAPS = (
    Heap(
        "cases.tasks", _("Tasks"), _("What somebody has to do, by date."),
        lambda given: given.desk.tasks.count(),
    ),
    Heap(
        "back_office_filings.index", _("Applications"), _("Citizens and employers wait for these."),
        lambda given: given.filing.filings.count_waiting(),
        FilingState.WAITING,
    ),
    Heap(
        "second_looks.index", _("Second looks"), _("A second person must agree."),
        lambda given: given.second_looks.four_eyes.count_waiting(),
    ),
    Heap(
        "back_office_renewals.index", _("Renewals"), _("Asked for by the holders."),
        lambda given: len(given.issuer.renewals.open_requests()),
    ),
    Heap(
        "cases.index", _("Cases"), _("With messages that nobody has read."),
        lambda given: given.desk.count_unread(),
    ),
    Heap(
        "drafts.index", _("Drafts"), _("Messages begun, or waiting for a second person."),
        _count_drafts,
    ),
    Heap(
        "failures.index", _("Failed messages"), _("Not delivered, or refused by us."),
        count_failures,
    ),
    Heap(
        "back_office_doubts.index", _("Doubts"), _("Raised by inspectors, not yet decided."),
        lambda given: given.doubts.doubts.count_waiting(),
    ),
)  # fmt: skip


@blueprint.get("/office")
def index() -> str:
    """Show the heaps that the reader may see, and the most urgent tasks."""
    at, tasks = now(), services().desk.tasks
    heaps = [(heap, heap.count(services())) for heap in HEAPS if may(heap.route)]
    return render_template(
        "back_office/office.html", heaps=heaps, now=at, texts=texts,
        urgent=[task_row(task) for task in tasks.open(_MOST_URGENT)], total=tasks.count(),
        notes={"cases.tasks": _overdue_words(tasks.count(due_before=at))},
    )  # fmt: skip


def _overdue_words(overdue: int) -> str:
    return ngettext("%(num)s is overdue", "%(num)s are overdue", overdue) if overdue else ""
