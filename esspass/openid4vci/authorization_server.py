"""Authorization server metadata (RFC 8414) as HAIP 1.0 and FAPI 2.0 need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esspass.errors import VerificationError
from esspass.openid4vci.client_attestation import AUTH_METHOD
from esspass.openid4vci.members import (
    read_optional_string,
    read_optional_strings,
    read_string,
    split_url,
)
from esspass.openid4vci.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE

WELL_KNOWN = "/.well-known/oauth-authorization-server"
REFRESH_TOKEN = "refresh_token"
_ALGORITHMS = ("ES256",)


@dataclass(frozen=True, slots=True)
class AuthorizationServerMetadata:
    """What an authorization server says about itself; endpoints are absolute URLs."""

    issuer: str
    token_endpoint: str
    authorization_endpoint: str | None = None
    pushed_authorization_request_endpoint: str | None = None
    challenge_endpoint: str | None = None
    jwks_uri: str | None = None
    status_list_aggregation_endpoint: str | None = None
    grant_types: tuple[str, ...] = (AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE, REFRESH_TOKEN)
    auth_methods: tuple[str, ...] = (AUTH_METHOD,)
    dpop_algorithms: tuple[str, ...] = _ALGORITHMS
    returns_iss: bool = True
    scopes: tuple[str, ...] = ()
    ui_locales: tuple[str, ...] = ()


def create_authorization_server_metadata(metadata: AuthorizationServerMetadata) -> dict[str, Any]:
    """Write the metadata document."""
    document: dict[str, Any] = {
        "issuer": metadata.issuer,
        "authorization_endpoint": metadata.authorization_endpoint,
        "token_endpoint": metadata.token_endpoint,
        "pushed_authorization_request_endpoint": metadata.pushed_authorization_request_endpoint,
        "require_pushed_authorization_requests": True,
        "challenge_endpoint": metadata.challenge_endpoint,
        "jwks_uri": metadata.jwks_uri,
        "status_list_aggregation_endpoint": metadata.status_list_aggregation_endpoint,
        "scopes_supported": list(metadata.scopes),
        "ui_locales_supported": list(metadata.ui_locales),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(metadata.grant_types),
        "authorization_details_types_supported": ["openid_credential"],
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": list(metadata.dpop_algorithms),
        "token_endpoint_auth_methods_supported": list(metadata.auth_methods),
        "client_attestation_signing_alg_values_supported": list(_ALGORITHMS),
        "client_attestation_pop_signing_alg_values_supported": list(_ALGORITHMS),
        "authorization_response_iss_parameter_supported": metadata.returns_iss,
        "pre-authorized_grant_anonymous_access_supported": False,
    }
    return {name: value for name, value in document.items() if value not in (None, [])}


def parse_authorization_server_metadata(
    document: Mapping[str, Any], issuer: str
) -> AuthorizationServerMetadata:
    """Read metadata fetched for ``issuer``.

    Raises VerificationError ``issuer_mismatch`` when it names another (RFC 8414, section 3.3),
    MalformedError otherwise.
    """
    if read_string(document, "issuer") != issuer:
        message = "the metadata belongs to another authorization server"
        raise VerificationError(message, code="issuer_mismatch")
    read_string(document, "token_endpoint")
    endpoints = {
        name: read_optional_string(document, name)
        for name in ("token_endpoint", "authorization_endpoint", "jwks_uri", "challenge_endpoint",
                     "pushed_authorization_request_endpoint", "status_list_aggregation_endpoint")
    }  # fmt: skip
    for url in filter(None, endpoints.values()):
        split_url(url)
    return AuthorizationServerMetadata(
        issuer,
        endpoints["token_endpoint"] or "",
        endpoints["authorization_endpoint"],
        endpoints["pushed_authorization_request_endpoint"],
        endpoints["challenge_endpoint"],
        endpoints["jwks_uri"],
        endpoints["status_list_aggregation_endpoint"],
        read_optional_strings(document, "grant_types_supported"),
        read_optional_strings(document, "token_endpoint_auth_methods_supported"),
        read_optional_strings(document, "dpop_signing_alg_values_supported"),
        document.get("authorization_response_iss_parameter_supported") is True,
        read_optional_strings(document, "scopes_supported"),
        read_optional_strings(document, "ui_locales_supported"),
    )
