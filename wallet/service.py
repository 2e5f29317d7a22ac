"""What the wallet does, free of HTTP: the pages, the command line and the demo all call this."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from esspass.attestations import PDA1_APPLICATION
from esspass.errors import EsspassError, MalformedError, ProtocolError
from esspass.inspection import Credential, Situation, StatusSource, inspect_issued
from esspass.openid4vci.offer import CredentialOffer
from esspass.openid4vp.dcql import NoMatchError
from esspass.openid4vp.link import parse_request_link
from esspass.trust import TrustSource, decide_relying_party
from esspass.verdict import Verdict
from wallet.aftercare import Aftercare, read_number
from wallet.consent import Choice, ConsentRequest
from wallet.covering import Cover, create_cover
from wallet.credentials import Credentials, HeldCredential
from wallet.deferred import DeferredCredentials
from wallet.discovery import Decide, ResolvedOffer, fetch_issuer
from wallet.export import create_export
from wallet.history import Encounter, Event, History, SharedClaims
from wallet.holders import Holders
from wallet.issuance import Issuance, Received
from wallet.keys import Holder, HolderKeys
from wallet.links import read_host
from wallet.pending import Pending
from wallet.pictures import Pictures, fetch_pictures
from wallet.presentation import Answered, Presentation
from wallet.presentation_request import PresentationRequest
from wallet.receiving import create_checked
from wallet.replacing import Replacing
from wallet.showing import AHEAD, Showing, ShownCode

STALE_AFTER = 3600
Authorize = Callable[[str], str]
Consent = Callable[[ConsentRequest], Choice | None]


@dataclass(frozen=True, slots=True)
class Inspector:
    """Asks the trusted lists and the status lists; shared by receiving and showing."""

    trust: TrustSource
    statuses: StatusSource

    def inspect(self, text: str, now: int) -> Verdict[Credential]:
        """Make every check on a received or held credential."""
        view = self.trust.view(now)
        return inspect_issued(text, trust=view, statuses=self.statuses, now=now)

    def decide(self, now: int) -> Decide:
        """Return the question whether a chain is a registered party's access certificate."""

        def ask(chain: Sequence[x509.Certificate]) -> object:
            return decide_relying_party(self.trust.view(now), chain, now)

        return ask


