"""Receiving: no credential is kept before it is verified and matched to a key of the holder.

The same checks that a verifier makes, plus one: each copy must be bound to another key of ours
(OpenID4VCI 1.0, section 8.3; the order of the copies means nothing). The issuer is told how it
ended (section 11).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esspass.attestations import envelope_claims
from esspass.errors import (
    EsspassError,
    MalformedError,
    ProtocolError,
    UnavailableError,
    VerificationError,
)
from esspass.inspection import Credential
from esspass.keys.jwk import create_jwk, create_thumbprint, parse_jwk
from esspass.openid4vci.credential import IssuedCredentials, NotificationEvent
from esspass.openid4vci.metadata import CredentialConfiguration
from esspass.sdjwt import parse_sd_jwt_vc
from esspass.verdict import Finding, Outcome, Verdict
from wallet.access import Access
from wallet.credentials import Checked, Copy, Credentials, HeldCredential, Provenance
from wallet.discovery import read_organization
from wallet.history import Encounter, Event, History, SharedClaims
from wallet.keys import HolderKeys
from wallet.pictures import Pictures, fetch_pictures

Inspect = Callable[[str, int], Verdict[Credential]]


class RefusedCredentialError(VerificationError):
    """A received credential must not be believed; ``finding`` says which check and why."""

    code = "credential_refused"

    def __init__(self, finding: Finding | None) -> None:
        super().__init__("the credential did not pass the checks")
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Delivery:
    """Credentials that arrived under some access, for keys that were made for them."""

    holder_id: str
    access: Access
    configuration: CredentialConfiguration
    key_ids: tuple[str, ...]
    issued: IssuedCredentials


@dataclass(frozen=True, slots=True)
class Receiver:
    """Verifies deliveries and keeps what passes."""

    keys: HolderKeys
    credentials: Credentials
    history: History
    inspect: Inspect
    pictures: Pictures

    def keep(self, delivery: Delivery, now: int) -> str:
        """Verify a delivery and store it as a new card; return its id.

        Raises RefusedCredentialError, VerificationError, MalformedError or UndecidedError; then
        nothing is stored and the keys are gone.
        """
        copies, checked = self._verify(delivery, now)
        holder_id, vct = delivery.holder_id, delivery.configuration.vct
        provenance = _provenance(delivery)
        credential_id = self.credentials.add(holder_id, vct, copies, provenance, checked)
        self._keep_pictures(delivery, credential_id, now)
        self._accept(delivery, copies, now)
        return credential_id

    def replace(self, held: HeldCredential, delivery: Delivery, now: int) -> None:
        """Verify a delivery and put it in the place of a card's old copies. Raises as ``keep``."""
        copies, checked = self._verify(delivery, now)
        provenance = _provenance(delivery)
        for key_id in self.credentials.replace_copies(held, copies, provenance, checked):
            self.keys.delete(delivery.holder_id, key_id)
        self._keep_pictures(delivery, held.id, now)
        self._accept(delivery, copies, now)

    def _keep_pictures(self, delivery: Delivery, credential_id: str, now: int) -> None:
        """Keep what the issuer shows itself by; when it cannot be had, what there was stays."""
        access, fetcher = delivery.access, self.pictures.fetcher
        found = fetch_pictures(access.party, access.metadata, (delivery.configuration,), fetcher)
        if found:
            self.pictures.keep(delivery.holder_id, credential_id, found, now)

    def _verify(self, delivery: Delivery, now: int) -> tuple[tuple[Copy, ...], Checked]:
        vct, texts = delivery.configuration.vct, delivery.issued.credentials
        try:
            return verify_received(texts, vct, delivery.key_ids, self.inspect, now)
        except EsspassError as error:
            self._refuse(delivery, error, now)
            raise

    def _accept(self, delivery: Delivery, copies: Sequence[Copy], now: int) -> None:
        unused = set(delivery.key_ids) - {copy.key_id for copy in copies}
        for key_id in unused:
            self.keys.delete(delivery.holder_id, key_id)
        self._note(delivery, Event.RECEIVED, "", now)
        notify(delivery.access, delivery.issued.notification_id, NotificationEvent.ACCEPTED, now)

    def _refuse(self, delivery: Delivery, error: EsspassError, now: int) -> None:
        for key_id in delivery.key_ids:
            self.keys.delete(delivery.holder_id, key_id)
        finding = error.finding if isinstance(error, RefusedCredentialError) else None
        self._note(delivery, Event.FAILED, finding.reason if finding else error.code, now)
        notify(delivery.access, delivery.issued.notification_id, NotificationEvent.FAILURE, now)

    def _note(self, delivery: Delivery, event: Event, reason: str, now: int) -> None:
        party = delivery.access.party
        shared = (SharedClaims(delivery.configuration.vct, ()),)
        encounter = Encounter(party.name, party.host, shared=shared, reason=reason)
        self.history.add(delivery.holder_id, event, encounter, now)


