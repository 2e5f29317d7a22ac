"""The institution's access point: other institutions leave their messages here."""

from __future__ import annotations

from flask import Response
from werkzeug import exceptions

from esspass.exchange.envelope import MAX_ENVELOPE_BYTES
from esspass.exchange.receipt import MEDIA_TYPE as RECEIPT_TYPE
from esspass.web import now, protocol_blueprint
from issuer.endpoints.calls import read_envelope
from issuer.services import services

blueprint = protocol_blueprint("exchange", __name__, max_body=MAX_ENVELOPE_BYTES)


@blueprint.post("/exchange/messages")
def messages() -> Response:
    """Answer an envelope with a signed receipt, be it of delivery or of refusal."""
    desk = services().desk
    if desk.inbox is None:
        raise exceptions.NotFound
    return Response(desk.receive(read_envelope(), now()), mimetype=RECEIPT_TYPE)
