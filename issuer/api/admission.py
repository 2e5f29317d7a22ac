"""Who calls: a bearer token, or one that is bound to a key, with a proof of it (RFC 9449)."""

from __future__ import annotations

from flask import request

from esspass.errors import ProtocolError
from esspass.web import now
from issuer.api.clients import Caller
from issuer.endpoints.calls import current_call
from issuer.protocol_errors import HeaderError
from issuer.services import services

_BEARER, _DPOP = 'Bearer realm="api"', 'DPoP algs="ES256"'
_MAX_TOKEN = 512


def admit_caller() -> Caller:
    """Return who calls.

    Raises HeaderError 401: ``invalid_token``, ``invalid_dpop_proof``, ``use_dpop_nonce``. A bound
    token comes under the DPoP scheme only, with its proof (RFC 9449, section 7.2).
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = None
    if token and len(token) <= _MAX_TOKEN and token.isascii():
        found = services().api.clients.find_caller(token, now())
    if found is None or scheme.lower() != ("dpop" if found.dpop_jkt else "bearer"):
        raise _refuse()
    if found.dpop_jkt:
        _verify_proof(found, token)
    elif services().config.require_api_dpop:
        raise _refuse()
    return found


def _verify_proof(caller: Caller, token: str) -> None:
    try:
        proof = services().prover.dpop(current_call(), token)
    except ProtocolError as error:
        if error.code != "invalid_dpop_proof":
            raise
        raise _refuse(str(error), error.code) from error
    if proof.thumbprint != caller.dpop_jkt:
        raise _refuse("the token is bound to another key")


def _refuse(
    message: str = "a token of this API is needed", code: str = "invalid_token"
) -> HeaderError:
    """Ask for a token in the ways that are open here (RFC 6750, section 3; RFC 9449, 7.1)."""
    asked = _DPOP if services().config.require_api_dpop else f"{_BEARER}, {_DPOP}"
    return HeaderError(message, code=code, status=401, headers={"WWW-Authenticate": asked})
