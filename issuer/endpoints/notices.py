"""What became of a wallet's documents, and asking for the next ones: behind the access token."""

from __future__ import annotations

from flask import Response

from esspass.errors import MalformedError, ProtocolError
from esspass.openid4vci.members import read_string
from esspass.web import now, protocol_blueprint
from issuer.citizen_texts import NOTICES, in_every_language
from issuer.endpoints.calls import answer, current_call, read_json, refuse_token_outside_header
from issuer.grants import Grant
from issuer.services import services

blueprint = protocol_blueprint("notices", __name__, cors=True, max_body=4096)


@blueprint.get("/notices")
def notices() -> Response:
    """Return the notices of the grant's decisions, the latest first."""
    found = services().notices.of_grant(_grant(), now())
    if (office := services().replacing) is not None:
        office.deliver_due(now(), 1)  # wallets ask often, and we have no clock of our own
    documents = [notice.document(in_every_language(NOTICES[notice.reason])) for notice in found]
    return answer({"notices": documents})


@blueprint.post("/renewals")
def renewals() -> Response:
    """Offer what follows on a document, or leave the wish to a clerk."""
    grant, body = _grant(), read_json("invalid_renewal_request")
    try:
        number = read_string(body, "document_number")
    except MalformedError as error:
        raise ProtocolError(str(error), code="invalid_renewal_request") from error
    renewed = services().notices.renew(grant, number, now())
    offer = {"credential_offer_uri": renewed.offer_uri} if renewed.offer_uri else {}
    return answer({"result": renewed.result, **offer})


def _grant() -> Grant:
    refuse_token_outside_header()
    return services().prover.token(current_call()).grant