@dataclass(frozen=True, slots=True)
class Wallet:
    """The wallet of many holders. ``base_url`` is its own address."""

    base_url: str
    inspector: Inspector
    holders: Holders
    keys: HolderKeys
    credentials: Credentials
    history: History
    deferred: DeferredCredentials
    pending: Pending
    pictures: Pictures
    issuance: Issuance
    presentation: Presentation
    showing: Showing
    aftercare: Aftercare
    replacing: Replacing

    def open_holder(self, name: str, now: int) -> Holder:
        """Open a headless holder by name; the server's key protects its keys."""
        holder_id = f"headless:{name}"
        self.holders.add(holder_id, name, now)
        return self.keys.open_with_server_key(holder_id, now)

    def resolve_offer(self, uri: str, now: int) -> ResolvedOffer:
        """Find out what is offered by whom; nothing is accepted yet."""
        return self.issuance.desk.resolve(uri, self.inspector.decide(now), now)

    def resolve_again(self, offer: CredentialOffer, now: int) -> ResolvedOffer:
        """Find the issuer of an offer that was read before."""
        return fetch_issuer(offer, self.issuance.desk.fetcher, self.inspector.decide(now), now)

    def keep_offer_pictures(
        self, holder_id: str, pending_id: str, resolved: ResolvedOffer, expires_at: int, now: int
    ) -> None:
        """Fetch and keep the pictures of an offer for as long as it can be answered."""
        offered = resolved.offered
        found = fetch_pictures(resolved.party, resolved.metadata, offered, self.pictures.fetcher)
        self.pictures.keep(holder_id, pending_id, found, now, expires_at)

    def accept_offer(
        self, holder: Holder, uri: str, tx_code: str | None, now: int,
        authorize: Authorize | None = None,
    ) -> Received:  # fmt: skip
        """Accept an offer whole.

        ``authorize`` visits the issuer's sign-in and returns the address it was sent back to; only
        offers without a pre-authorized code need it. Raises MalformedError, VerificationError,
        UndecidedError, or ProtocolError with the issuer's own code.
        """
        resolved = self.resolve_offer(uri, now)
        if resolved.offer.pre_authorized is not None:
            received = self.issuance.accept_pre_authorized(holder, resolved, tx_code, now)
            self.settle(holder.id, now)
            return received
        if authorize is None:
            raise MalformedError("the offer needs a sign-in", code="issuer_sign_in_needed")
        begun = self.issuance.begin_authorization(resolved, now)
        callback_url = authorize(begun.url)
        decide = self.inspector.decide(now)
        received = self.issuance.finish_authorization(
            holder, begun.state, callback_url, decide, now
        )
        self.settle(holder.id, now)
        return received

    def poll(self, holder_id: str, now: int) -> Received:
        """Ask for every deferred credential whose time has come.

        One that is refused is no longer waited for; the first error is raised after all were
        asked.
        """
        received, errors = Received(), list[EsspassError]()
        for waiting in self.deferred.of_holder(holder_id):
            claimed = self.deferred.claim(holder_id, waiting.id, now)
            if claimed is None:
                received += Received(deferred_ids=(waiting.id,))
                continue
            try:
                received += self.issuance.poll(claimed, self.inspector.decide(now), now)
            except EsspassError as error:
                errors.append(error)
        self.settle(holder_id, now)
        if errors:
            raise errors[0]
        return received

    def fetch_request(self, holder_id: str, uri: str, now: int) -> PresentationRequest:
        """Fetch and verify a request to present. Raises as ``wallet.presentation_request``."""
        link = parse_request_link(uri, f"{self.base_url}/present")
        return self.presentation.fetch(holder_id, link, self.inspector.decide(now), now)

    def present(self, holder: Holder, uri: str, consent: Consent, now: int) -> Answered:
        """Answer a request whole. ``consent`` sees it and returns a choice, or None to refuse.

        When nothing held answers the request, ``consent`` is not asked and the verifier gets the
        answer of a refusal. Raises as ``fetch_request`` and ``Presentation.share``.
        """
        received = self.fetch_request(holder.id, uri, now)
        try:
            asked = self.presentation.ask(holder.id, received)
        except NoMatchError:
            return self.presentation.refuse(holder.id, received, Event.NO_MATCH, now)
        choice = consent(asked)
        if choice is None:
            return self.presentation.refuse(holder.id, received, Event.REFUSED, now)
        return self.presentation.share(holder, asked, choice, now)

    def show(
        self, holder: Holder, credential_id: str, purpose: str, now: int,
        groups: Collection[str] | None = None, *, seconds: int = AHEAD,
    ) -> tuple[ShownCode, ...]:  # fmt: skip
        """Make the QR codes that show a document without a network. Raises as ``Showing.show``."""
        held = self.find(holder.id, credential_id)
        return self.showing.show(holder, held, purpose, groups, now, seconds=seconds)

    def cover(
        self, held: HeldCredential, situation: Situation, answers: Mapping[str, bool | None],
        locale: str, now: int,
    ) -> Cover:  # fmt: skip
        """Say what a verifier's rules say of a held document in a situation."""
        verdict, view = self.check(held, now), self.inspector.trust.view(now)
        return create_cover(verdict, view, situation, answers, locale, now)

    def check(self, held: HeldCredential, now: int) -> Verdict[Credential]:
        """Check a held credential again, and remember how it ended."""
        verdict = self.inspector.inspect(held.text, now)
        checked = create_checked(verdict, now)
        self.credentials.note_checked(held.id, checked)
        if checked.check == "status" and checked.reason != held.checked.reason:
            with suppress(EsspassError):  # why it changed is asked once by itself, then on demand
                self.aftercare.ask(held, self.inspector.decide(now), now)
        return verdict

    def settle(self, holder_id: str, now: int) -> list[str]:
        """Let go of every proof of application whose A1 is here; return their ids."""
        held = self.credentials.of_holder(holder_id)
        numbers = {read_number(each) for each in held if each.vct != PDA1_APPLICATION}
        gone = []
        for proof in (each for each in held if each.vct == PDA1_APPLICATION):
            if self._successors(proof, now) & (numbers - {""}):
                self._remove(proof, Event.REPLACED, now)
                gone.append(proof.id)
        return gone

    def _successors(self, held: HeldCredential, now: int) -> set[str]:
        """Ask what follows on a document; what was said before serves when nobody answers."""
        with suppress(EsspassError):
            self.aftercare.ask(held, self.inspector.decide(now), now)
        return {notice.successor for notice in self.aftercare.notices.of(held.holder_id, held.id)}

    def check_stale(self, holder_id: str, now: int) -> list[HeldCredential]:
        """Check again what was last checked over an hour ago; return all cards, newest first."""
        for held in self.credentials.of_holder(holder_id):
            if now - held.checked.at >= STALE_AFTER:
                self.check(held, now)
        return self.credentials.of_holder(holder_id)

    def renew(self, holder: Holder, credential_id: str, now: int) -> bool:
        """Fetch fresh copies of a card. Raises ProtocolError ``unknown_credential``."""
        held = self.find(holder.id, credential_id)
        return self.issuance.renew(holder, held, self.inspector.decide(now), now)

    def find(self, holder_id: str, credential_id: str) -> HeldCredential:
        """Return a held credential. Raises ProtocolError ``unknown_credential``."""
        held = self.credentials.get(holder_id, credential_id)
        if held is None:
            text = "there is no such document here"
            raise ProtocolError(text, code="unknown_credential", status=404)
        return held

    def delete_credential(self, holder_id: str, credential_id: str, now: int) -> None:
        """Delete a card and its keys, and tell the issuer."""
        self._remove(self.find(holder_id, credential_id), Event.DELETED, now)

    def _remove(self, held: HeldCredential, event: Event, now: int) -> None:
        holder_id = held.holder_id
        for key_id in self.credentials.delete(holder_id, held.id):
            self.keys.delete(holder_id, key_id)
        self.pictures.delete(holder_id, held.id)
        self.aftercare.notices.delete(holder_id, held.id)
        host = read_host(held.provenance.credential_issuer)
        shared = (SharedClaims(held.vct, ()),)
        encounter = Encounter(held.provenance.issuer_name, host, shared=shared)
        self.history.add(holder_id, event, encounter, now)
        self.issuance.notify_deleted(held, self.inspector.decide(now), now)

    def delete_holder(self, holder_id: str, now: int) -> None:
        """Forget a holder wholly; the keys go first, so nothing left behind opens."""
        held = self.credentials.of_holder(holder_id)
        self.keys.delete_all(holder_id)
        for each in held:
            self.credentials.delete(holder_id, each.id)
        self.deferred.delete_all(holder_id)
        self.pending.delete_all(holder_id)
        self.pictures.delete_all(holder_id)
        self.history.delete_all(holder_id)
        self.aftercare.notices.delete_all(holder_id)
        self.holders.delete(holder_id)
        for each in held:
            self.issuance.notify_deleted(each, self.inspector.decide(now), now)

    def export(self, holder_id: str, now: int) -> dict[str, Any]:
        """Return everything kept about a holder, but no key."""
        return create_export(
            str(self.holders.name(holder_id)),
            self.credentials.of_holder(holder_id),
            self.deferred.of_holder(holder_id),
            self.history.of_holder(holder_id),
            now,
        )
