"""Access to an issuer: a token, the keys it is bound to, and whom it was got from.

It can be written down, sealed, and taken up again by another process: for a deferred credential,
a refresh, or the word that a credential was deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from esspass.errors import ProtocolError
from esspass.fetch import Fetcher
from esspass.openid4vci.authorization_server import AuthorizationServerMetadata
from esspass.openid4vci.metadata import IssuerMetadata
from esspass.openid4vci.offer import PreAuthorizedGrant
from esspass.openid4vci.token import TokenResponse
from wallet.channel import Channel
from wallet.credential_request import IssuerEndpoints
from wallet.discovery import (
    Decide,
    Party,
    ResolvedOffer,
    fetch_authorization_server,
    fetch_issuer,
    fetch_issuer_metadata,
    fetch_offer,
)
from wallet.grants import (
    PushedAuthorization,
    open_channel,
    push_authorization,
    redeem_code,
    redeem_pre_authorized,
    redeem_refresh_token,
)
from wallet.instance import Instance, create_instance, read_instance
from wallet.provider import WalletProvider


@dataclass(frozen=True, slots=True)
class Access:
    """An access token in use."""

    metadata: IssuerMetadata
    server: AuthorizationServerMetadata
    party: Party
    channel: Channel = field(repr=False)
    token: TokenResponse = field(repr=False)

    def endpoints(self) -> IssuerEndpoints:
        """Return the issuer's endpoints under this token."""
        return IssuerEndpoints(self.metadata, self.channel, self.token.access_token)

    def identifiers(self, configuration_id: str) -> tuple[str | None, ...]:
        """Return the credential identifiers of the token; one None when it was by scope."""
        granted = self.token.credential_identifiers or {}
        return granted.get(configuration_id) or (None,)

    def write(self) -> dict[str, Any]:
        """Return what ``AccessDesk.resume`` needs, for sealed storage."""
        return {
            "credential_issuer": self.metadata.credential_issuer,
            "authorization_server": self.server.issuer,
            "instance": self.channel.instance.write(),
            "access_token": self.token.access_token,
            "refresh_token": self.token.refresh_token,
        }


@dataclass(frozen=True, slots=True)
class AccessDesk:
    """Finds issuers and gets access to them; the only part that asks for tokens."""

    fetcher: Fetcher
    provider: WalletProvider
    redirect_uri: str

    def resolve(self, uri: str, decide: Decide, now: int) -> ResolvedOffer:
        """Find out what an offer is and who makes it. Raises as ``wallet.discovery``."""
        return fetch_issuer(fetch_offer(uri, self.fetcher), self.fetcher, decide, now)

    def redeem_pre_authorized(
        self, resolved: ResolvedOffer, grant: PreAuthorizedGrant, tx_code: str | None, now: int
    ) -> Access:
        """Get access by pre-authorized code."""
        channel = self._open(create_instance(), resolved.server)
        token = redeem_pre_authorized(resolved.server, channel, grant, tx_code, now)
        return Access(resolved.metadata, resolved.server, resolved.party, channel, token)

    def push_authorization(
        self, resolved: ResolvedOffer, instance: Instance, now: int
    ) -> PushedAuthorization:
        """Begin a sign-in at the issuer."""
        channel = self._open(instance, resolved.server)
        return push_authorization(resolved, channel, self.redirect_uri, now)

    def redeem_code(
        self, resolved: ResolvedOffer, instance: Instance, pushed: PushedAuthorization,
        callback_url: str, now: int,
    ) -> Access:  # fmt: skip
        """Get access after a sign-in."""
        channel = self._open(instance, resolved.server)
        server, back = resolved.server, self.redirect_uri
        token = redeem_code(server, channel, pushed, callback_url, back, now)
        return Access(resolved.metadata, server, resolved.party, channel, token)

    def resume(self, state: Mapping[str, Any], decide: Decide, now: int) -> Access:
        """Take up access that was written down; metadata is fetched afresh."""
        metadata, party = fetch_issuer_metadata(
            state["credential_issuer"], self.fetcher, decide, now
        )
        server = fetch_authorization_server(state["authorization_server"], self.fetcher)
        channel = self._open(read_instance(state["instance"]), server)
        token = TokenResponse(state["access_token"], None, state["refresh_token"])
        return Access(metadata, server, party, channel, token)

    def refresh(self, access: Access, now: int) -> Access:
        """Get a fresh access token. Raises ProtocolError ``invalid_grant`` without the means."""
        refresh_token = access.token.refresh_token
        if refresh_token is None:
            raise ProtocolError("the issuer gave no refresh token", code="invalid_grant")
        token = redeem_refresh_token(access.server, access.channel, refresh_token, now)
        kept = replace(token, refresh_token=token.refresh_token or refresh_token)
        return replace(access, token=kept)

    def _open(self, instance: Instance, server: AuthorizationServerMetadata) -> Channel:
        return open_channel(self.fetcher, self.provider, instance, server)
