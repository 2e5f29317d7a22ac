"""The credential issuer: from a proven holder key to a signed credential (OpenID4VCI 1.0, 8 to 11).

Copies of a batch cannot be linked: each has its own key, salts, identifier and random status
index, and all times are those of the day (RFC 9901, section 10.1; HAIP 1.0, section 6.1).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from esspass.attestations import (
    attestation_type,
    create_envelope,
    verify_integrity,
    verify_issuance,
    write_claims,
)
from esspass.errors import MalformedError, ProtocolError, VerificationError
from esspass.keys.signer import KeySigner
from esspass.openid4vci.credential import (
    CredentialRequest,
    CredentialResponse,
    DeferredCredentials,
    DeferredRequest,
    IssuedCredentials,
    Notification,
)
from esspass.openid4vci.proofs import ProofPolicy, verify_nonces, verify_proofs
from esspass.sdjwt import create_sd_jwt_vc
from issuer.bearer import create_identifier
from issuer.credentials import Credentials
from issuer.grants import Grant, Granted, Grants
from issuer.history import Event, History
from issuer.nonces import Nonces, Purpose
from issuer.protocol_errors import refuse_token
from issuer.proving import Prover
from issuer.records import Record, Records, RecordState, StateError
from issuer.replays import Replays
from issuer.status_lists import StatusLists

DAY = 86400


@dataclass(frozen=True, slots=True)
class CredentialIssuer:
    """Issues what a grant covers; ``configurations`` maps configuration id to vct."""

    base_url: str
    configurations: Mapping[str, str]
    signer: KeySigner
    prover: Prover
    nonces: Nonces
    replays: Replays
    grants: Grants
    records: Records
    credentials: Credentials
    status_lists: StatusLists
    history: History
    validity_days: int
    batch_size: int
    deferred_interval: int
    key_attestation_required: bool = False

    def issue(self, request: CredentialRequest, grant: Grant, now: int) -> CredentialResponse:
        """Answer a credential request. Raises ProtocolError (section 8.3.1)."""
        dataset = self._dataset(request, grant)
        jwks = self._holder_keys(request, grant, now)
        record = self.records.get(dataset.record_id)
        if record.state is RecordState.PENDING:
            transaction_id = self.credentials.defer(
                grant.id, record.id, dataset.configuration_id, jwks, now
            )
            self.history.add(record.id, Event.DEFERRED, now)
            return DeferredCredentials(transaction_id, self.deferred_interval)
        return self._issue(record, dataset.configuration_id, jwks, grant.id, now)

    def _dataset(self, request: CredentialRequest, grant: Grant) -> Granted:
        granted = self.grants.datasets(grant.id)
        if request.identifier is not None:
            for dataset in granted:
                if dataset.by_identifier and dataset.identifier == request.identifier:
                    return dataset
            code = "unknown_credential_identifier"
            raise ProtocolError("the credential identifier is not known", code=code)
        if request.configuration_id not in self.configurations:
            code = "unknown_credential_configuration"
            raise ProtocolError("the credential configuration is not known", code=code)
        asked = [d for d in granted if d.configuration_id == request.configuration_id]
        if not asked:
            message = "the access token is for another credential"
            raise refuse_token(message, "insufficient_scope", 403)
        if asked[0].by_identifier:
            message = "credential_identifier of the token response must be used"
            raise ProtocolError(message, code="invalid_credential_request")
        return asked[0]

    def _holder_keys(
        self, request: CredentialRequest, grant: Grant, now: int
    ) -> tuple[Mapping[str, str], ...]:
        if len(request.proofs.values) > self.batch_size:
            message = "more proofs than batch_size allows"
            raise ProtocolError(message, code="invalid_credential_request")
        policy = ProofPolicy(
            self.base_url,
            self.prover.decide(now),
            grant.client_id,
            self.key_attestation_required,
        )
        proofs = verify_proofs(request.proofs, policy, now)
        verify_nonces(proofs, fresh=all(self._use_nonce(n, now) for n in sorted(proofs.nonces)))
        return proofs.jwks[: self.batch_size]

    def _use_nonce(self, nonce: str, now: int) -> bool:
        expires_at = self.nonces.expiry(Purpose.CREDENTIAL, nonce, now)
        return expires_at is not None and self.replays.first_use("c_nonce", nonce, expires_at)

    def resume(self, request: DeferredRequest, grant: Grant, now: int) -> CredentialResponse:
        """Answer a deferred credential request (section 9). Raises ProtocolError."""
        deferral = self.credentials.find_deferral(request.transaction_id, grant.id)
        if deferral is None:
            raise _unknown_transaction()
        record = self.records.get(deferral.record_id)
        if record.state is RecordState.PENDING:
            return DeferredCredentials(request.transaction_id, self.deferred_interval)
        with self.records.database.atomic():  # both or neither: a crash loses no credential
            if not self.credentials.complete_deferral(request.transaction_id, now):
                raise _unknown_transaction()
            return self._issue(record, deferral.configuration_id, deferral.jwks, grant.id, now)

    def notify(self, notification: Notification, grant: Grant, now: int) -> None:
        """Note what a wallet says (section 11).

        Raises ProtocolError ``invalid_notification_id``.
        """
        record_id = self.credentials.notify(
            notification.notification_id, grant.id, notification.event, now
        )
        if record_id is None:
            code = "invalid_notification_id"
            raise ProtocolError("the notification_id is not known", code=code)
        self.history.add(record_id, Event.NOTIFIED, now, detail=notification.event)

    def _issue(
        self,
        record: Record,
        configuration_id: str,
        jwks: Sequence[Mapping[str, str]],
        grant_id: str,
        now: int,
    ) -> IssuedCredentials:
        template = self.create_claims(record, self.configurations[configuration_id], now)
        try:
            slots, notification_id = self._take_slots(
                record, configuration_id, template, len(jwks), grant_id
            )
        except StateError as error:
            message = "the document was withdrawn, suspended or refused"
            raise ProtocolError(message, code="credential_request_denied") from error
        credentials = [
            self._sign(template, jwk, slot) for jwk, slot in zip(jwks, slots, strict=True)
        ]
        self.history.add(record.id, Event.ISSUED, now, detail=str(len(credentials)))
        return IssuedCredentials(tuple(credentials), notification_id)

    def _take_slots(
        self,
        record: Record,
        configuration_id: str,
        template: Mapping[str, Any],
        count: int,
        grant_id: str,
    ) -> tuple[list[tuple[int, int]], str]:
        """One transaction with the check that the decision still stands."""
        batch_id, slots = create_identifier(), []
        with self.records.database.atomic():
            self.records.begin_issuance(record.id)
            for _ in range(count):
                credential_id = create_identifier()
                slot = self.status_lists.take(credential_id)
                self.credentials.add(
                    credential_id,
                    record.id,
                    configuration_id,
                    batch_id,
                    slot,
                    template["iat"],
                    template["exp"],
                )
                slots.append(slot)
            return slots, self.credentials.add_batch(batch_id, grant_id, record.id)

    def create_claims(self, record: Record, vct: str, now: int) -> dict[str, Any]:
        """Return the claims of a credential but for what differs in each copy.

        Raises ProtocolError ``credential_request_denied`` when the document cannot be expressed in
        this type or is over.
        """
        issued_at = self._issued_at(now)
        expires_at = min(issued_at + self.validity_days * DAY, _document_end(record))
        if expires_at <= now:
            raise ProtocolError("the document is over", code="credential_request_denied")
        try:
            envelope = create_envelope(
                vct,
                issuer=self.base_url,
                identifier=_create_identifier(),
                issued_at=issued_at,
                expires_at=expires_at,
                holder_jwk={"kty": "EC"},
                status={"idx": 0, "uri": self.status_uri(1)},
            )
            claims = {**write_claims(record.document, vct), **envelope}
            verify_issuance(vct, claims)
            verify_integrity(vct, claims)
        except (MalformedError, VerificationError) as error:
            message = f"the document cannot be issued in this type ({error.code})"
            raise ProtocolError(message, code="credential_request_denied") from error
        return claims

    def _issued_at(self, now: int) -> int:
        """The start of the day, or of the signing certificate's validity if that is later."""
        starts = [c.not_valid_before_utc.timestamp() for c in self.signer.certificates]
        return max(now // DAY * DAY, *(int(start) for start in starts))

    def _sign(
        self, template: Mapping[str, Any], jwk: Mapping[str, str], slot: tuple[int, int]
    ) -> str:
        identifier = _create_identifier()
        own = {"jti": identifier, "cnf": {"jwk": dict(jwk)}}
        if "sub" in template:
            own["sub"] = identifier
        own["status"] = {"status_list": {"idx": slot[1], "uri": self.status_uri(slot[0])}}
        disclosable = attestation_type(str(template["vct"])).disclosable
        return create_sd_jwt_vc({**template, **own}, disclosable, self.signer)

    def status_uri(self, list_id: int) -> str:
        """Return where a status list is published."""
        return f"{self.base_url}/status/{list_id}"


def _document_end(record: Record) -> int:
    """The end of the document's last day, for the technical validity must not outlive it."""
    last: date | None = getattr(record.document, "expires_on", None)
    if last is None or last.year > 2400:
        return 2**40
    midnight = datetime(last.year, last.month, last.day, tzinfo=UTC)
    return int((midnight + timedelta(days=1)).timestamp())


def _create_identifier() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def _unknown_transaction() -> ProtocolError:
    return ProtocolError("the transaction_id is not known", code="invalid_transaction_id")
