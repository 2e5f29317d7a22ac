"""Proof of application: made for an A1 that waits, then offered to the person like any document."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.services import services

blueprint = require_sign_in(page_blueprint("back_office_applications", __name__))


@blueprint.post("/decisions/<record_id>/application")
def acknowledge(record_id: str) -> Response:
    """Enter the proof, and go on to its offer; made twice, it is the same one."""
    issuer = services().issuer
    proof_id = issuer.applications.acknowledge(record_id, now(), signed_in_user().name)
    return redirect(url_for("back_office_offers.new", record_id=proof_id), 303)
