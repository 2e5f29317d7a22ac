"""Credential offers by reference (OpenID4VCI 1.0, section 4.1.3)."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import NotFound

from esspass.openid4vci.offer import create_credential_offer
from esspass.web import now, protocol_blueprint
from issuer.endpoints.calls import answer
from issuer.services import services

blueprint = protocol_blueprint("offers", __name__, cors=True)


@blueprint.get("/credential-offers/<offer_id>")
def credential_offer(offer_id: str) -> Response:
    """Return an open offer; 404 when it is unknown, taken, cancelled or expired."""
    offer = services().issuer.open_offer(offer_id, now())
    if offer is None:
        raise NotFound
    return answer(create_credential_offer(offer))
