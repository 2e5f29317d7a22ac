"""The holder's paper: ``GET /paper`` with the access token of a document (our own endpoint).

``lang`` and ``second`` choose the languages; ``credential_identifier`` names the document when the
token is for several, else the first counts.
"""

from __future__ import annotations

from flask import Response, request

from esspass.errors import ProtocolError
from esspass.web import now, protocol_blueprint
from issuer.endpoints.calls import current_call, refuse_token_outside_header
from issuer.paper import PaperError, Wish
from issuer.records import StateError
from issuer.services import services

blueprint = protocol_blueprint("paper", __name__, cors=True)


@blueprint.get("/paper")
def paper() -> Response:
    """Return the sealed PDF of the document that the token is for."""
    refuse_token_outside_header()
    grant = services().prover.token(current_call()).grant
    wish = Wish(request.args.get("lang", "en"), request.args.get("second") or None)
    try:
        made = services().paper.create(_record_id(grant.id), wish, now())
    except StateError as error:
        message = "the document was withdrawn, is suspended or is not decided yet"
        raise ProtocolError(message, code="credential_request_denied") from error
    except PaperError as error:
        raise ProtocolError(str(error), code="credential_request_denied") from error
    return answer_pdf(made.pdf, made.number)


def _record_id(grant_id: str) -> str:
    wanted = request.args.get("credential_identifier")
    for granted in services().issuance.grants.datasets(grant_id):
        if wanted in (None, granted.identifier):
            return granted.record_id
    code = "unknown_credential_identifier"
    raise ProtocolError("the token is not for that document", code=code)


def answer_pdf(pdf: bytes, number: str) -> Response:
    """Write a file for download; its name is the document number, as far as names allow."""
    name = "".join(char if char.isascii() and char.isalnum() else "-" for char in number)
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
