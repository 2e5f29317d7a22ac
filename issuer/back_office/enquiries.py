"""Asking applicants for more, reading what they send, and who may act for which employer."""

from __future__ import annotations

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.attestations import plain_text
from esspass.errors import MalformedError
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.endpoints.apply_enquiries import answer_file
from issuer.filing.corrections import DecidedError
from issuer.filing.desk import ANSWER_DAYS
from issuer.filing.enquiries import MAX_WORDS
from issuer.filing.form import read_day
from issuer.renewals import day_of
from issuer.services import services

blueprint = require_sign_in(page_blueprint("filing_enquiries", __name__))
_LONGEST = timedelta(days=365)


@blueprint.get("/applications/<filing_id>/ask")
def new(filing_id: str) -> str:
    """Show the form for a question to the applicant."""
    due = (day_of(now()) + timedelta(days=ANSWER_DAYS)).isoformat()
    return _show(filing_id, "", due, {})


@blueprint.post("/applications/<filing_id>/ask")
def ask(filing_id: str) -> Response:
    """Put a question to the applicant, who gets a letter."""
    desk = services().filing
    filing = desk.filings.get(filing_id)
    words = plain_text(request.form.get("question", "")[: MAX_WORDS * 2]).strip()
    typed = request.form.get("due", "")
    due, errors = _read_due(typed), {}
    if not words or len(words) > MAX_WORDS:
        errors["question"] = gettext(
            "Write the question, at most %(num)s characters", num=MAX_WORDS
        )
    if due is None:
        errors["due"] = gettext("Choose a day from tomorrow on, within a year")
    if errors or due is None:
        return Response(_show(filing_id, words, typed, errors), 400, mimetype="text/html")
    try:
        desk.ask(filing, words, due, signed_in_user().name, now())
    except (DecidedError, MalformedError):
        flash(gettext("Everything here is decided: there is nothing left to ask."), "error")
    else:
        flash(gettext("Asked. The applicant gets a letter and answers on their page."), "success")
    return redirect(url_for("back_office_filings.show", filing_id=filing_id), 303)


def _read_due(text: str) -> date | None:
    due, today = read_day(text.strip()), day_of(now())
    return due if due and today < due <= today + _LONGEST else None


def _show(filing_id: str, words: str, due: str, errors: dict[str, str]) -> str:
    filing = services().filing.filings.get(filing_id)
    if filing.sent_at is None:
        raise NotFound
    return render_template(
        "back_office/filing_ask.html", filing=filing, words=words, due=due, errors=errors,
        max_words=MAX_WORDS,
    )  # fmt: skip


@blueprint.get("/applications/<filing_id>/attachments/<attachment_id>")
def attachment(filing_id: str, attachment_id: str) -> Response:
    """Give a file that came with an answer."""
    return answer_file(services().filing.filings.get(filing_id), attachment_id)


@blueprint.get("/mandates")
def mandates() -> str:
    """List who may act for which employer."""
    found = services().filing.applicants.mandates()
    return render_template("back_office/mandates.html", mandates=found)


@blueprint.post("/mandates/end")
def end_mandate() -> Response:
    """End a mandate: from now on the person sees nothing of the employer's."""
    pin, employer = request.form.get("pin", ""), request.form.get("employer", "")
    if services().filing.applicants.end_mandate(pin, employer):
        flash(gettext("The mandate is ended."), "success")
    return redirect(url_for("filing_enquiries.mandates"), 303)
