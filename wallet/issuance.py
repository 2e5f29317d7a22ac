"""Issuance: from an offer to a kept credential (OpenID4VCI 1.0 under HAIP 1.0, the wallet's side).

Nothing is kept half: keys are made first, credentials are verified before they are stored, and
what comes later (a sign-in, a deferred credential, a refresh) resumes from sealed state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.attestations import attestation_type
from esspass.errors import EsspassError, MalformedError, ProtocolError, VerificationError
from esspass.keys.signer import KeySigner
from esspass.openid4vci.credential import (
    CredentialResponse,
    IssuedCredentials,
    NotificationEvent,
)
from esspass.openid4vci.metadata import CredentialConfiguration
from esspass.openid4vci.offer import create_credential_offer, parse_credential_offer
from wallet.access import Access, AccessDesk
from wallet.credentials import HeldCredential
from wallet.deferred import DeferredCredential, DeferredCredentials
from wallet.discovery import Decide, ResolvedOffer, fetch_issuer
from wallet.grants import PushedAuthorization
from wallet.instance import create_instance, read_instance
from wallet.keys import Holder, HolderKeys, create_key_id
from wallet.receiving import Delivery, Receiver, notify


@dataclass(frozen=True, slots=True)
class Received:
    """What came of an offer: ids of cards now held, and of those being waited for."""

    credential_ids: tuple[str, ...] = ()
    deferred_ids: tuple[str, ...] = ()

    def __add__(self, other: Received) -> Received:
        return Received(
            self.credential_ids + other.credential_ids, self.deferred_ids + other.deferred_ids
        )


@dataclass(frozen=True, slots=True)
class BegunAuthorization:
    """A sign-in at the issuer: where to send the citizen, and the state to come back to."""

    url: str
    state: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issuance:
    """Receives credentials for holders. ``copies`` is how many of each, where issuers batch."""

    desk: AccessDesk
    keys: HolderKeys
    deferred: DeferredCredentials
    receiver: Receiver
    copies: int

    def accept_pre_authorized(
        self, holder: Holder, resolved: ResolvedOffer, tx_code: str | None, now: int
    ) -> Received:
        """Redeem a pre-authorized offer, if its documents are of types this wallet knows.

        Raises MalformedError ``tx_code_needed``, ProtocolError with the issuer's own code,
        VerificationError, UndecidedError.
        """
        grant = resolved.offer.pre_authorized
        if grant is None:
            raise MalformedError("the offer needs a sign-in", code="issuer_sign_in_needed")
        _require_known_types(resolved)
        access = self.desk.redeem_pre_authorized(resolved, grant, tx_code, now)
        return self._obtain(holder, access, resolved.offer.credential_configuration_ids, now)

    def begin_authorization(self, resolved: ResolvedOffer, now: int) -> BegunAuthorization:
        """Push an authorization request; return where the citizen signs in."""
        _require_known_types(resolved)
        instance = create_instance()
        pushed = self.desk.push_authorization(resolved, instance, now)
        state = {
            "offer": create_credential_offer(resolved.offer),
            "instance": instance.write(),
            "state": pushed.state,
            "code_verifier": pushed.code_verifier,
        }
        return BegunAuthorization(pushed.url, state)

    def finish_authorization(
        self, holder: Holder, state: Mapping[str, Any], callback_url: str, decide: Decide, now: int
    ) -> Received:
        """Take up the answer of the sign-in, and fetch the credentials."""
        offer = parse_credential_offer(state["offer"])
        resolved = fetch_issuer(offer, self.desk.fetcher, decide, now)
        pushed = PushedAuthorization("", state["state"], state["code_verifier"])
        instance = read_instance(state["instance"])
        access = self.desk.redeem_code(resolved, instance, pushed, callback_url, now)
        return self._obtain(holder, access, offer.credential_configuration_ids, now)

    def poll(self, waiting: DeferredCredential, decide: Decide, now: int) -> Received:
        """Ask for a deferred credential; ``waiting`` was claimed.

        When the issuer refuses, or sends what must not be believed, the waiting ends and the
        error is raised.
        """
        try:
            access = self.desk.resume(waiting.state["access"], decide, now)
            access, response = self._request_deferred(access, waiting, now)
            if not isinstance(response, IssuedCredentials):
                self.deferred.postpone(waiting, response.interval, now)
                return Received(deferred_ids=(waiting.id,))
            credential_id = self.receiver.keep(_delivery(waiting, access, response), now)
        except (ProtocolError, VerificationError, MalformedError):
            self.deferred.delete(waiting.id)
            self._delete_keys(waiting.holder_id, waiting.state["key_ids"])
            raise
        self.deferred.delete(waiting.id)
        return Received((credential_id,))

    def renew(self, holder: Holder, held: HeldCredential, decide: Decide, now: int) -> bool:
        """Replace the copies of a card by fresh ones; False when the issuer needs time.

        Raises ProtocolError ``invalid_grant`` when the issuer allows no refresh (any more).
        """
        if not held.provenance.grant:
            raise ProtocolError("the issuer allows no refresh", code="invalid_grant")
        access = self.desk.refresh(self.desk.resume(held.provenance.grant, decide, now), now)
        configuration = _find(access, held.provenance.configuration_id)
        identifier = access.identifiers(configuration.identifier)[0]
        key_ids, response = self._request(holder, access, configuration, identifier, now)
        if not isinstance(response, IssuedCredentials):
            self._delete_keys(holder.id, key_ids)
            return False
        delivery = Delivery(holder.id, access, configuration, key_ids, response)
        self.receiver.replace(held, delivery, now)
        return True

    def notify_deleted(self, held: HeldCredential, decide: Decide, now: int) -> None:
        """Tell the issuer that a card was deleted, as far as it still listens (section 11)."""
        if not held.provenance.grant or held.provenance.notification_id is None:
            return
        try:
            access = self.desk.resume(held.provenance.grant, decide, now)
            if access.token.refresh_token:
                access = self.desk.refresh(access, now)
        except EsspassError:
            return
        notify(access, held.provenance.notification_id, NotificationEvent.DELETED, now)

    def _obtain(
        self, holder: Holder, access: Access, configuration_ids: Sequence[str], now: int
    ) -> Received:
        received = Received()
        for configuration_id in configuration_ids:
            configuration = _find(access, configuration_id)
            for identifier in access.identifiers(configuration_id):
                received += self._obtain_one(holder, access, configuration, identifier, now)
        return received

    def _obtain_one(
        self, holder: Holder, access: Access, configuration: CredentialConfiguration,
        identifier: str | None, now: int,
    ) -> Received:  # fmt: skip
        key_ids, response = self._request(holder, access, configuration, identifier, now)
        if isinstance(response, IssuedCredentials):
            delivery = Delivery(holder.id, access, configuration, key_ids, response)
            return Received((self.receiver.keep(delivery, now),))
        state = {
            "access": access.write(),
            "configuration_id": configuration.identifier,
            "vct": configuration.vct,
            "issuer_name": access.party.name or access.party.host,
            "key_ids": list(key_ids),
            "transaction_id": response.transaction_id,
        }
        deferred_id = self.deferred.add(holder.id, state, response.interval, now)
        return Received(deferred_ids=(deferred_id,))

    def _request(
        self, holder: Holder, access: Access, configuration: CredentialConfiguration,
        identifier: str | None, now: int,
    ) -> tuple[tuple[str, ...], CredentialResponse]:  # fmt: skip
        keys = self._create_keys(holder, access, now)
        key_ids = tuple(create_key_id(key) for key in keys)
        try:
            return key_ids, access.endpoints().request_credential(
                configuration, identifier, keys, now
            )
        except EsspassError:
            self._delete_keys(holder.id, key_ids)
            raise

    def _request_deferred(
        self, access: Access, waiting: DeferredCredential, now: int
    ) -> tuple[Access, CredentialResponse]:
        """A token that ran out while waiting is refreshed once."""
        transaction_id = waiting.state["transaction_id"]
        try:
            return access, access.endpoints().request_deferred(transaction_id, now)
        except ProtocolError as error:
            if error.code != "invalid_token" or access.token.refresh_token is None:
                raise
        fresh = self.desk.refresh(access, now)
        return fresh, fresh.endpoints().request_deferred(transaction_id, now)

    def _create_keys(self, holder: Holder, access: Access, now: int) -> list[KeySigner]:
        count = min(access.metadata.batch_size or 1, self.copies)
        return [self.keys.create(holder, now) for _ in range(count)]

    def _delete_keys(self, holder_id: str, key_ids: Sequence[str]) -> None:
        for key_id in key_ids:
            self.keys.delete(holder_id, key_id)


def _require_known_types(resolved: ResolvedOffer) -> None:
    """A document nobody here could read is refused before its code is used up."""
    for name in resolved.offer.credential_configuration_ids:
        attestation_type(resolved.metadata.configurations[name].vct)


def _delivery(waiting: DeferredCredential, access: Access, response: IssuedCredentials) -> Delivery:
    configuration = _find(access, waiting.state["configuration_id"])
    key_ids = tuple(waiting.state["key_ids"])
    return Delivery(waiting.holder_id, access, configuration, key_ids, response)


def _find(access: Access, configuration_id: str) -> CredentialConfiguration:
    configuration = access.metadata.configurations.get(configuration_id)
    if configuration is None:
        raise MalformedError(
            "the issuer does not know this credential", code="unknown_configuration"
        )
    return configuration
