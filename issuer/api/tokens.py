"""POST /token: client credentials for a token (RFC 6749, section 4.4; RFC 9449, section 5)."""

from __future__ import annotations

from typing import Any

from flask import request

from esspass.errors import ProtocolError
from esspass.web import now
from issuer.api.blueprint import blueprint
from issuer.api.clients import LIFETIME, ApiClient
from issuer.api.shapes import Token, TokenRequest
from issuer.endpoints.calls import current_call
from issuer.protocol_errors import HeaderError
from issuer.services import services


@blueprint.post("/token")
@blueprint.input(TokenRequest, location="form", arg_name="wanted")
@blueprint.output(Token)
@blueprint.doc(tags=["Access"], security="client")
def token(wanted: TokenRequest) -> dict[str, Any]:
    """Get a token for one purpose.

    It lives ten minutes. The client names itself with HTTP Basic. With a DPoP proof beside it the
    token is bound to the proof's key and worth nothing without it.
    """
    clients, client = services().api.clients, _authenticate()
    thumbprint = _prove_key()
    made = clients.create_token(client, wanted.scope, now(), thumbprint)
    return {
        "access_token": made, "token_type": "DPoP" if thumbprint else "Bearer",
        "expires_in": LIFETIME, "scope": wanted.scope,
    }  # fmt: skip


def _authenticate() -> ApiClient:
    given = request.authorization
    if given is None or given.type != "basic":
        raise _ask_for_client()
    try:
        return services().api.clients.authenticate(given.username or "", given.password or "")
    except ProtocolError as error:
        raise _ask_for_client() from error


def _prove_key() -> str:
    """The thumbprint of the key that a proof shows; empty without one, where that is allowed."""
    if "DPoP" not in request.headers and not services().config.require_api_dpop:
        return ""
    return services().prover.dpop(current_call()).thumbprint


def _ask_for_client() -> HeaderError:
    return HeaderError(
        "unknown client or secret",
        code="invalid_client",
        status=401,
        headers={"WWW-Authenticate": 'Basic realm="api"'},
    )