def verify_received(
    texts: Sequence[str], vct: str, key_ids: Collection[str], inspect: Inspect, now: int
) -> tuple[tuple[Copy, ...], Checked]:
    """Verify every copy and match it to a key by ``cnf``; return them and how the checks ended.

    ``vct`` is the type the issuer announced; ``key_ids`` are thumbprints of keys made for this
    request. Raises RefusedCredentialError, VerificationError or MalformedError.
    """
    if len(texts) > len(key_ids):
        raise VerificationError("more credentials than keys", code="too_many_credentials")
    verdicts = [_verify_copy(text, vct, inspect, now) for text in texts]
    copies = tuple(
        Copy(_holder_key_id(verdict.evidence.claims), text)
        for verdict, text in zip(verdicts, texts, strict=True)
    )
    used = [copy.key_id for copy in copies]
    if not set(used) <= set(key_ids) or len(set(used)) < len(used):
        raise VerificationError("a copy is not bound to a key of ours", code="wrong_holder_key")
    if any(_contents(text) != _contents(texts[0]) for text in texts):
        raise VerificationError("the copies say different things", code="copies_differ")
    return copies, create_checked(verdicts[0], now)


def _contents(text: str) -> dict[str, Any]:
    """What a copy says: consent is given on one copy, and another may be shown."""
    claims = parse_sd_jwt_vc(text).claims
    return {name: value for name, value in claims.items() if name not in envelope_claims()}


def _verify_copy(text: str, vct: str, inspect: Inspect, now: int) -> Verdict[Credential]:
    verdict = inspect(text, now)
    if verdict.outcome is not Outcome.PASSED:
        raise RefusedCredentialError(find_worst(verdict.findings))
    if verdict.evidence.vct != vct:
        raise VerificationError("another type than announced", code="wrong_type")
    return verdict


def _holder_key_id(claims: Mapping[str, Any]) -> str:
    confirmation = claims.get("cnf")
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    if not isinstance(jwk, dict):
        raise MalformedError("the credential is not bound to a key", code="wrong_holder_key")
    return create_thumbprint(create_jwk(parse_jwk(jwk)))


def _provenance(delivery: Delivery) -> Provenance:
    """The issuer is named after the certificate that signed, which the checks found listed."""
    access = delivery.access
    chain = parse_sd_jwt_vc(delivery.issued.credentials[0]).chain
    return Provenance(
        credential_issuer=access.metadata.credential_issuer,
        configuration_id=delivery.configuration.identifier,
        issuer_name=read_organization(chain) or access.party.host,
        notification_id=delivery.issued.notification_id,
        grant=access.write(),
    )


def notify(access: Access, notification_id: str | None, event: NotificationEvent, now: int) -> None:
    """Tell the issuer how it ended; that it does not listen changes nothing (section 11)."""
    try:
        access.endpoints().notify(notification_id, event, now)
    except (UnavailableError, ProtocolError, MalformedError):
        return


def find_worst(findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that decides: the first failed one, else the first undecided one."""
    for outcome in (Outcome.FAILED, Outcome.INDETERMINATE):
        for finding in findings:
            if finding.outcome is outcome and finding.reason != "not_run":
                return finding
    return findings[0] if findings else None


def create_checked(verdict: Verdict[Credential], now: int) -> Checked:
    """Summarize a verdict for the card."""
    status = next((f for f in verdict.findings if f.check == "status"), None)
    status_at = status.parameters.get("issued_at", "") if status else ""
    worst = None if verdict.outcome is Outcome.PASSED else find_worst(verdict.findings)
    return Checked(
        outcome=verdict.outcome.value,
        reason=worst.reason if worst else "",
        check=worst.check if worst else "",
        at=now,
        status_at=int(status_at) if status_at.isdigit() else None,
    )
