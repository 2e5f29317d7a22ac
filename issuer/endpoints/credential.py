"""The endpoints behind an access token (OpenID4VCI 1.0, sections 8, 9 and 11)."""

from __future__ import annotations

from flask import Response

from esspass.openid4vci.credential import (
    DeferredCredentials,
    create_credential_response,
    parse_credential_request,
    parse_deferred_request,
    parse_notification,
)
from esspass.web import now, protocol_blueprint
from issuer.endpoints.calls import (
    MAX_BODY,
    current_call,
    read_json,
    read_message,
    refuse_token_outside_header,
    write_message,
)
from issuer.grants import Grant
from issuer.services import services

blueprint = protocol_blueprint("credential", __name__, cors=True, max_body=MAX_BODY)


@blueprint.post("/credential")
def credential() -> Response:
    """Issue, or tell the wallet to come back."""
    grant = _grant()
    document, encrypted = read_message("invalid_credential_request")
    request = parse_credential_request(document, encrypted=encrypted)
    response = services().issuance.issue(request, grant, now())
    status = 202 if isinstance(response, DeferredCredentials) else 200
    return write_message(create_credential_response(response), request.encryption, status)


@blueprint.post("/deferred-credential")
def deferred_credential() -> Response:
    """Issue what was deferred, if it is decided by now."""
    grant = _grant()
    document, encrypted = read_message("invalid_credential_request")
    request = parse_deferred_request(document, encrypted=encrypted)
    response = services().issuance.resume(request, grant, now())
    status = 202 if isinstance(response, DeferredCredentials) else 200
    return write_message(create_credential_response(response), request.encryption, status)


@blueprint.post("/notification")
def notification() -> Response:
    """Note what became of credentials; the same notification again changes nothing."""
    grant = _grant()
    notice = parse_notification(read_json("invalid_notification_request"))
    services().issuance.notify(notice, grant, now())
    return Response(status=204)


def _grant() -> Grant:
    refuse_token_outside_header()
    return services().prover.token(current_call()).grant
