"""A decision is changed: the host has the next version in the same case, the holder the new A1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from demo.actors import Office, Owner, clock
from demo.story import Story, expect, wait_for
from esspass.attestations import Pda1, attestation_type
from issuer.exchange.desk import LoggedMessage
from issuer.exchange.notification import IncomingDocument, IncomingState
from issuer.exchange.outbox import DeliveryStatus
from issuer.reasons import AmendmentReason
from issuer.records import Record

HOST, ISSUER = "Institution, Greece", "Institution, Lithuania"
_EARLIER = timedelta(days=14)


@dataclass
class Amendment:
    """The parties, and the two decisions."""

    story: Story
    owner: Owner
    host: Office
    issuer: Office
    before: Record | None = None
    after: Record | None = None

    def tell(self) -> None:
        """Tell how the painter's posting comes to end two weeks earlier."""
        for who, what, act in (
            (ISSUER, "changes the painter's A1: the work ends two weeks earlier", self._amend),
            (ISSUER, "tells Greece in the same case: A009, version 2", self._send),
            (HOST, "has the new A1 in its register, in place of the old one", self._register),
            (self.owner.name, "is told in the wallet, and fetches the new A1", self._fetch),
        ):
            self.story.tell(who, what, act)

    def _amend(self) -> str:
        issuer = self.issuer.services.issuer
        before = issuer.records.get(self.issuer.record_id(self.owner.citizen, "pda1"))
        assert isinstance(before.document, Pda1)
        changed = replace(before.document, ends=before.document.ends - _EARLIER)
        new_id = issuer.amend(before.id, changed, clock(), "demo clerk", AmendmentReason.PERIOD)
        self.before, self.after = before, issuer.records.get(new_id)
        return f"{self.after.number}: {self.after.state}"

    def _changed(self) -> tuple[Record, Record]:
        expect(self.before and self.after, "the decision was not changed")
        assert self.before is not None
        assert self.after is not None
        return self.before, self.after

    def _send(self) -> str:
        before, after = self._changed()
        desk, notified = self.issuer.services.desk, self.issuer.services.joined.notified

        def find() -> LoggedMessage | None:
            told = {each.country: each.case_id for each in notified.of_record(after.id)}
            if "GR" not in told:
                return None
            last = desk.view(told["GR"]).messages[-1]
            return last if last.status is DeliveryStatus.DELIVERED else None

        sent = wait_for(find, "nobody was told of the change")
        cases = {each.case_id for each in notified.of_record(before.id)}
        expect(sent.message.case_id in cases, "it was told in another case")
        expect(sent.message.version == 2, f"version {sent.message.version}")
        return f"delivered, {len(sent.message.attachments)} files"

    def _register(self) -> str:
        before, after = self._changed()
        incoming = self.host.services.joined.incoming
        institution = self.issuer.services.config.institution_id

        def find() -> IncomingDocument | None:
            found = incoming.find(institution, after.number)
            return found if found is not None and found.checked_at else None

        new = wait_for(find, "the new decision has not arrived, or was not checked")
        old = incoming.find(institution, before.number)
        expect(old is not None and old.replaced_by == after.number, "nothing links old and new")
        expect(new.state is IncomingState.IN_FORCE, f"it is {new.state}")
        return f"until {new.document.ends}: {new.arrival.grade}"

    def _fetch(self) -> str:
        _, after = self._changed()
        wallet, now = self.owner.wallet, clock()
        held = next(
            each
            for each in wallet.credentials.of_holder(self.owner.holder.id)
            if attestation_type(each.vct).kind == "pda1"
        )
        decide = wallet.inspector.decide(now)
        found = [each.successor for each in wallet.aftercare.ask(held, decide, now)]
        expect(after.number in found, "the wallet was told of nothing that follows")
        self.owner.accept(wallet.aftercare.renew(held, decide, now).offer_uri)
        return f"{after.number} in the wallet"
