"""Telling what became of an A1: every State that was told of it, the holder and the employers.

An X008 takes the notification back; where its case is closed, an A008 in a case of its own does.
An institution may withdraw on its own motion but must tell the host State as soon as possible
(Court of Justice, C-422/22). Suspended is not withdrawn: the document still binds (C-410/21).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from esspass.attestations import Pda1, Person
from esspass.errors import MalformedError, UnavailableError, UndecidedError, VerificationError
from esspass.exchange.contents import (
    Change,
    Invalidation,
    create_change,
    create_invalidation,
)
from esspass.exchange.model import DocumentStatus, RefusedMessageError
from issuer.exchange.desk import Desk
from issuer.exchange.notified import Notified, NotifiedStates
from issuer.exchange.registering import SOON
from issuer.exchange.versions import find_own
from issuer.names import fold_number
from issuer.reasons import WithdrawalReason
from issuer.records import Record, Records, RecordState
from issuer.renewals import day_of

CHANGES, CHANGE = "LA_BUC_03", "A008"
TOLD_ON_PAPER, TELL_EMPLOYER = "withdrawal_on_paper", "tell_employer"
_OTHER = "99"
_REASONS: Mapping[str, tuple[str, str | None]] = {
    WithdrawalReason.DECEASED: ("01", None),
    WithdrawalReason.WRONG_DATA: ("03", None),
    WithdrawalReason.CONDITIONS: ("04", None),
    WithdrawalReason.FRAUD: ("04", None),
    WithdrawalReason.ENDED: (_OTHER, "The work ended earlier."),
    WithdrawalReason.REPLACED: (_OTHER, "A new decision replaces this one."),
    WithdrawalReason.LOST: (_OTHER, "The document was lost; it is issued anew."),
}
"""The code of X008 for a reason of ours, and the words that code 99 asks for."""
_TOPICS: Mapping[RecordState, str] = {
    RecordState.WITHDRAWN: "withdrawn",
    RecordState.SUSPENDED: "suspended",
    RecordState.GRANTED: "reinstated",
}
WriteLetters = Callable[[Record, str, int, Mapping[str, str]], None]
"""Writes to holder and employers of a decision, on a topic; once for each moment it is given."""


@dataclass(frozen=True, slots=True)
class Announcer:
    """Tells of withdrawals, suspensions, and decisions back in force."""

    desk: Desk
    records: Records
    notified: NotifiedStates
    write: WriteLetters

    def announce_due(self, now: int) -> int:
        """Tell every State of what has changed since it was told; return how many were told."""
        done = 0
        for told in self.notified.outdated():
            record = self.records.get(told.record_id)
            changed = self._find_change(record)
            if changed is not None and not self._is_told(changed):
                continue  # first of what takes its place
            try:
                self._announce(record, told, changed, now)
            except (UndecidedError, UnavailableError):
                continue  # another time
            self.notified.tell(told, record.state, now)
            done += 1
        return done

    def _find_change(self, record: Record) -> Record | None:
        """The decision that took the place of this one, unless that has ended too, untold."""
        changed = self.records.changed_into(record.id)
        if changed is None or changed.state is RecordState.GRANTED or self._is_told(changed):
            return changed
        return None

    def _is_told(self, record: Record) -> bool:
        return self.notified.is_told(record.id)

    def _announce(self, record: Record, told: Notified, changed: Record | None, now: int) -> None:
        """A State that got a new version in the same case knows already."""
        if changed is None:
            self._write_letters(record, now)
        elif not all(fold_number(each.id) for each in _read(record)[0].employments):
            self._tell_employer(record, now)
        if not told.country:
            return
        if changed is not None and self._is_version(changed, told):
            return
        if not told.case_id:
            self._by_clerk(record, told, now)
            return
        try:
            if record.state is not RecordState.WITHDRAWN or not self._invalidate(record, told, now):
                self._change(record, told, now)
        except (MalformedError, VerificationError):
            self._by_clerk(record, told, now)

    def _is_version(self, changed: Record, told: Notified) -> bool:
        later = self.notified.of_record(changed.id)
        return any(
            each.country == told.country and each.case_id == told.case_id != "" for each in later
        )

    def _write_letters(self, record: Record, now: int) -> None:
        """The letters bear the moment of the change, so that they are written once."""
        details = {}
        if record.withdrawal_date is not None:
            effective = record.withdrawal_date.isoformat()
            details = {"reason": record.withdrawal_reason or "", "effective_day": effective}
        try:
            self.write(record, _TOPICS[record.state], record.changed_at, details)
        except MalformedError:  # an employer without a number
            self._tell_employer(record, now)

    def _tell_employer(self, record: Record, now: int) -> None:
        self.desk.tasks.add(TELL_EMPLOYER, now, reference=record.number, due_at=now + SOON)

    def _by_clerk(self, record: Record, told: Notified, now: int) -> None:
        reference = f"{record.number}/{told.country}/{record.state}/{record.changed_at}"
        self.desk.tasks.add(
            TOLD_ON_PAPER, now, case_id=told.case_id, reference=reference, due_at=now + SOON,
            detail=told.country,
        )  # fmt: skip

    def _invalidate(self, record: Record, told: Notified, now: int) -> bool:
        """Take the notification back; false where its case no longer allows that."""
        found = find_own(self.desk.view(told.case_id).case, told.sed)
        if found is None:
            return False
        if found.status is DocumentStatus.INVALIDATED:  # told before, in a case with several
            return True
        document, person = _read(record)
        code, words = _REASONS.get(record.withdrawal_reason or "", (_OTHER, "Withdrawn."))
        effective = record.withdrawal_date or day_of(record.changed_at)
        content = create_invalidation(
            Invalidation(told.sed, day_of(found.first_at), code, words), document, person, effective
        )
        try:
            self.desk.send(told.case_id, "X008", content, now, related_set_id=found.set_id)
        except RefusedMessageError:
            return False
        return True

    def _change(self, record: Record, told: Notified, now: int) -> None:
        document, person = _read(record)
        withdrawn = record.state is RecordState.WITHDRAWN
        effective = record.withdrawal_date if withdrawn else None
        words = _REASONS.get(record.withdrawal_reason or "", ("", None))[1] if withdrawn else None
        change = Change(
            effective or day_of(record.changed_at),
            withdrawn=withdrawn,
            suspended=record.state is RecordState.SUSPENDED,
            words=words,
        )
        reference = f"a1/{record.number}/{told.country}/{record.state}/{record.changed_at}"
        content = create_change(change, document, person)
        self.desk.start(CHANGES, [told.institution_id], CHANGE, content, now, reference=reference)


def _read(record: Record) -> tuple[Pda1, Person]:
    document = cast("Pda1", record.document)
    return document, document.person or record.person
