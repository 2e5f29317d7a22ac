"""A citizen passes on a desk's request for a replacement certificate, with their PID."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import NotFound

from esspass.errors import ProtocolError
from esspass.web import now, protocol_blueprint
from issuer.citizen_texts import REPLACEMENTS, in_every_language
from issuer.endpoints.calls import answer, read_json
from issuer.replacing import MAX_PRESENTATION, Reason, Refusal, ReplacementOffice
from issuer.services import services

MAX_BODY = 2 * MAX_PRESENTATION
_CODE = "invalid_replacement_request"
_STATUS = {Reason.PENDING: 202, Reason.UNDECIDED: 503, Reason.UNAVAILABLE: 503}
blueprint = protocol_blueprint("replacements", __name__, cors=True, max_body=MAX_BODY)


@blueprint.post("/replacement-certificates")
def replacement_certificate() -> Response:
    """Send the certificate to the desk, or tell the citizen why not."""
    office, body = _office(), read_json(_CODE)
    request, presentation = body.get("request"), body.get("presentation")
    if not isinstance(request, str) or not isinstance(presentation, str):
        raise ProtocolError("request and presentation are needed", code=_CODE)
    try:
        reason, result = office.answer(request, presentation, now()), "sent"
    except Refusal as refusal:
        reason, result = refusal.reason, "refused"
    sentence = in_every_language(REPLACEMENTS[reason])
    document = {"result": result, "reason": reason, "sentence": sentence}
    return answer(document, _STATUS.get(reason, 200))


def _office() -> ReplacementOffice:
    office = services().replacing
    if office is None:
        raise NotFound
    return office
