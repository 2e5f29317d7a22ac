"""The institution's access point: other institutions leave their messages here."""

from __future__ import annotations

from flask import Response, request
from werkzeug import exceptions

from esspass.errors import MalformedError
from esspass.exchange.envelope import MAX_ENVELOPE_BYTES, MEDIA_TYPE
from esspass.exchange.receipt import MEDIA_TYPE as RECEIPT_TYPE
from esspass.web import now, protocol_blueprint
from issuer.services import services

blueprint = protocol_blueprint("exchange", __name__, max_body=MAX_ENVELOPE_BYTES)


@blueprint.post("/exchange/messages")
def messages() -> Response:
    """Answer an envelope with a signed receipt, be it of delivery or of refusal."""
    desk = services().desk
    if desk.inbox is None:
        raise exceptions.NotFound
    if request.mimetype != MEDIA_TYPE:
        raise exceptions.UnsupportedMediaType
    try:
        envelope = request.get_data().decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedError("not a compact JWE") from error
    return Response(desk.receive(envelope, now()), mimetype=RECEIPT_TYPE)
