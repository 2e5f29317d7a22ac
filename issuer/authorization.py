"""The authorization server: pushed requests, codes, tokens (OpenID4VCI 1.0, sections 5 and 6).

FAPI 2.0: pushed requests only, PKCE S256, sender-constrained tokens, codes for a minute and once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from esspass.attestations import attestation_type
from esspass.errors import ProtocolError
from esspass.openid4vci.authorization import (
    AuthorizationRequest,
    create_authorization_response,
    parse_authorization_request,
)
from esspass.openid4vci.client_attestation import ClientAttestation
from issuer.authorization_requests import AuthorizationRequests, PushedRequest
from issuer.grants import Grants
from issuer.history import Event, History
from issuer.housekeeping import Housekeeping
from issuer.offers import Grant as OfferGrant
from issuer.offers import Offer, Offers, OfferState
from issuer.proving import Call, Prover
from issuer.records import Record, Records, RecordState

Dataset = tuple[str, str, bool]
_ISSUABLE = (RecordState.GRANTED, RecordState.PENDING)


class NothingToIssueError(ProtocolError):
    """The person is known, and has no document of the kind the wallet asks for."""

    code = "nothing_to_issue"


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """Decides what a wallet may fetch; ``configurations`` maps scope and id (equal) to vct."""

    issuer: str
    configurations: Mapping[str, str]
    prover: Prover
    requests: AuthorizationRequests
    grants: Grants
    offers: Offers
    records: Records
    history: History
    housekeeping: Housekeeping

    def push(self, call: Call, form: Mapping[str, str]) -> str:
        """Take a pushed authorization request; return its ``request_uri`` (RFC 9126).

        Raises ProtocolError.
        """
        client = self.prover.client(call, form.get("client_id"))
        self.housekeeping.purge_in_passing(call.now)
        request = parse_authorization_request(form)
        self._require_known(request)
        return self.requests.add(self._bind(call, request), client.thumbprint, call.now)

    def _require_known(self, request: AuthorizationRequest) -> None:
        if any(name not in self.configurations for name in request.configuration_ids):
            code = "invalid_authorization_details"
            raise ProtocolError("the credential configuration is not known", code=code)
        if not request.configuration_ids and not self._scopes(request):
            raise ProtocolError("scope names no credential of this issuer", code="invalid_scope")

    def _scopes(self, request: AuthorizationRequest) -> list[str]:
        """Scopes we do not know are ignored (OpenID4VCI 1.0, section 5.1.2)."""
        return [scope for scope in request.scopes if scope in self.configurations]

    def _bind(self, call: Call, request: AuthorizationRequest) -> AuthorizationRequest:
        """A DPoP proof at this endpoint binds the code to its key (RFC 9449, section 10.1)."""
        if call.headers.get("DPoP") is None:
            return request
        proof = self.prover.dpop(call)
        if request.dpop_jkt not in (None, proof.thumbprint):
            message = "dpop_jkt is not the key of the DPoP proof"
            raise ProtocolError(message, code="invalid_dpop_proof")
        members = {**_members(request), "dpop_jkt": proof.thumbprint}
        return AuthorizationRequest(**members)  # type: ignore[arg-type]

    def authorize(self, pushed: PushedRequest, person_id: str, now: int) -> str:
        """Give out the code for a person who signed in; return where the browser goes.

        Raises NothingToIssueError when the institution has nothing of what was asked, and
        ProtocolError ``invalid_request`` when the request was completed meanwhile.
        """
        request = pushed.request
        offer = self._offer(request.issuer_state, now)
        datasets = self._datasets(request, person_id, offer)
        if not datasets:
            raise NothingToIssueError("there is no such document of this person")
        if not self.requests.complete(pushed.id, now):
            raise ProtocolError("this request is completed or over")
        if offer is not None and not self.offers.complete(offer.id, now):
            raise NothingToIssueError("the offer was taken before")
        grant = self.grants.add(
            request.client_id, pushed.thumbprint, request.dpop_jkt, datasets, now
        )
        for record_id in sorted({dataset[1] for dataset in datasets}):
            self.history.add(record_id, Event.AUTHORIZED, now)
        code = self.grants.create_code(grant, request.redirect_uri, request.code_challenge, now)
        return self._respond(request, code=code)

    def _offer(self, issuer_state: str | None, now: int) -> Offer | None:
        """An ``issuer_state`` is untrusted: what is not an open offer of ours does not count."""
        offer = self.offers.find(issuer_state) if issuer_state else None
        if offer is None or offer.grant is not OfferGrant.AUTHORIZATION:
            return None
        return offer if offer.state(now) is OfferState.OPEN else None

    def _datasets(
        self, request: AuthorizationRequest, person_id: str, offer: Offer | None
    ) -> list[Dataset]:
        """Scope names the latest decision of its kind, details every one (section 5.1)."""
        datasets: list[Dataset] = []
        for scope in self._scopes(request):
            records = self._issuable(person_id, scope, offer)
            datasets += [(scope, record.id, False) for record in records[:1]]
        for configuration_id in request.configuration_ids:
            records = self._issuable(person_id, configuration_id, offer)
            datasets += [(configuration_id, record.id, True) for record in records]
        return datasets

    def _issuable(
        self, person_id: str, configuration_id: str, offer: Offer | None
    ) -> Sequence[Record]:
        kind = attestation_type(self.configurations[configuration_id]).kind
        records = self.records.of_person(person_id, [kind])
        return [
            record
            for record in records
            if record.state in _ISSUABLE and (offer is None or offer.record_id == record.id)
        ]

    def deny(self, pushed: PushedRequest, now: int) -> str:
        """End a request that the citizen declined; return where the browser goes."""
        if not self.requests.complete(pushed.id, now):
            raise ProtocolError("this request is completed or over")
        return self._respond(pushed.request, error="access_denied")

    def _respond(self, request: AuthorizationRequest, **parameters: str) -> str:
        response = {**parameters, "state": request.state, "iss": self.issuer}
        return create_authorization_response(request.redirect_uri, response)


def _members(request: AuthorizationRequest) -> dict[str, object]:
    return {name: getattr(request, name) for name in request.__slots__}


def same_client(thumbprint: str, client_id: str, client: ClientAttestation) -> bool:
    """Tell whether the authenticated wallet instance is the one something was given to."""
    return thumbprint == client.thumbprint and client_id == client.client_id
