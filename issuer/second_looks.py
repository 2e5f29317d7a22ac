"""Grants and withdrawals as staff make them: at once, or put before a second person."""

from __future__ import annotations

from dataclasses import dataclass

from esspass.attestations import Document
from issuer.four_eyes import FourEyes, SecondLook, SecondPersonNeededError
from issuer.reasons import AmendmentReason
from issuer.records import Record, RecordState
from issuer.risk import Withdrawal
from issuer.service import Issuer
from issuer.staff import Member


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """What members of staff decide, with the second person where the risk asks for one."""

    issuer: Issuer
    four_eyes: FourEyes

    def grant(self, record_id: str, member: Member, now: int) -> bool:
        """Grant a pending decision; say whether that is done, else somebody else must agree.

        Raises UnknownRecordError, StateError, SecondLookError.
        """
        try:
            self.issuer.approve(record_id, now, member.name)
        except SecondPersonNeededError:
            record = self.issuer.records.get(record_id)
            self.four_eyes.propose(record, None, member, now)
            return False
        return True

    def amend(
        self, record_id: str, document: Document, reason: AmendmentReason, member: Member, now: int
    ) -> Record:
        """Change an A1; return the new decision, which is pending when somebody must agree.

        Raises as ``Issuer.amend``, and SecondLookError.
        """
        records = self.issuer.records
        with self.four_eyes.database.atomic():
            new_id = self.issuer.amend(record_id, document, now, member.name, reason)
            record = records.get(new_id)
            if record.state is RecordState.PENDING:
                self.four_eyes.propose(record, None, member, now)
        return record

    def withdraw(
        self, record_id: str, withdrawal: Withdrawal, member: Member, now: int
    ) -> int | None:
        """Withdraw a document; return how many credentials ended, None if somebody must agree.

        Raises as ``Issuer.withdraw``, and SecondLookError.
        """
        reason, effective = withdrawal.reason, withdrawal.effective
        try:
            return self.issuer.withdraw(record_id, reason, effective, now, member.name)
        except SecondPersonNeededError:
            record = self.issuer.records.get(record_id)
            self.four_eyes.propose(record, withdrawal, member, now)
            return None

    def accept(self, identifier: str, member: Member, now: int) -> SecondLook:
        """Agree to what somebody else proposed, and carry it out.

        Raises SamePersonError, SecondLookError, StateError; then nothing is changed.
        """
        with self.four_eyes.database.atomic():
            look = self.four_eyes.accept(identifier, member, now)
            if look.withdrawal is None:
                self.issuer.approve(look.record.id, now, member.name)
            else:
                reason, effective = look.withdrawal.reason, look.withdrawal.effective
                self.issuer.withdraw(look.record.id, reason, effective, now, member.name)
        return look
