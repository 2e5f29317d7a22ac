"""Replacement certificates given out: who, for which desk, which days."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from issuer.replacing import ReplacementOffice
from issuer.services import services

blueprint = require_sign_in(page_blueprint("back_office_replacements", __name__))


@blueprint.get("/replacements")
def index() -> str:
    """List the last hundred, the latest first."""
    records, given = services().issuer.records, _office().replacements.latest()
    rows = [(each, records.get(each.record_id)) for each in given]
    return render_template("back_office/replacements.html", rows=rows)


@blueprint.post("/replacements/deliver")
def deliver() -> Response:
    """Try again what could not be delivered yet."""
    count = _office().deliver_due(now())
    message = ngettext(
        "%(num)s certificate was delivered.", "%(num)s certificates were delivered.", count
    )
    flash(message if count else gettext("Nothing could be delivered now."), "success")
    return redirect(url_for("back_office_replacements.index"), 303)


def _office() -> ReplacementOffice:
    office = services().replacing
    if office is None:
        raise NotFound
    return office
