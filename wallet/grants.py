"""Getting an access token: by pre-authorized code, by authorization code, by refresh token.

OpenID4VCI 1.0, sections 5 and 6, under HAIP 1.0: pushed authorization request, PKCE, DPoP, wallet
attestation, ``state`` and ``iss`` checked.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from esspass.errors import MalformedError
from esspass.fetch import Fetcher
from esspass.keys.jwk import create_jwk, create_thumbprint
from esspass.openid4vci.authorization import (
    REQUEST_URI_PREFIX,
    AuthorizationRequest,
    create_authorization_request,
    parse_authorization_response,
)
from esspass.openid4vci.authorization_server import REFRESH_TOKEN, AuthorizationServerMetadata
from esspass.openid4vci.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED_CODE, PreAuthorizedGrant
from esspass.openid4vci.pkce import create_code_challenge, create_code_verifier
from esspass.openid4vci.token import TokenResponse, parse_token_response
from wallet.channel import Channel, require_success
from wallet.discovery import ResolvedOffer
from wallet.instance import Instance
from wallet.provider import WalletProvider


@dataclass(frozen=True, slots=True)
class PushedAuthorization:
    """An authorization under way: where to send the citizen, and what to check on return."""

    url: str
    state: str
    code_verifier: str = field(repr=False)


def open_channel(
    fetcher: Fetcher, provider: WalletProvider, instance: Instance,
    server: AuthorizationServerMetadata,
) -> Channel:  # fmt: skip
    """Begin to speak with an authorization server; fetches its challenge where it has one."""
    channel = Channel(fetcher, provider, instance, server.issuer)
    if server.challenge_endpoint:
        answer = fetcher.post_form(server.challenge_endpoint, {}, {"Accept": "application/json"})
        channel.note(server.challenge_endpoint, answer)
        challenge = require_success(answer, 200).get("attestation_challenge")
        channel.challenge = challenge if isinstance(challenge, str) else channel.challenge
    return channel


def push_authorization(
    resolved: ResolvedOffer, channel: Channel, redirect_uri: str, now: int
) -> PushedAuthorization:
    """Push an authorization request (RFC 9126). Raises ProtocolError, UnavailableError."""
    server = resolved.server
    endpoint, page = server.pushed_authorization_request_endpoint, server.authorization_endpoint
    if endpoint is None or page is None:
        raise MalformedError("the issuer offers no sign-in", code="no_authorization_endpoint")
    state, code_verifier = secrets.token_urlsafe(32), create_code_verifier()
    client_id = channel.provider.client_id
    request = _authorization_request(resolved, channel, redirect_uri, state, code_verifier)
    answer = channel.post_form(endpoint, create_authorization_request(request), now)
    request_uri = require_success(answer, 200, 201).get("request_uri")
    if not isinstance(request_uri, str) or not request_uri.startswith(REQUEST_URI_PREFIX):
        raise MalformedError("the issuer gave no request_uri", code="bad_request_uri")
    query = urlencode({"client_id": client_id, "request_uri": request_uri})
    separator = "&" if "?" in page else "?"
    return PushedAuthorization(f"{page}{separator}{query}", state, code_verifier)


def _authorization_request(
    resolved: ResolvedOffer, channel: Channel, redirect_uri: str, state: str, code_verifier: str
) -> AuthorizationRequest:
    """By scope where every configuration has one (HAIP 1.0, section 4.3), else by details."""
    asked = [
        resolved.metadata.configurations[name]
        for name in resolved.offer.credential_configuration_ids
    ]
    scopes = tuple(dict.fromkeys(each.scope for each in asked if each.scope))
    by_scope = all(each.scope for each in asked)
    grant = resolved.offer.authorization
    return AuthorizationRequest(
        client_id=channel.provider.client_id,
        redirect_uri=redirect_uri,
        code_challenge=create_code_challenge(code_verifier),
        scopes=scopes if by_scope else (),
        configuration_ids=() if by_scope else resolved.offer.credential_configuration_ids,
        state=state,
        issuer_state=grant.issuer_state if grant else None,
        dpop_jkt=create_thumbprint(create_jwk(channel.instance.dpop_key.public_key)),
    )


def redeem_code(
    server: AuthorizationServerMetadata, channel: Channel, pushed: PushedAuthorization,
    callback_url: str, redirect_uri: str, now: int,
) -> TokenResponse:  # fmt: skip
    """Turn the answer of the sign-in into a token; ``state`` and ``iss`` must be right.

    Raises VerificationError, MalformedError, ProtocolError, UnavailableError.
    """
    code = parse_authorization_response(callback_url, state=pushed.state, issuer=server.issuer)
    form = {
        "grant_type": AUTHORIZATION_CODE,
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": pushed.code_verifier,
    }
    return _request_token(server, channel, form, now)


def redeem_pre_authorized(
    server: AuthorizationServerMetadata, channel: Channel, grant: PreAuthorizedGrant,
    tx_code: str | None, now: int,
) -> TokenResponse:  # fmt: skip
    """Turn a pre-authorized code into a token; ``tx_code`` is what the citizen typed."""
    if grant.tx_code is not None and not tx_code:
        raise MalformedError("a transaction code is needed", code="tx_code_needed")
    form = {
        "grant_type": PRE_AUTHORIZED_CODE,
        "pre-authorized_code": grant.pre_authorized_code,
        **({"tx_code": tx_code} if tx_code and grant.tx_code is not None else {}),
    }
    return _request_token(server, channel, form, now)


def redeem_refresh_token(
    server: AuthorizationServerMetadata, channel: Channel, refresh_token: str, now: int
) -> TokenResponse:
    """Turn a refresh token into a fresh access token."""
    form = {"grant_type": REFRESH_TOKEN, "refresh_token": refresh_token}
    return _request_token(server, channel, form, now)


def _request_token(
    server: AuthorizationServerMetadata, channel: Channel, form: dict[str, str], now: int
) -> TokenResponse:
    complete = {**form, "client_id": channel.provider.client_id}
    answer = channel.post_form(server.token_endpoint, complete, now)
    return parse_token_response(require_success(answer, 200))
