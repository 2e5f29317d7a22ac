"""Withdrawing a document: reason and date, a page to confirm, and no way back."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from issuer.back_office import texts
from issuer.back_office.access import signed_in_member
from issuer.back_office.decisions import render_decision
from issuer.reasons import WithdrawalReason
from issuer.records import Record, RecordState, StateError
from issuer.risk import Withdrawal
from issuer.services import services

blueprint = require_sign_in(page_blueprint("withdrawal", __name__))


@blueprint.get("/decisions/<record_id>/withdraw")
def form(record_id: str) -> str:
    """Ask for reason and date."""
    record = _record(record_id)
    values = {"reason": "", "effective": _today().isoformat()}
    return render_decision("back_office/withdraw.html", record, values=values, errors={})


@blueprint.post("/decisions/<record_id>/withdraw")
def review(record_id: str) -> Response:
    """Show what will happen, or what is missing."""
    record = _record(record_id)
    values = {name: request.form.get(name, "").strip() for name in ("reason", "effective")}
    errors = _errors(values, record)
    template = "back_office/withdraw.html" if errors else "back_office/withdraw_confirm.html"
    page = render_decision(
        template, record, values=values, errors=errors,
        reason=texts.REASONS.get(WithdrawalReason(values["reason"])) if not errors else "",
        effective=_day(values["effective"]),
    )  # fmt: skip
    return Response(page, 400 if errors else 200, mimetype="text/html")


@blueprint.post("/decisions/<record_id>/withdraw/confirm")
def confirm(record_id: str) -> Response:
    """Withdraw."""
    record = _record(record_id)
    values = {name: request.form.get(name, "").strip() for name in ("reason", "effective")}
    effective = _day(values["effective"])
    if _errors(values, record) or effective is None:
        return redirect(url_for("withdrawal.form", record_id=record_id), 303)
    withdrawal = Withdrawal(WithdrawalReason(values["reason"]), effective)
    invalid = services().second_looks.withdraw(record_id, withdrawal, signed_in_member(), now())
    if invalid is None:
        flash(
            gettext("This withdrawal needs a second person. It waits for an approver."), "warning"
        )
        return redirect(url_for("decisions.show", record_id=record_id), 303)
    message = ngettext(
        "The document is withdrawn. %(num)s credential is no longer valid.",
        "The document is withdrawn. %(num)s credentials are no longer valid.",
        invalid,
    )
    flash(message, "success")
    return redirect(url_for("decisions.show", record_id=record_id), 303)


def _record(record_id: str) -> Record:
    record = services().issuer.records.get(record_id)
    if record.state not in (RecordState.GRANTED, RecordState.SUSPENDED):
        raise StateError
    return record


def _errors(values: dict[str, str], record: Record) -> dict[str, str]:
    errors = {}
    if values["reason"] not in texts.CHOICES:
        errors["reason"] = gettext("Choose why the document is withdrawn")
    effective = _day(values["effective"])
    if effective is None:
        errors["effective"] = gettext("Enter the date as year-month-day")
    elif effective > _today():
        errors["effective"] = gettext("The date must not lie in the future")
    elif effective < _earliest(record):
        errors["effective"] = gettext("The date must not lie before the document began")
    return errors


def _earliest(record: Record) -> date:
    """A retroactive withdrawal reaches back to the first day the document covers."""
    document = record.document
    days = [getattr(document, name, None) for name in ("starts", "issued_on")]
    return min((day for day in days if day is not None), default=date(1900, 1, 1))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _today() -> date:
    return datetime.fromtimestamp(now(), UTC).date()
