"""Pushed authorization requests, tokens, nonces and challenges."""

from __future__ import annotations

from flask import Response

from esspass.openid4vci.client_attestation import CHALLENGE_HEADER
from esspass.openid4vci.token import create_token_response
from esspass.web import now, protocol_blueprint
from issuer.authorization_requests import REQUEST_URI_LIFETIME
from issuer.endpoints.calls import MAX_BODY, answer, current_call, read_form
from issuer.nonces import Purpose
from issuer.services import services

blueprint = protocol_blueprint("token", __name__, cors=True, max_body=MAX_BODY)


@blueprint.post("/par")
def push() -> Response:
    """Take a pushed authorization request (RFC 9126)."""
    request_uri = services().authorization.push(current_call(), read_form())
    return answer({"request_uri": request_uri, "expires_in": REQUEST_URI_LIFETIME}, 201)


@blueprint.post("/token")
def token() -> Response:
    """Redeem a code or a refresh token (OpenID4VCI 1.0, section 6)."""
    response = services().tokens.redeem(current_call(), read_form())
    return answer(create_token_response(response), headers=_dpop_nonce())


@blueprint.post("/nonce")
def nonce() -> Response:
    """Give a ``c_nonce`` (OpenID4VCI 1.0, section 7)."""
    c_nonce = services().nonces.create(Purpose.CREDENTIAL, now())
    return answer({"c_nonce": c_nonce}, headers=_dpop_nonce())


@blueprint.post("/challenge")
def challenge() -> Response:
    """Give a challenge for the client attestation proof (draft -07, section 6.1)."""
    fresh = services().nonces.create(Purpose.CHALLENGE, now())
    response = answer({"attestation_challenge": fresh})
    response.headers[CHALLENGE_HEADER] = fresh
    return response


def _dpop_nonce() -> dict[str, str]:
    if not services().config.require_dpop_nonce:
        return {}
    return {"DPoP-Nonce": services().nonces.create(Purpose.DPOP, now())}
