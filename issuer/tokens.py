"""The token endpoint: three grants, each redeemed by the wallet it was meant for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esspass.errors import ProtocolError
from esspass.openid4vci.client_attestation import ClientAttestation
from esspass.openid4vci.dpop import DpopProof, verify_binding
from esspass.openid4vci.pkce import verify_code_verifier
from esspass.openid4vci.token import (
    AuthorizationCodeRequest,
    PreAuthorizedRequest,
    RefreshRequest,
    TokenRequest,
    TokenResponse,
    parse_token_request,
)
from issuer.authorization import same_client
from issuer.grants import ACCESS, REFRESH, AuthorizationCode, Grant, Grants
from issuer.history import Event, History
from issuer.housekeeping import Housekeeping
from issuer.offers import Grant as OfferGrant
from issuer.offers import Offer, Offers
from issuer.proving import Call, Prover


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Redeems codes and refresh tokens; lifetimes in seconds."""

    prover: Prover
    grants: Grants
    offers: Offers
    history: History
    housekeeping: Housekeeping
    access_lifetime: int
    refresh_lifetime: int

    def redeem(self, call: Call, form: Mapping[str, str]) -> TokenResponse:
        """Answer a token request. Raises ProtocolError (RFC 6749, section 5.2)."""
        request = parse_token_request(form)
        client = self.prover.client(call, request.client_id)
        self.housekeeping.purge_in_passing(call.now)
        proof = self.prover.dpop(call)
        grant = self._grant(request, client, proof, call.now)
        refresh = not isinstance(request, RefreshRequest)
        return self._respond(grant, proof, call.now, refresh=refresh)

    def _grant(
        self, request: TokenRequest, client: ClientAttestation, proof: DpopProof, now: int
    ) -> Grant:
        if isinstance(request, PreAuthorizedRequest):
            return self._redeem_offer(request, client, now)
        if isinstance(request, AuthorizationCodeRequest):
            return self._redeem_code(request, client, proof, now)
        return self._refresh(request, client, now)

    def _redeem_offer(
        self, request: PreAuthorizedRequest, client: ClientAttestation, now: int
    ) -> Grant:
        offer = self.offers.find(request.code)
        if offer is None or offer.grant is not OfferGrant.PRE_AUTHORIZED:
            raise _invalid_grant()
        if offer.with_tx_code != bool(request.tx_code):
            expected = "is needed" if offer.with_tx_code else "is not expected"
            raise ProtocolError(f"tx_code {expected}")
        asked = request.configuration_ids
        if asked and asked != (offer.configuration_id,):
            message = "the offer is for another credential configuration"
            raise ProtocolError(message, code="invalid_authorization_details")
        self._use_offer(request, now)
        dataset = (offer.configuration_id, offer.record_id, bool(asked))
        return self.grants.add(client.client_id, client.thumbprint, None, [dataset], now)

    def _use_offer(self, request: PreAuthorizedRequest, now: int) -> None:
        used: Offer | None = self.offers.redeem(request.code, request.tx_code, now)
        if used is None:
            raise _invalid_grant()
        if used.redeemed_at is None:
            if used.tries_left <= 0:
                self.history.add(used.record_id, Event.OFFER_LOCKED, now)
            raise ProtocolError("tx_code is wrong", code="invalid_grant")
        self.history.add(used.record_id, Event.OFFER_REDEEMED, now)

    def _redeem_code(
        self,
        request: AuthorizationCodeRequest,
        client: ClientAttestation,
        proof: DpopProof,
        now: int,
    ) -> Grant:
        code = self.grants.find_code(request.code)
        if code is None or not same_client(code.grant.thumbprint, code.grant.client_id, client):
            raise _invalid_grant()
        if code.used_at is not None:
            self.grants.revoke(code.grant.id, now)
            raise _invalid_grant()
        _verify_code(code, request, proof)
        if not self.grants.use_code(request.code, now):
            raise _invalid_grant()
        return code.grant

    def _refresh(self, request: RefreshRequest, client: ClientAttestation, now: int) -> Grant:
        """The token is bound to the wallet instance key, and stays the same (FAPI 2.0)."""
        token = self.grants.find_token(REFRESH, request.refresh_token, now)
        if token is None or not same_client(token.grant.thumbprint, token.grant.client_id, client):
            raise ProtocolError("the refresh token is unknown or over", code="invalid_grant")
        return token.grant

    def _respond(self, grant: Grant, proof: DpopProof, now: int, *, refresh: bool) -> TokenResponse:
        key, expires_at = proof.thumbprint, now + self.access_lifetime
        access_token = self.grants.create_token(ACCESS, grant.id, key, expires_at)
        refresh_token = None
        if refresh:
            until = now + self.refresh_lifetime
            refresh_token = self.grants.create_token(REFRESH, grant.id, key, until)
        identifiers: dict[str, tuple[str, ...]] = {}
        for dataset in self.grants.datasets(grant.id):
            if dataset.by_identifier:
                known = identifiers.get(dataset.configuration_id, ())
                identifiers[dataset.configuration_id] = (*known, dataset.identifier)
        return TokenResponse(access_token, self.access_lifetime, refresh_token, identifiers or None)


def _verify_code(
    code: AuthorizationCode, request: AuthorizationCodeRequest, proof: DpopProof
) -> None:
    if request.redirect_uri != code.redirect_uri:
        raise ProtocolError("redirect_uri is another one", code="invalid_grant")
    verify_code_verifier(request.code_verifier, code.code_challenge)
    if code.grant.dpop_jkt is not None:
        verify_binding(proof, code.grant.dpop_jkt, "invalid_dpop_proof")


def _invalid_grant() -> ProtocolError:
    return ProtocolError("the code is unknown, used or expired", code="invalid_grant")
