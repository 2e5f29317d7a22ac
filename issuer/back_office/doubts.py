"""Doubts that came in, how to ask about them, and how a dialogue stands."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.errors import EsspassError
from esspass.exchange.dialogue import DIALOGUE, STEPS
from esspass.exchange.doubt_content import (
    MAX_JUSTIFICATION,
    MAX_QUESTION,
    Asked,
    draft_words,
)
from esspass.exchange.model import MessageAction
from esspass.exchange.wording import code_list
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office.doubt_texts import DOUBT_TASKS, SET_ASIDE, UNREACHABLE, WAYS
from issuer.back_office.exchange_texts import (
    TASK_PAGES,
    TASKS,
    case_title,
    institution_name,
)
from issuer.exchange.doubt_office import DOUBT, DoubtOffice
from issuer.exchange.doubts import ReceivedDoubt
from issuer.services import services

blueprint = require_sign_in(page_blueprint("back_office_doubts", __name__))
TASKS.update(DOUBT_TASKS)
TASK_PAGES[DOUBT] = lambda task: url_for("back_office_doubts.show", doubt_id=task.reference)
_WISHES = "requestDialogue"
_MAX_CONTACT = 155


@blueprint.get("/doubts")
def index() -> str:
    """List the doubts that came in, and the documents of ours that others ask about."""
    office, at = _office(), now()
    rows = [(each, office.find_standing(each, at)) for each in office.doubts.latest()]
    questioned = [
        (each, office.records.get(each.record_id), office.read_case(each.case_id, at))
        for each in office.doubts.questioned()
    ]
    return render_template("back_office/doubts.html", rows=rows, questioned=questioned)


@blueprint.get("/doubts/<doubt_id>")
def show(doubt_id: str) -> str:
    """Show a doubt: what was found, how it is or was asked, how it stands."""
    received = _office().doubts.get(doubt_id)
    return _render(received, _draft(received), {})


@blueprint.post("/doubts/<doubt_id>/ask")
def ask(doubt_id: str) -> Response | tuple[str, int]:
    """Ask the institution that issued the document."""
    office, received = _office(), _office().doubts.get(doubt_id)
    names = ("way", "words", "wish", "contact", "email", "evidence")
    values = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in names}
    errors = _find_errors(values)
    if errors:
        return _render(received, values, errors), 422
    asked = Asked(values["words"], values["wish"], values["contact"], values["email"])
    try:
        case_id = office.ask(
            doubt_id, values["way"], asked, now(), actor=signed_in_user().name,
            with_evidence=bool(values["evidence"]),
        )  # fmt: skip
    except EsspassError as error:
        if error.code not in UNREACHABLE:
            raise
        return _render(received, values, {"way": str(UNREACHABLE[error.code])}), 422
    flash(gettext("The institution is asked. Its answer appears here."), "success")
    return redirect(url_for("back_office_doubts.dialogue", case_id=case_id), 303)


@blueprint.post("/doubts/<doubt_id>/set-aside")
def set_aside(doubt_id: str) -> Response | tuple[str, int]:
    """Do not pursue a doubt; whoever doubted is told so."""
    received, why = _office().doubts.get(doubt_id), request.form.get("why", "")
    if why not in SET_ASIDE:
        errors = {"why": gettext("Choose why the doubt is not pursued")}
        return _render(received, _draft(received), errors), 422
    _office().set_aside(doubt_id, why, now(), signed_in_user().name)
    flash(gettext("The doubt is not pursued. Whoever raised it is told so."), "success")
    return redirect(url_for("back_office_doubts.show", doubt_id=doubt_id), 303)


@blueprint.get("/doubts/<doubt_id>/evidence")
def evidence(doubt_id: str) -> Response:
    """Return the evidence as it was sent."""
    received = _office().doubts.get(doubt_id)
    if received.evidence is None:
        raise NotFound
    response = Response(received.evidence, mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="case-file.json"'
    return response


@blueprint.get("/dialogues/<case_id>")
def dialogue(case_id: str) -> str:
    """Show how a question or dialogue stands, step by step, on either side."""
    office, at = _office(), now()
    question, case = office.doubts.find_question(case_id), office.desk.view(case_id).case
    others = [each for each in case.participants if each != case.owner]
    return render_template(
        "back_office/dialogue.html",
        case_id=case_id,
        title=case_title(case.type),
        asks=institution_name(case.owner),
        is_asked=[institution_name(each) for each in others],
        standing=office.read_case(case_id, at),
        received=office.doubts.of_case(case_id),
        record=office.records.get(question.record_id) if question else None,
        promised=office.find_promised(case_id, at),
        seds=_find_next(case_id, at),
    )


def _find_next(case_id: str, at: int) -> list[str]:
    """What of the dialogue may be said now; the case's own page has the rest."""
    actions = _office().desk.actions(case_id, at)
    return sorted(
        {
            each.sed
            for each in actions
            if each.sed in STEPS and each.action is MessageAction.NEW and each.available_at <= at
        }
    )


def _render(received: ReceivedDoubt, values: dict[str, str], errors: dict[str, str]) -> str:
    office, at = _office(), now()
    document = received.doubt.document
    own = document.institution == office.institution_id
    return render_template(
        "back_office/doubt.html",
        received=received,
        doubt=received.doubt,
        reasons=[(each, each.describe(str(get_locale()))) for each in received.doubt.reasons],
        days={name: _day(getattr(document, name)) for name in ("issued_on", "starts", "ends")},
        born=_day(document.person["date_of_birth"]),
        standing=office.find_standing(received, at),
        record=office.records.find_number(document.number) if own else None,
        own=own,
        values=values,
        errors=errors,
        ways=WAYS,
        wishes=code_list(_WISHES, str(get_locale())),
        set_aside=SET_ASIDE,
    )


def _draft(received: ReceivedDoubt) -> dict[str, str]:
    return {
        "way": DIALOGUE,
        "words": draft_words(received.doubt),
        "wish": "clarify",
        "contact": signed_in_user().name,
        "email": "",
        "evidence": "1",
    }


def _find_errors(values: dict[str, str]) -> dict[str, str]:
    errors = {}
    if values["way"] not in WAYS:
        errors["way"] = gettext("Choose how to ask")
    most = MAX_JUSTIFICATION if values["way"] == DIALOGUE else MAX_QUESTION
    if not 0 < len(values["words"]) <= most:
        errors["words"] = gettext("Write the reasons, at most %(number)s characters", number=most)
    if values["way"] == DIALOGUE and values["wish"] not in dict(code_list(_WISHES, "en")):
        errors["wish"] = gettext("Choose what the institution should do")
    if not 0 < len(values["contact"]) <= _MAX_CONTACT:
        errors["contact"] = gettext("Write who can be asked back")
    if values["email"] and ("@" not in values["email"] or len(values["email"]) > _MAX_CONTACT):
        errors["email"] = gettext("Write an e-mail address like name@example.org")
    return errors


def _day(text: str) -> int | None:
    """Epoch seconds of an ISO date, as templates write days."""
    try:
        return int(datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).timestamp())
    except ValueError:
        return None


def _office() -> DoubtOffice:
    return services().doubts
