"""The relying party's endpoints, for any app that asks for credentials.

OpenID4VP 1.0, sections 5.10 (request URI, GET and POST) and 8.2 (response URI). Requests are
served to whoever knows their address: they are signed, and worth nothing to an onlooker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Blueprint, current_app, jsonify, request
from werkzeug.wrappers import Response

from esspass.errors import ProtocolError
from esspass.openid4vp.relying_party import RelyingParty
from esspass.openid4vp.request_object import MEDIA_TYPE
from esspass.web.blueprints import protocol_blueprint
from esspass.web.settings import now

MAX_BODY = 1024 * 1024
_FORM = "application/x-www-form-urlencoded"


def create_relying_party_blueprint(get_relying_party: Callable[[], RelyingParty]) -> Blueprint:
    """Make ``/openid4vp/request/<id>`` and ``/openid4vp/response/<id>``.

    ``get_relying_party`` is called within a request. Scripts of every origin may call both: a
    web wallet does, and no cookie is read.
    """
    blueprint = protocol_blueprint("openid4vp", __name__, cors=True, max_body=MAX_BODY)

    @blueprint.get("/openid4vp/request/<transaction_id>")
    def request_object(transaction_id: str) -> Response:
        return _signed(get_relying_party().request_object(transaction_id, None, now()))

    @blueprint.post("/openid4vp/request/<transaction_id>")
    def request_object_for_wallet(transaction_id: str) -> Response:
        wallet_nonce = _form().get("wallet_nonce")
        token = get_relying_party().request_object(transaction_id, wallet_nonce, now())
        return _signed(token)

    @blueprint.post("/openid4vp/response/<transaction_id>")
    def response(transaction_id: str) -> Response:
        result = get_relying_party().receive(transaction_id, _form(), now())
        told = {"redirect_uri": result.redirect_uri, "verification_receipt": result.receipt}
        return jsonify({name: value for name, value in told.items() if value is not None})

    return blueprint


def _signed(token: str) -> Response:
    return cast("Response", current_app.response_class(token, content_type=MEDIA_TYPE))


def _form() -> dict[str, str]:
    """Read the form; a parameter that comes twice is refused (RFC 6749, section 3.1)."""
    if request.mimetype != _FORM and request.content_length:
        raise ProtocolError(f"the body must be {_FORM}", status=415)
    values = request.form.to_dict(flat=False)
    if any(len(given) > 1 for given in values.values()):
        raise ProtocolError("a parameter appears twice")
    return {name: given[0] for name, given in values.items()}
