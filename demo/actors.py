"""The people at work in the scenario: each drives the service of their own app.

What passes between apps goes over HTTP, to the processes that serve them. A clerk or an inspector
works on the app's database, as the app's own pages do.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from demo.crew import crew
from demo.people import Citizen, citizens
from demo.story import expect
from demo.world import World
from esspass.attestations import PID, attestation_type
from esspass.storage import connect
from issuer import connect_issuer
from issuer.config import IssuerConfig
from issuer.reasons import WithdrawalReason
from issuer.service import CreatedOffer
from issuer.services import Services
from verifier import connect_verifier
from verifier.config import VerifierConfig
from verifier.service import Result, Stage, Started, Verifier, Wish
from wallet.config import WalletConfig
from wallet.consent import Choice, ConsentRequest
from wallet.issuance import Received
from wallet.keys import Holder
from wallet.presentation import Answered
from wallet.service import Wallet
from wallet.showing import ShownCode
from wallet.wiring import create_sign_in, create_wallet


def clock() -> int:
    """The time, in epoch seconds."""
    return int(time.time())


@dataclass(frozen=True)
class Office:
    """An institution's clerk."""

    world: World
    key: str

    @cached_property
    def services(self) -> Services:
        """The institution's services on its database."""
        config = IssuerConfig.from_environ(self.world.service(self.key).environ)
        return connect_issuer(config)

    def record_id(self, person: Citizen, kind: str) -> str:
        """Return the id of the decision about ``person``. Raises StepError."""
        page = self.services.issuer.records.search(person.person.pin or "")
        found = [record.id for record in page.records if record.kind == kind]
        expect(found, f"{self.key} has no {kind} of {person.key}")
        return found[0]

    def offer(
        self, person: Citizen, vct: str, kind: str, grant: str, *, tx_code: bool
    ) -> CreatedOffer:
        """Offer a document to its person."""
        record = self.record_id(person, kind)
        return self.services.issuer.create_offer(
            record, vct, grant, tx_code=tx_code, now=clock(), created_by="demo clerk"
        )

    def offer_pid(self, person: Citizen) -> CreatedOffer:
        """Offer a PID, to be taken with a sign-in."""
        return self.offer(person, PID, "pid", "authorization", tx_code=False)

    def withdraw(
        self, person: Citizen, kind: str, reason: WithdrawalReason, effective: date
    ) -> int:
        """Withdraw a document; return how many credentials became invalid."""
        record = self.record_id(person, kind)
        return self.services.issuer.withdraw(record, reason, effective, clock(), "demo clerk")


@dataclass(frozen=True)
class Owner:
    """A citizen with a wallet."""

    world: World
    citizen: Citizen
    wallet: Wallet
    holder: Holder

    @property
    def name(self) -> str:
        """First name and surname."""
        return f"{self.citizen.person.forenames} {self.citizen.person.surnames}"

    def accept(self, uri: str, tx_code: str | None = None) -> Received:
        """Accept an offer that needs no sign-in."""
        return self.wallet.accept_offer(self.holder, uri, tx_code, clock())

    def accept_with_demo_eid(self, uri: str) -> Received:
        """Accept an offer, signing in with the simulated eID."""
        return self._accept_signed_in(uri, self.eid_form())

    def accept_with_pid(self, uri: str) -> Received:
        """Accept an offer, signing in by presenting the PID from this wallet."""
        return self._accept_signed_in(uri, {})

    def _accept_signed_in(self, uri: str, fields: Mapping[str, str]) -> Received:
        authorize = create_sign_in(self.wallet, self.holder, fields, clock())
        return self.wallet.accept_offer(self.holder, uri, None, clock(), authorize)

    def eid_form(self) -> dict[str, str]:
        """What the citizen types into the simulated eID."""
        person = self.citizen.person
        return {
            "family_name": person.surnames,
            "given_name": person.forenames,
            "birthdate": person.date_of_birth.isoformat(),
            "personal_administrative_number": person.pin or "",
        }

    def present(self, uri: str) -> Answered:
        """Answer a request, agreeing to exactly what is asked."""
        return self.wallet.present(self.holder, uri, agree, clock())

    def decline(self, uri: str) -> Answered:
        """Answer a request with no."""
        return self.wallet.present(self.holder, uri, lambda _asked: None, clock())

    def show(self, kind: str, purpose: str) -> ShownCode:
        """Show the document of a kind as QR code; its texts are frames, shown in turn."""
        held = self.wallet.credentials.of_holder(self.holder.id)
        document = next(each for each in held if attestation_type(each.vct).kind == kind)
        return self.wallet.show(self.holder, document.id, purpose, clock(), seconds=1)[0]


def agree(_asked: ConsentRequest) -> Choice:
    """Consent to the first way of answering."""
    return Choice()


@dataclass(frozen=True)
class Inspector:
    """Somebody who checks documents."""

    world: World
    key: str

    @cached_property
    def verifier(self) -> Verifier:
        """The verifier's service on its database."""
        config = VerifierConfig.from_environ(self.world.service(self.key).environ)
        return connect_verifier(config)

    def ask(self, kind: str, *, with_pid: bool = True) -> Started:
        """Begin an inspection; its link is what the QR shows."""
        return self.verifier.start(Wish(kind, with_pid), now=clock())

    def result(self, started: Started) -> Result:
        """Return what the inspection concluded. Raises StepError while it has not."""
        result = self.verifier.result(started.id, clock())
        expect(result.stage is Stage.CONCLUDED, f"the inspection is {result.stage.value}")
        return result

    def check(self, owner: Owner, kind: str, *, with_pid: bool = True) -> Result:
        """Ask, let the citizen answer, and read the verdict."""
        started = self.ask(kind, with_pid=with_pid)
        owner.present(started.link)
        return self.result(started)


@dataclass(frozen=True)
class Cast:
    """Everybody."""

    world: World

    @cached_property
    def citizens(self) -> dict[str, Citizen]:
        """The citizens and the builder's crew by key."""
        today = datetime.now(UTC).date()
        return {citizen.key: citizen for citizen in (*citizens(today), *crew(today))}

    @cached_property
    def _wallet(self) -> Wallet:
        config = WalletConfig.from_environ(self.world.service("wallet").environ)
        return create_wallet(config, connect(config.database_url))

    def owner(self, key: str) -> Owner:
        """A citizen and their wallet."""
        holder = self._wallet.open_holder(key, clock())
        return Owner(self.world, self.citizens[key], self._wallet, holder)

    def office(self, key: str) -> Office:
        """An institution's clerk."""
        return Office(self.world, key)

    def inspector(self, key: str) -> Inspector:
        """An inspector or a hospital desk."""
        return Inspector(self.world, key)
