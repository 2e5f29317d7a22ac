"""Cases with institutions abroad: the list, one case with all that was said, the work list."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.exchange.case_type import LOCAL_CLOSE
from esspass.exchange.description import describe_content
from esspass.exchange.model import Action, CaseStatus, RefusedMessageError
from esspass.exchange.subject import describe_subject
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office import exchange_texts as texts
from issuer.back_office.access import may, signed_in_member
from issuer.back_office.choice import arrange
from issuer.back_office.drafts import href_of
from issuer.back_office.lead import find_lead
from issuer.back_office.standing import draw_standing
from issuer.exchange.desk import LoggedMessage
from issuer.exchange.drafts import KeptDraft
from issuer.exchange.tasks import Task
from issuer.services import services

blueprint = require_sign_in(page_blueprint("cases", __name__))
PAGE_SIZE = 15
_MOST_TASKS = 100
_OPENED_IN_BROWSER = ("application/pdf",)


@blueprint.get("/cases")
@blueprint.post("/cases")
def index() -> str:
    """List cases; what is searched for is personal data and so never stands in an address."""
    text = request.form.get("q", "").strip()
    status = _status(request.values.get("status", ""))
    due = request.values.get("due") == "1"
    number = max(1, request.values.get("page", 1, type=int))
    page = services().desk.search(text, status, due, number, PAGE_SIZE)
    return render_template(
        "back_office/exchange/cases.html", page=page, text=text, status=status, due=due,
        statuses=list(CaseStatus), texts=texts, now=now(),
    )  # fmt: skip


def _status(text: str) -> CaseStatus | None:
    return CaseStatus(text) if text in list(CaseStatus) else None


@blueprint.get("/cases/<case_id>")
def show(case_id: str) -> str:
    """Show one case, and note that it was read by somebody who works on it."""
    desk, at = services().desk, now()
    view, actions = desk.view(case_id), desk.actions(case_id, at)
    if may("cases.done"):  # who only reads leaves the message unread for those who must act
        desk.mark_read(case_id, at, signed_in_user().name)
    choices = arrange(case_id, actions if may("case_forms.write") else ())
    lead = find_lead(view, choices, at)
    return render_template(
        "back_office/exchange/case.html", view=view, case=view.case, texts=texts, now=at,
        subject=describe_subject(view.contents), stations=draw_standing(view, actions, at),
        choices=choices, lead=lead,
        answers=[each for each in choices["answers"] if each not in lead.choices],
        closable=may("cases.close") and _is_closable(actions, at),
        messages=list(reversed(view.messages)), read=read_message,
        latest={each.message.set_id: each.message.message_id for each in view.messages},
        drafts=_drafts_of(case_id),
        open_tasks=[task for task in view.tasks if task.done_at is None],
    )  # fmt: skip


@blueprint.get("/cases/<case_id>/print")
def printout(case_id: str) -> str:
    """Show all of a case in full, to be printed."""
    at, view = now(), services().desk.view(case_id)
    return render_template(
        "back_office/exchange/print.html", view=view, case=view.case, texts=texts, now=at,
        subject=describe_subject(view.contents), read=read_message, member=signed_in_member(),
    )  # fmt: skip


def _drafts_of(case_id: str) -> list[tuple[KeptDraft, str]]:
    """Return the drafts of a case, each with its address, for those who may write."""
    if not may("drafts.index"):
        return []
    return [(each, href_of(each)) for each in services().drafts.drafts.of_case(case_id)]


def read_message(logged: LoggedMessage) -> Any:
    """What a message says, in the reader's language."""
    return describe_content(logged.message.sed, logged.message.content, texts.locale())


def _is_closable(actions: Sequence[Action], at: int) -> bool:
    return any(each.sed == LOCAL_CLOSE and each.available_at <= at for each in actions)


@blueprint.post("/cases/<case_id>/close")
def close(case_id: str) -> Response:
    """Close the own copy."""
    try:
        services().desk.close_locally(case_id, now(), signed_in_user().name)
        flash(gettext("The case is closed here. A new message opens it again."), "success")
    except RefusedMessageError as error:
        flash(texts.refusal_words(error), "error")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@blueprint.post("/cases/<case_id>/again")
def again(case_id: str) -> Response:
    """Have a message delivered that was given up for a receiver."""
    message_id, receiver = request.form.get("message", ""), request.form.get("receiver", "")
    try:
        services().desk.try_again(case_id, message_id, receiver, now(), signed_in_user().name)
        flash(gettext("The message is on its way again."), "success")
    except RefusedMessageError as error:
        flash(texts.refusal_words(error), "error")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@blueprint.get("/cases/<case_id>/attachments/<sha256>")
def attachment(case_id: str, sha256: str) -> Response:
    """Hand out a file of a case; nothing of it is run in the browser."""
    view = services().desk.view(case_id)
    files = [file for each in view.messages for file in each.message.attachments]
    found = next((file for file in files if file.sha256 == sha256), None)
    if found is None:
        raise NotFound
    known = found.media_type if found.media_type in _OPENED_IN_BROWSER else None
    return send_file(
        BytesIO(services().desk.attachment(case_id, sha256)),
        mimetype=known or "application/octet-stream",
        as_attachment=True,
        download_name=found.name,
    )


@blueprint.get("/tasks")
def tasks() -> str:
    """The work list, the most urgent first."""
    found = services().desk.tasks
    rows = [task_row(each) for each in found.open(_MOST_TASKS)]
    return render_template(
        "back_office/exchange/tasks.html", tasks=rows, total=found.count(), texts=texts, now=now()
    )


def task_row(task: Task) -> dict[str, Any]:
    """What a list says of a task, and where it is worked on."""
    words, detail = texts.task_words(task)
    view = services().desk.view(task.case_id) if task.case_id else None
    subject = describe_subject(view.contents) if view else None
    page = texts.TASK_PAGES.get(task.kind)
    href = url_for("cases.show", case_id=task.case_id) if view else page(task) if page else ""
    about = subject[0] if subject else "" if view else task.reference.partition("/")[0]
    return {
        "task": task,
        "words": words,
        "detail": detail,
        "view": view,
        "href": href,
        "about": about,
    }


@blueprint.post("/tasks/<task_id>/done")
def done(task_id: str) -> Response:
    """Note that a task is done; go back to where it was shown."""
    services().desk.tasks.done(task_id, now(), signed_in_user().name)
    flash(gettext("The task is done."), "success")
    case_id = request.form.get("case", "")
    back = url_for("cases.show", case_id=case_id) if case_id else url_for("cases.tasks")
    return redirect(back, 303)
