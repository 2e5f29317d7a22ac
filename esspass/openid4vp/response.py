"""The answer: ``direct_post.jwt`` (OpenID4VP 1.0, sections 8.2, 8.3 and 8.5).

A VP token travels encrypted or not at all. An error may travel in clear: a wallet that cannot
encrypt says so that way (section 8.3.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import MalformedError, ProtocolError
from esspass.jose.jwe import EncryptionKey, decrypt_jwe, encrypt_jwe
from esspass.jose.jws import create_json, parse_json_object
from esspass.openid4vp.refusal import Refusal
from esspass.openid4vp.request_object import AuthorizationRequest

ACCESS_DENIED = "access_denied"
_ERROR_CODE = re.compile(r"[a-z_]{1,64}")


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """An answer as it came: a VP token not yet held to its query, or an error code."""

    state: str | None
    unverified_vp_token: Mapping[str, Any] | None = field(default=None, repr=False)
    error: str | None = None


def create_response(
    vp_token: Mapping[str, Sequence[str]], request: AuthorizationRequest
) -> dict[str, str]:
    """Encrypt presentations, by credential query id, into the form to post to response_uri."""
    presentations = {query_id: list(texts) for query_id, texts in vp_token.items()}
    encryption = (request.encryption_jwk, request.encryption_enc)
    return _encrypted({"vp_token": presentations, **_state(request.state)}, encryption)


def create_error_response(
    request: AuthorizationRequest, error: str = ACCESS_DENIED
) -> dict[str, str]:
    """Write a refusal. No match and no consent are the same ``access_denied`` (section 15.9)."""
    encryption = (request.encryption_jwk, request.encryption_enc)
    return _encrypted({"error": error, **_state(request.state)}, encryption)


def create_refusal_response(refusal: Refusal) -> dict[str, str]:
    """Write why a request is not answered at all; in clear where nothing else can be read."""
    payload = {"error": refusal.error, **_state(refusal.state)}
    return _encrypted(payload, refusal.encryption) if refusal.encryption else payload


def parse_response(form: Mapping[str, str], key: EncryptionKey) -> AuthorizationResponse:
    """Open a posted form with the request's own key.

    Raises ProtocolError for a VP token in clear, MalformedError, or VerificationError when it
    was not encrypted to ``key``.
    """
    if "response" in form:
        if form.keys() & {"vp_token", "error"}:
            raise ProtocolError("encrypted and plain parameters together")
        return _response(parse_json_object(decrypt_jwe(form["response"], key)))
    if "vp_token" in form:
        raise ProtocolError("the answer must be encrypted (direct_post.jwt)")
    if "error" in form:
        return _response({name: form.get(name) for name in ("error", "state") if name in form})
    raise ProtocolError("the response parameter is missing")


def _encrypted(
    payload: Mapping[str, Any], encryption: tuple[Mapping[str, Any], str]
) -> dict[str, str]:
    return {"response": encrypt_jwe(create_json(payload), *encryption)}


def _state(state: str | None) -> dict[str, str]:
    return {} if state is None else {"state": state}


def _response(payload: Mapping[str, Any]) -> AuthorizationResponse:
    state, error, vp_token = (payload.get(name) for name in ("state", "error", "vp_token"))
    if state is not None and not isinstance(state, str):
        raise MalformedError("state is a string")
    if error is not None:
        if not isinstance(error, str) or not _ERROR_CODE.fullmatch(error) or vp_token is not None:
            raise MalformedError("error is a code, and excludes a vp_token")
        return AuthorizationResponse(state, error=error)
    if not isinstance(vp_token, Mapping):
        raise MalformedError("vp_token is a JSON object")
    return AuthorizationResponse(state, vp_token)
