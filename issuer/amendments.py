"""A decision is changed: a new one takes its place, and at no moment are both in force, or none.

An A1 that was given out is never edited. The new decision has a document number of its own and
names the one that it replaces; granting it and withdrawing the other are one transaction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from esspass.attestations import Document, Pda1
from esspass.errors import VerificationError
from esspass.statuslist import INVALID
from issuer.history import Event, History
from issuer.reasons import AmendmentReason, WithdrawalReason
from issuer.records import Record, Records, RecordState, StateError
from issuer.renewals import day_of
from issuer.status_lists import StatusLists

_KEPT = ("pin", "legislation_country", "institution", "issuing_authority", "person")
_OWN = ("document_number", "issued_on", "expires_on")
_VERSION = re.compile(r"(.+)-V(\d+)")


class AmendmentError(VerificationError):
    """The decision cannot be changed like this."""

    code = "amendment_refused"


@dataclass(frozen=True, slots=True)
class Amendments:
    """Enters decisions that change others, and carries them out."""

    records: Records
    status_lists: StatusLists
    history: History

    def prepare(self, record: Record, document: Document, now: int) -> Pda1:
        """Return what is to be decided: ``document`` with its own number and day.

        A document number other than that of ``record`` is kept. Raises StateError when ``record``
        is not in force, AmendmentError ``not_an_a1``, ``other_decision`` (another person,
        institution or legislation), ``period_reversed``, ``nothing_changed``.
        """
        before = record.document
        if not isinstance(before, Pda1) or not isinstance(document, Pda1):
            raise AmendmentError("only an A1 can be changed", code="not_an_a1")
        if record.state is not RecordState.GRANTED:
            raise StateError
        if any(getattr(before, name) != getattr(document, name) for name in _KEPT):
            raise AmendmentError("this is another decision", code="other_decision")
        if document.ends < document.starts:
            raise AmendmentError("the period ends before it begins", code="period_reversed")
        if not is_changed(before, document):
            raise AmendmentError("nothing is changed", code="nothing_changed")
        number = document.document_number
        return replace(
            document,
            document_number=number if number != record.number else self._create_number(number),
            issued_on=day_of(now),
            expires_on=document.ends if before.expires_on else None,
        )

    def _create_number(self, number: str) -> str:
        """The same number with the next version that is free."""
        found = _VERSION.fullmatch(number)
        stem, version = (found[1], int(found[2])) if found else (number, 1)
        while self.records.find_number(number) is not None:
            version += 1
            number = f"{stem}-V{version}"
        return number

    def enter(
        self, record: Record, document: Pda1, reason: AmendmentReason, now: int, actor: str
    ) -> str:
        """Enter the new decision, which waits; call it in a transaction. Return its id.

        Raises StateError when another change waits, AmendmentError ``number_taken``.
        """
        pending = RecordState.PENDING
        new_id, is_new = self.records.add(
            record.person, document, now, pending, sector=record.sector, replaces=record.id
        )
        if not is_new:
            raise AmendmentError("another document has this number", code="number_taken")
        self.history.add(new_id, Event.AMENDS, now, actor, detail=reason)
        self.history.add(record.id, Event.AMENDED, now, actor, detail=reason)
        return new_id

    def carry_out(self, record: Record, now: int, actor: str) -> None:
        """Withdraw what a decision replaces; call it in the transaction that grants it.

        Raises StateError when that was withdrawn meanwhile: then there is nothing to change.
        """
        if not record.replaces:
            return
        reason = WithdrawalReason.REPLACED
        self.records.withdraw(record.replaces, reason, day_of(now), now)
        self.status_lists.set_all(record.replaces, INVALID)
        self.history.add(record.replaces, Event.WITHDRAWN, now, actor, detail=reason)

    def drop(self, record: Record, now: int, actor: str) -> None:
        """Note on the decision in force that a change of it was refused."""
        if record.replaces:
            self.history.add(record.replaces, Event.AMENDMENT_REFUSED, now, actor)


def is_changed(before: Pda1, after: Pda1) -> bool:
    """Say whether two decisions differ in more than number and day."""
    own = {name: getattr(before, name) for name in _OWN}
    return replace(after, **own) != before
