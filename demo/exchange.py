"""Between institutions: an A1 is told and registered, withdrawn and heard of; a card is missing.

Nobody here sends anything by hand. The institutions' workers do, in processes of their own; a step
waits until what must happen has happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from demo.actors import Office, Owner, clock
from demo.people import BALTIC_CONSTRUCTION
from demo.story import Story, expect, wait_for
from esspass.attestations import attestation_type
from esspass.exchange.entitlement import EntitlementRequest
from issuer.exchange.desk import LoggedMessage
from issuer.exchange.notification import Grade, IncomingDocument, IncomingState
from issuer.exchange.outbox import DeliveryStatus
from issuer.exchange.stays import Seal, Stay
from issuer.mailbox import Recipient
from issuer.records import Record

LITHUANIA, GREECE = "Institution, Lithuania", "Institution, Greece"
ROMANIA = "Institution, Romania"


@dataclass(frozen=True)
class Exchange:
    """The three institutions, and the people whose documents they talk about."""

    story: Story
    lithuania: Office
    greece: Office
    romania: Office
    owners: Mapping[str, Owner]

    def register(self) -> None:
        """Tell how the host State learns of a posting, and of work in several States."""
        tell = self.story.tell
        tell(
            LITHUANIA,
            "tells Greece of the builder's posting: A009",
            lambda: self._notify("builder", "A009"),
        )
        tell(
            GREECE,
            "has the builder's A1 in its register, checked on arrival",
            lambda: self._find_checked("builder"),
        )
        tell(
            LITHUANIA,
            "tells of the driver's work in several States: A003",
            lambda: self._notify("driver", "A003"),
        )
        tell(LITHUANIA, "writes on paper where nobody takes part", lambda: self._count_letters(2))

    def replace_card(self) -> None:
        """Tell how a card that is missing abroad is replaced between institutions."""
        tell = self.story.tell
        stays: list[Stay] = []
        tell(
            ROMANIA,
            "asks for a certificate for the pensioner without a card: S044",
            lambda: self._ask(stays),
        )
        tell(
            LITHUANIA,
            "answers by machine, the register entitles: S045",
            lambda: self._read_answer(stays[0]),
        )

    def hear_of_withdrawal(self) -> None:
        """Tell who learns that the builder's A1 was withdrawn, and how."""
        tell = self.story.tell
        tell(LITHUANIA, "takes the notification back: X008", lambda: self._invalidate("builder"))
        tell(
            GREECE,
            "has it in its register: withdrawn, why, and from when",
            lambda: self._find_withdrawn("builder"),
        )
        tell(self.owners["builder"].name, "is told in the wallet why", self._read_notice)
        tell(LITHUANIA, "has written to the builder's employer", self._find_letter)

    def _record(self, key: str, kind: str = "pda1") -> Record:
        records = self.lithuania.services.issuer.records
        return records.get(self.lithuania.record_id(self.owners[key].citizen, kind))

    def _notify(self, key: str, sed: str) -> str:
        return self._delivered(self._case_id(key), sed)

    def _case_id(self, key: str) -> str:
        """The case in which Greece was told of somebody's A1."""
        record, joined = self._record(key), self.lithuania.services.joined

        def find() -> str | None:
            told = joined.notified.of_record(record.id)
            return next((each.case_id for each in told if each.country == "GR"), None)

        return wait_for(find, "nobody was told")

    def _delivered(self, case_id: str, sed: str) -> str:
        desk = self.lithuania.services.desk

        def find() -> LoggedMessage | None:
            sent = [each for each in desk.view(case_id).messages if each.message.sed == sed]
            arrived = sent and sent[-1].status is DeliveryStatus.DELIVERED
            return sent[-1] if arrived else None

        logged = wait_for(find, f"{sed} was not delivered")
        files = len(logged.message.attachments)
        return f"delivered, {files} files" if files else "delivered"

    def _incoming(self, key: str) -> IncomingDocument | None:
        issued_by = self.lithuania.services.config.institution_id
        return self.greece.services.joined.incoming.find(issued_by, self._record(key).number)

    def _find_checked(self, key: str) -> str:
        def find() -> IncomingDocument | None:
            found = self._incoming(key)
            return found if found is not None and found.checked_at else None

        found = wait_for(find, "it has not arrived, or was not checked")
        grade = found.arrival.grade
        expect(grade in (Grade.CLEAR, Grade.NOTE), f"the checks found: {grade}")
        return f"{found.number}: {grade}"

    def _count_letters(self, number: int) -> str:
        record, joined = self._record("driver"), self.lithuania.services.joined
        told = joined.notified.of_record(record.id)
        states = sorted(each.country for each in told if not each.case_id)
        expect(len(states) == number, f"letters to {states}")
        return f"tasks: paper to {', '.join(states)}"

    def _ask(self, stays: list[Stay]) -> str:
        today = datetime.fromtimestamp(clock(), UTC).date()
        person = self.owners["pensioner"].citizen.person
        request = EntitlementRequest(
            person, today, today + timedelta(days=5), facility="Clinica Exemplu Brașov"
        )
        office = self.romania.services.joined.entitlements
        stay = office.ask(request, "LT", clock(), "demo clerk", "demo")
        expect(stay, "nobody in Lithuania takes such requests")
        assert stay is not None
        stays.append(stay)
        return f"to {stay.institution_id}"

    def _read_answer(self, stay: Stay) -> str:
        stays = self.romania.services.joined.entitlements.stays

        def find() -> Stay | None:
            known = stays.get(stay.case_id)
            return known if known.answered_at else None

        answered = wait_for(find, "there is no answer")
        expect(answered.certificate, f"answered {answered.status}, without a certificate")
        expect(answered.seal is Seal.GOOD, f"the seal is {answered.seal}")
        assert answered.certificate is not None
        return f"seal good, until {answered.certificate.ends}"

    def _invalidate(self, key: str) -> str:
        return self._delivered(self._case_id(key), "X008")

    def _find_withdrawn(self, key: str) -> str:
        def find() -> IncomingDocument | None:
            found = self._incoming(key)
            withdrawn = found is not None and found.state is IncomingState.WITHDRAWN
            return found if withdrawn else None

        found = wait_for(find, "the register does not say so")
        return f"withdrawn as of {found.withdrawal_date}"

    def _read_notice(self) -> str:
        owner = self.owners["builder"]
        wallet, now = owner.wallet, clock()
        held = next(
            each
            for each in wallet.credentials.of_holder(owner.holder.id)
            if attestation_type(each.vct).kind == "pda1"
        )
        notices = wallet.aftercare.ask(held, wallet.inspector.decide(now), now)
        found = [notice for notice in notices if notice.status == "withdrawn"]
        expect(found, "the wallet was told nothing")
        return f"{found[0].status}: {found[0].reason}"

    def _find_letter(self) -> str:
        employer = BALTIC_CONSTRUCTION.id
        mailbox = self.lithuania.services.mailbox_push.mailbox
        number = self._record("builder").number
        found = [
            letter
            for letter in mailbox.of(Recipient.EMPLOYER, employer)
            if letter.topic == "withdrawn" and letter.details["number"] == number
        ]
        expect(found, "nobody wrote")
        return "a letter in the mailbox"
