"""POST /token: client credentials for a token (RFC 6749, section 4.4)."""

from __future__ import annotations

from typing import Any

from flask import request

from esspass.errors import ProtocolError
from esspass.web import now
from issuer.api.blueprint import blueprint
from issuer.api.clients import LIFETIME
from issuer.api.shapes import Token, TokenRequest
from issuer.protocol_errors import HeaderError
from issuer.services import services


@blueprint.post("/token")
@blueprint.input(TokenRequest, location="form", arg_name="wanted")
@blueprint.output(Token)
@blueprint.doc(tags=["Access"], security="client")
def token(wanted: TokenRequest) -> dict[str, Any]:
    """Get a token for one purpose.

    It lives ten minutes. The client names itself with HTTP Basic.
    """
    given = request.authorization
    if given is None or given.type != "basic":
        raise _ask_for_client()
    try:
        made = services().api.clients.create_token(
            given.username or "", given.password or "", wanted.scope, now()
        )
    except ProtocolError as error:
        raise _ask_for_client() if error.status == 401 else error from error
    return {
        "access_token": made, "token_type": "Bearer", "expires_in": LIFETIME,
        "scope": wanted.scope,
    }  # fmt: skip


def _ask_for_client() -> HeaderError:
    return HeaderError(
        "unknown client or secret",
        code="invalid_client",
        status=401,
        headers={"WWW-Authenticate": 'Basic realm="api"'},
    )
