"""The words of the exchange's pages: cases, deliveries, deadlines, tasks, faults in forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from esspass.attestations import date_name
from esspass.errors import EsspassError, MalformedError, UndecidedError
from esspass.exchange.calendar import is_holiday, name_holiday
from esspass.exchange.case_type import case_type
from esspass.exchange.deadlines import country_of
from esspass.exchange.faults import Fault
from esspass.exchange.model import Action, CaseStatus, Deadline, MessageAction
from esspass.exchange.sed import sed_type
from esspass.exchange.wording import code_words
from esspass.web import now
from esspass.web.languages import format_country
from esspass.web.settings import Text
from issuer.exchange.outbox import DeliveryStatus
from issuer.exchange.tasks import Task
from issuer.services import services

STATUSES: Mapping[CaseStatus, tuple[Text, str]] = {
    CaseStatus.OPEN: (_("Open"), "info"),
    CaseStatus.CLOSED: (_("Closed"), "neutral"),
    CaseStatus.ARCHIVED: (_("Archived"), "neutral"),
}
DELIVERIES: Mapping[DeliveryStatus, tuple[Text, str]] = {
    DeliveryStatus.SENT: (_("Under way"), "info"),
    DeliveryStatus.DELIVERED: (_("Delivered"), "good"),
    DeliveryStatus.ERROR: (_("Not delivered"), "bad"),
}
DEADLINES: Mapping[str, Text] = {
    "determination_final": _("React, or the determination becomes final"),
    "dialogue_acknowledgement": _("Acknowledge the request"),
    "dialogue_agreement": _("Try to agree between the authorities"),
    "dialogue_answer": _("Answer the reasoned request"),
    "dialogue_conciliation": _("Conciliation"),
    "dialogue_contact_persons": _("Name contact persons"),
    "dialogue_referral": _("Agree, or refer the matter to the competent authorities"),
    "reminder_proposed": _("A reply is due; remind if it does not come"),
}
TASKS: dict[str, Text] = {
    "deadline": _("A deadline of ours"),
    "reminder": _("A reply is overdue: send a reminder"),
    "unread": _("Nobody has read a message for 24 hours"),
    "undelivered": _("A message could not be delivered"),
    "partner_changed": _("A partner can no longer be reached in this case"),
    "reaction_failed": _("A message could not be worked on by the machine"),
    "answer_entitlement_request": _("Answer the request for a replacement certificate"),
}
"""By kind; the parts of the institution that make tasks add theirs."""
_FOR_A_COUNTRY = frozenset({"notify_on_paper", "withdrawal_on_paper", "choose_institution"})
TASK_PAGES: dict[str, Callable[[Task], str]] = {}
"""The page where a task without a case is worked on, by kind."""
FAULTS: Mapping[Fault, Text] = {
    Fault.REQUIRED: _("this must be filled in"),
    Fault.TOO_LONG: _("this is too long"),
    Fault.DATE: _("this is not a date"),
    Fault.FORMAT: _("this does not have the right form"),
    Fault.OPTION: _("choose one of the answers"),
    Fault.NOT_WANTED: _("this must stay empty with that answer"),
    Fault.ENDS_BEFORE_START: _("the last day lies before the first"),
}
_DOING: Mapping[str, Text] = {
    "X008": _("Invalidate"),
    "X011": _("Reject"),
    "X012": _("Ask to clarify"),
    "X013": _("Answer the question"),
    "X010": _("Answer the reminder"),
}


def locale() -> str:
    """The reader's language."""
    return str(get_locale())


def case_title(case_type_id: str) -> str:
    """What a kind of case is called; its id if it is not known here."""
    try:
        titles = case_type(case_type_id).titles
    except MalformedError:
        return case_type_id
    return titles.get(locale().partition("_")[0], titles["en"])


def sed_title(sed: str) -> str:
    """What a message is called; its id if it is not known here."""
    try:
        return sed_type(sed).title(locale())
    except MalformedError:
        return sed


def institution_name(institution_id: str) -> str:
    """The name in the directory of institutions, or the code where there is none."""
    if institution_id == services().desk.me:
        return services().config.institution_name
    try:
        directory = services().view(now()).directory
    except UndecidedError:
        return institution_id
    found = directory.find(institution_id) if directory else None
    return found.entity if found else institution_id


def deadline_words(kind: str) -> str:
    """What is due."""
    return str(DEADLINES.get(kind, gettext("Something is due")))


def moved_words(deadline: Deadline) -> str:
    """Why a deadline ends later than it was counted: a rest day where something must be done."""
    day, country = date.fromisoformat(deadline.counted), country_of(deadline.whose)
    words = {"day": iso_day(deadline.counted), "country": format_country(country)}
    if not is_holiday(country, day):
        return str(gettext("%(day)s is a Saturday or a Sunday.", **words))
    name = name_holiday(country, day, locale())
    if not name:
        return str(gettext("%(day)s is a public holiday in %(country)s.", **words))
    return str(gettext("%(day)s is a public holiday in %(country)s: %(name)s.", name=name, **words))


def task_words(task: Task) -> tuple[str, str]:
    """What there is to do, and what it is about."""
    words = str(TASKS.get(task.kind, gettext("Something to look at")))
    if task.kind in ("deadline", "reminder"):
        return deadline_words(task.detail) if task.kind == "deadline" else words, ""
    if task.kind == "partner_changed":
        return words, institution_name(task.detail)
    if task.kind in _FOR_A_COUNTRY:
        return words, format_country(task.detail)
    return words, code_words("cause", task.detail, locale())


def action_words(action: Action) -> str:
    """What a button of an action says."""
    if action.action is MessageAction.UPDATE:
        return str(gettext("New version"))
    return str(_DOING.get(action.sed) or sed_title(action.sed))


def refusal_words(error: EsspassError) -> str:
    """Why a message was not sent, as a sentence."""
    words = code_words("cause", error.code, locale())
    if words == error.code:
        words = gettext("It is not possible now")
    return str(gettext("Nothing was sent. %(why)s.", why=words))


def cause_words(code: str) -> str:
    """Why a message was refused, or could not be delivered."""
    return code_words("cause", code, locale())


def iso_day(text: str) -> str:
    """An ISO date in words."""
    return date_name(text, locale())


def due_kind(due_at: int | None, at: int) -> str:
    """The colour of a due date: past, today or within three days, later."""
    if due_at is None:
        return "neutral"
    return "bad" if due_at < at else "unsure" if due_at < at + 3 * 86400 else "info"


def day_words(at: int) -> str:
    """The UTC day of a moment, in words."""
    return date_name(day_of(at), locale())


def day_of(at: int) -> str:
    """The UTC day of a moment, ISO."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()
