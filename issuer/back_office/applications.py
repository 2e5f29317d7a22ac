"""Proof of application: made for an A1 that waits, then offered or printed like any document."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.services import services

blueprint = require_sign_in(page_blueprint("back_office_applications", __name__))


@blueprint.post("/decisions/<record_id>/application")
def acknowledge(record_id: str) -> Response:
    """Enter the proof, go on to its offer or its paper; made twice, it is the same one."""
    issuer = services().issuer
    proof_id = issuer.applications.acknowledge(record_id, now(), signed_in_user().name)
    page = "back_office_paper.form" if "paper" in request.form else "back_office_offers.new"
    return redirect(url_for(page, record_id=proof_id), 303)
