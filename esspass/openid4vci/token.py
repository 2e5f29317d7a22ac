"""Token requests and responses (OpenID4VCI 1.0, section 6; RFC 6749; RFC 9449)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError, ProtocolError
from esspass.openid4vci.authorization import DETAILS_TYPE, parse_authorization_details
from esspass.openid4vci.authorization_server import REFRESH_TOKEN
from esspass.openid4vci.members import (
    is_array,
    read_object,
    read_optional_integer,
    read_optional_string,
    read_string,
    read_strings,
)
from esspass.openid4vci.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE
from esspass.openid4vci.refusal import refuse_with

TOKEN_TYPE = "DPoP"
_VISIBLE = re.compile(r"[!-~]+")  # what RFC 9449, section 7.1, lets into the Authorization header


@dataclass(frozen=True, slots=True)
class PreAuthorizedRequest:
    """Redeems a pre-authorized code."""

    code: str
    tx_code: str | None
    configuration_ids: tuple[str, ...]
    client_id: str | None


@dataclass(frozen=True, slots=True)
class AuthorizationCodeRequest:
    """Redeems an authorization code."""

    code: str
    redirect_uri: str
    code_verifier: str | None
    client_id: str | None


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """Asks for a new access token."""

    refresh_token: str
    client_id: str | None


TokenRequest = PreAuthorizedRequest | AuthorizationCodeRequest | RefreshRequest


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """``credential_identifiers`` by configuration id, when ``authorization_details`` was used.

    ``expires_in`` in seconds; a server may leave it out.
    """

    access_token: str
    expires_in: int | None
    refresh_token: str | None = None
    credential_identifiers: Mapping[str, tuple[str, ...]] | None = None
    scope: str | None = None


def parse_token_request(form: Mapping[str, str]) -> TokenRequest:
    """Read a token request.

    Raises ProtocolError: ``invalid_request``, ``unsupported_grant_type``.
    """
    with refuse_with("invalid_request"):
        grant_type = read_string(form, "grant_type")
        client_id = read_optional_string(form, "client_id")
        if grant_type == PRE_AUTHORIZED_CODE:
            code = read_string(form, "pre-authorized_code")
            asked = parse_authorization_details(form)
            return PreAuthorizedRequest(code, form.get("tx_code"), asked, client_id)
        if grant_type == AUTHORIZATION_CODE:
            code, redirect_uri = read_string(form, "code"), read_string(form, "redirect_uri")
            return AuthorizationCodeRequest(
                code, redirect_uri, form.get("code_verifier"), client_id
            )
        if grant_type == REFRESH_TOKEN:
            return RefreshRequest(read_string(form, "refresh_token"), client_id)
    raise ProtocolError("grant type not supported", code="unsupported_grant_type")


def create_token_response(response: TokenResponse) -> dict[str, Any]:
    """Write a token response."""
    document: dict[str, Any] = {
        "access_token": response.access_token,
        "token_type": TOKEN_TYPE,
        "expires_in": response.expires_in,
        "refresh_token": response.refresh_token,
        "scope": response.scope,
    }
    if response.credential_identifiers is not None:
        document["authorization_details"] = [
            {
                "type": DETAILS_TYPE,
                "credential_configuration_id": configuration_id,
                "credential_identifiers": list(identifiers),
            }
            for configuration_id, identifiers in response.credential_identifiers.items()
        ]
    return {name: value for name, value in document.items() if value is not None}


def parse_token_response(document: Mapping[str, Any]) -> TokenResponse:
    """Read a token response; ``token_type`` in any case, ``expires_in`` may be missing.

    Raises MalformedError, also when the token is not bound to our DPoP key.
    """
    if read_string(document, "token_type").lower() != TOKEN_TYPE.lower():
        raise MalformedError("the token is not DPoP-bound", code="token_not_bound")
    access_token = read_string(document, "access_token")
    if not _VISIBLE.fullmatch(access_token):
        raise MalformedError("the access token does not fit into a header")
    return TokenResponse(
        access_token,
        read_optional_integer(document, "expires_in"),
        read_optional_string(document, "refresh_token"),
        _parse_identifiers(document),
        document.get("scope") or None,
    )


def _parse_identifiers(document: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]] | None:
    details = document.get("authorization_details")
    if details is None:
        return None
    if not is_array(details):
        raise MalformedError("authorization_details must be an array")
    entries = [read_object(entry, "authorization_details") for entry in details]
    return {
        read_string(entry, "credential_configuration_id"): read_strings(
            entry, "credential_identifiers"
        )
        for entry in entries
        if entry.get("type") == DETAILS_TYPE
    }
