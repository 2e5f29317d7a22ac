"""Requests for renewal that wait for a clerk, and what becomes of them."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office.access import signed_in_member
from issuer.back_office.decisions import name_of
from issuer.records import RecordState
from issuer.services import services

blueprint = require_sign_in(page_blueprint("back_office_renewals", __name__))


@blueprint.get("/renewal-requests")
def index() -> str:
    """List the requests, the oldest first."""
    found = services().issuer.renewals.open_requests()
    return render_template("back_office/renewals.html", renewals=found, name_of=name_of)


@blueprint.post("/renewal-requests/<record_id>/grant")
def grant(record_id: str) -> Response:
    """Grant: a new card is made; a new A1 is entered as a decision of its own."""
    renewed = services().issuer.renewals.grant(record_id, now(), signed_in_member())
    if renewed is None:
        flash(
            gettext("The request is closed. Enter the new decision; the person is told."), "success"
        )
        return redirect(url_for("back_office_renewals.index"), 303)
    if renewed.state is RecordState.PENDING:
        flash(gettext("This decision needs a second person. It waits for an approver."), "warning")
        return redirect(url_for("decisions.show", record_id=renewed.id), 303)
    flash(gettext("The document is renewed. The person's wallet can fetch it."), "success")
    return redirect(url_for("decisions.show", record_id=renewed.id), 303)


@blueprint.post("/renewal-requests/<record_id>/decline")
def decline(record_id: str) -> Response:
    """Decline; the person is told."""
    services().issuer.renewals.decline(record_id, now(), signed_in_user().name)
    flash(gettext("The renewal is declined. The person is told."), "success")
    return redirect(url_for("back_office_renewals.index"), 303)
