"""What the institution does: offer, approve, withdraw. No HTTP; the demo drives it directly.

``Issuer`` is in ``app.extensions["issuer"].issuer``; ``connect_issuer(config)`` makes one without
an app, on the same database, for scripts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from esspass.attestations import PDA1_APPLICATION, Document, Pda1, attestation_type
from esspass.errors import ProtocolError, VerificationError
from esspass.openid4vci.offer import (
    AuthorizationGrant,
    CredentialOffer,
    PreAuthorizedGrant,
    TxCode,
    create_offer_uri,
)
from esspass.statuslist import INVALID, SUSPENDED, VALID
from issuer.amendments import AmendmentError, Amendments
from issuer.applications import Applications
from issuer.bearer import create_tx_code
from issuer.config import IssuerConfig
from issuer.credentials import Credentials
from issuer.entitlements import Entitlements
from issuer.four_eyes import FourEyes
from issuer.history import Event, History
from issuer.issuance import CredentialIssuer
from issuer.offers import Grant, Offer, Offers, OfferState
from issuer.reasons import ENDS_INSURANCE, AmendmentReason, WithdrawalReason
from issuer.records import Record, Records, RecordState, UnknownRecordError
from issuer.renewals import Renewals, day_of
from issuer.risk import Withdrawal
from issuer.status_lists import StatusLists


class OfferError(VerificationError):
    """The offer cannot be made, or is not there."""

    code = "offer_refused"


class WithdrawalError(VerificationError):
    """The document cannot be withdrawn like this."""

    code = "withdrawal_refused"


@dataclass(frozen=True, slots=True)
class CreatedOffer:
    """An offer just made. ``uri`` is the link and QR; ``tx_code`` is shown once, then gone."""

    id: str
    uri: str
    tx_code: str | None = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class Issuer:
    """One institution's issuing office."""

    config: IssuerConfig
    records: Records
    offers: Offers
    credentials: Credentials
    status_lists: StatusLists
    history: History
    issuance: CredentialIssuer
    applications: Applications
    entitlements: Entitlements
    renewals: Renewals
    four_eyes: FourEyes
    amendments: Amendments

    def types_of(self, record: Record) -> list[str]:
        """Return the vcts in which this institution issues a document of this kind."""
        return [
            vct
            for vct in self.config.attestation_types
            if attestation_type(vct).kind == record.kind
        ]

    def can_acknowledge(self, record: Record) -> bool:
        """Say whether a proof of application can be made for a decision."""
        waits = record.kind == "pda1" and record.state is RecordState.PENDING
        return waits and PDA1_APPLICATION in self.config.attestation_types

    def create_offer(
        self,
        record_id: str,
        vct: str,
        grant: Grant | str = Grant.PRE_AUTHORIZED,
        *,
        tx_code: bool,
        now: int,
        created_by: str = "",
        later: bool = False,
    ) -> CreatedOffer:
        """Offer a document to its person.

        ``grant`` is ``pre-authorized`` (the code in the offer suffices, with ``tx_code`` a second
        one sent by another way) or ``authorization`` (the person signs in). ``created_by`` names
        the clerk. With ``later`` the wallet waits for the document until the decision is approved.
        Raises UnknownRecordError, OfferError; StateError when there is nothing left to hold.
        """
        record = self.records.get(record_id)
        grant = Grant(grant)
        self._check_offer(record, vct, now)
        code = create_tx_code(self.config.tx_code_length) if tx_code else None
        if code and grant is Grant.AUTHORIZATION:
            raise OfferError("a person who signs in needs no transaction code")
        lifetime = self.config.offer_lifetime
        with self.records.database.atomic():  # never an offer of what should have been held
            if later and record.state is RecordState.GRANTED:
                self.hold(record.id, now, created_by)
            offer_id = self.offers.add(
                record.id, vct, grant, code, now=now, lifetime=lifetime, created_by=created_by
            )
            self.history.add(record.id, Event.OFFERED, now, created_by, detail=grant)
        return CreatedOffer(offer_id, self.offer_uri(offer_id), code, now + lifetime)

    def _check_offer(self, record: Record, vct: str, now: int) -> None:
        if record.state not in (RecordState.GRANTED, RecordState.PENDING):
            raise OfferError("the document was withdrawn or refused", code="wrong_state")
        if vct not in self.types_of(record):
            raise OfferError("the document is not issued in this type", code="unknown_type")
        try:
            self.issuance.create_claims(record, vct, now)
        except ProtocolError as error:
            raise OfferError(str(error), code="not_issuable") from error

    def offer_uri(self, offer_id: str, endpoint: str = "") -> str:
        """Return the link of an offer by reference; ``endpoint`` is a web wallet's."""
        reference = f"{self.config.base_url}/credential-offers/{offer_id}"
        return create_offer_uri(reference=reference, endpoint=endpoint)

    def offer_uri_by_value(self, offer_id: str) -> str:
        """Return the link that holds the offer itself. Raises OfferError."""
        offer = self.offers.get(offer_id)
        if offer is None:
            raise OfferError("there is no such offer", code="unknown_offer")
        return create_offer_uri(offer=self.credential_offer(offer))

    def open_offer(self, offer_id: str, now: int) -> CredentialOffer | None:
        """Return an offer that a wallet may still fetch (OpenID4VCI 1.0, section 4.1.3)."""
        offer = self.offers.get(offer_id)
        if offer is None or offer.state(now) is not OfferState.OPEN:
            return None
        return self.credential_offer(offer)

    def credential_offer(self, offer: Offer) -> CredentialOffer:
        """Write an offer in the protocol's words."""
        code = self.offers.code(offer.id)
        issuer, configurations = self.config.base_url, (offer.configuration_id,)
        if offer.grant is Grant.AUTHORIZATION:
            granted = AuthorizationGrant(issuer_state=code)
            return CredentialOffer(issuer, configurations, authorization=granted)
        tx_code = TxCode(length=self.config.tx_code_length) if offer.with_tx_code else None
        return CredentialOffer(issuer, configurations, PreAuthorizedGrant(code, tx_code))

    def cancel_offer(self, offer_id: str, now: int, actor: str = "") -> None:
        """Cancel an offer that nobody has taken. Raises OfferError."""
        offer = self.offers.get(offer_id)
        if offer is None or not self.offers.cancel(offer_id, now):
            raise OfferError("the offer was taken or cancelled before", code="offer_not_open")
        self.history.add(offer.record_id, Event.OFFER_CANCELLED, now, actor)

    def withdraw(
        self,
        identifier: str,
        reason: WithdrawalReason | str,
        effective: date,
        now: int,
        actor: str = "",
    ) -> int:
        """Withdraw a document, for ever; return how many credentials became invalid.

        ``identifier`` is the id of the decision or of one of its credentials; all credentials of
        the decision become invalid. ``effective`` may lie in the past (retroactive withdrawal),
        not in the future. Raises UnknownRecordError, StateError, WithdrawalError,
        SecondPersonNeededError.
        """
        record = self._find(identifier)
        reason = WithdrawalReason(reason)
        if effective > datetime.fromtimestamp(now, UTC).date():
            raise WithdrawalError("the effective date lies in the future", code="date_in_future")
        with self.records.database.atomic():
            self.records.withdraw(record.id, reason, effective, now)
            self.four_eyes.demand(record, Withdrawal(reason, effective), now)
            invalid = self.status_lists.set_all(record.id, INVALID)
            self.history.add(record.id, Event.WITHDRAWN, now, actor, detail=reason)
            if reason in ENDS_INSURANCE:
                self.entitlements.close(record.person_id, record.document, effective)
        return invalid

    def _find(self, identifier: str) -> Record:
        try:
            return self.records.get(identifier)
        except UnknownRecordError:
            record_id = self.credentials.record_of(identifier)
            if record_id is None:
                raise
            return self.records.get(record_id)

    def note_sector(self, record_id: str, sector: str, now: int, actor: str = "") -> None:
        """Note what the employer does, or nothing: for statistics, no credential says it.

        Raises MalformedError ``bad_sector``.
        """
        with self.records.database.atomic():
            if self.records.put_sector(record_id, sector):
                self.history.add(record_id, Event.SECTOR_NOTED, now, actor, detail=sector)

    def amend(
        self,
        record_id: str,
        document: Document,
        now: int,
        actor: str = "",
        reason: AmendmentReason | str = AmendmentReason.REVIEWED,
    ) -> str:
        """Change an A1 in force; return the id of the decision that takes its place.

        At once, or where the risk asks for a second person when that one agrees: until then the
        new one is pending and the old one in force. Raises UnknownRecordError, StateError,
        AmendmentError.
        """
        record, reason = self.records.get(record_id), AmendmentReason(reason)
        decided = self.check_amendment(record, document, now)
        with self.records.database.atomic():
            new_id = self.amendments.enter(record, decided, reason, now, actor)
            risk = self.four_eyes.assess(self.records.get(new_id), None, now)
            if not self.four_eyes.is_needed(risk):
                self.approve(new_id, now, actor)
        return new_id

    def check_amendment(self, record: Record, document: Document, now: int) -> Pda1:
        """Return what would be decided. Raises StateError, AmendmentError."""
        decided = self.amendments.prepare(record, document, now)
        if decided.ends >= day_of(now):
            self._check_claims(replace(record, document=decided), now)
        return decided

    def _check_claims(self, record: Record, now: int) -> None:
        try:
            for vct in self.types_of(record):
                self.issuance.create_claims(record, vct, now)
        except ProtocolError as error:
            raise AmendmentError(str(error), code="not_issuable") from error

    def suspend(self, record_id: str, now: int, actor: str = "") -> int:
        """Suspend a document until it is reinstated; return how many credentials say so.

        Raises StateError, and StatusNotExpressibleError for credentials on lists of one bit.
        """
        with self.records.database.atomic():
            self.records.suspend(record_id, now)
            suspended = self.status_lists.set_all(record_id, SUSPENDED)
            self.history.add(record_id, Event.SUSPENDED, now, actor)
        return suspended

    def reinstate(self, record_id: str, now: int, actor: str = "") -> int:
        """Put a suspended document back in force; return how many credentials are valid again.

        Raises StateError.
        """
        with self.records.database.atomic():
            self.records.reinstate(record_id, now)
            valid = self.status_lists.set_all(record_id, VALID)
            self.history.add(record_id, Event.REINSTATED, now, actor)
        return valid

    def hold(self, record_id: str, now: int, actor: str = "") -> None:
        """Make a decision wait for approval: wallets that ask are told to come back.

        Raises StateError when it is not in force, or something was issued on it.
        """
        self.records.hold(record_id, now)
        self.history.add(record_id, Event.HELD, now, actor)

    def approve(self, record_id: str, now: int, actor: str = "") -> None:
        """Grant a pending decision: waiting wallets get their credentials.

        A proof of its application no longer counts from then on, nor does the decision that it
        replaces. Raises UnknownRecordError,
        StateError, SecondPersonNeededError.
        """
        with self.records.database.atomic():
            record = self.records.get(record_id)
            self.records.decide(record_id, RecordState.GRANTED, now)
            self.four_eyes.demand(record, None, now)
            self.history.add(record_id, Event.APPROVED, now, actor)
            self.applications.end(record_id, WithdrawalReason.A1_GRANTED, now, actor)
            self.amendments.carry_out(record, now, actor)

    def refuse(self, record_id: str, now: int, actor: str = "") -> None:
        """Refuse a pending decision, and with it the proof of its application.

        Raises StateError.
        """
        with self.records.database.atomic():
            record = self.records.get(record_id)
            self.records.decide(record_id, RecordState.REFUSED, now)
            self.history.add(record_id, Event.REFUSED, now, actor)
            self.applications.end(record_id, WithdrawalReason.A1_REFUSED, now, actor)
            self.amendments.drop(record, now, actor)
