"""Proof of application: what a person holds while the decision about the A1 is still to come.

It is a decision of its own in the register, tied to the one that is pending, and it ends with it:
withdrawn for ever when the A1 is granted or refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from esspass.attestations import Application, Pda1
from esspass.errors import VerificationError
from esspass.statuslist import INVALID
from issuer.history import Event, History
from issuer.reasons import WithdrawalReason
from issuer.records import Record, Records, RecordState, StateError
from issuer.status_lists import StatusLists

_PREFIX = "AP-"


class NoApplicationError(VerificationError):
    """Only an A1 that waits for a decision was applied for."""

    code = "no_application"


@dataclass(frozen=True, slots=True)
class Applications:
    """Makes proofs of application, and ends them."""

    records: Records
    status_lists: StatusLists
    history: History

    def acknowledge(self, record_id: str, now: int, actor: str = "") -> str:
        """Enter the proof for a pending A1; return the id of its decision, old or new.

        Raises UnknownRecordError, NoApplicationError, StateError when nothing is pending.
        """
        record = self.records.get(record_id)
        earlier = self.records.of_decision(record_id)
        serial = sum(proof.state is not RecordState.GRANTED for proof in earlier)
        document = create_application(record, now, serial)
        if record.state is not RecordState.PENDING:
            raise StateError
        with self.records.database.atomic():
            proof_id, is_new = self.records.add(
                record.person, document, now, decision_id=record.id, sector=record.sector
            )
            if is_new:
                self.history.add(proof_id, Event.IMPORTED, now, actor)
        return proof_id

    def of_decision(self, record_id: str) -> Record | None:
        """Return the proof that belongs to a decision, if there is one."""
        found = self.records.of_decision(record_id)
        return found[0] if found else None

    def end(self, record_id: str, reason: WithdrawalReason, now: int, actor: str) -> None:
        """Withdraw the proof of a decision that was just taken; call it in that transaction."""
        proof = self.of_decision(record_id)
        if proof is None or proof.state is not RecordState.GRANTED:
            return
        self.records.withdraw(proof.id, reason, _day(now), now)
        self.status_lists.set_all(proof.id, INVALID)
        self.history.add(proof.id, Event.WITHDRAWN, now, actor, detail=reason)


def create_application(record: Record, now: int, serial: int = 0) -> Application:
    """Write the proof of a decision's application; ``serial`` counts earlier ones that ended.

    Raises NoApplicationError.
    """
    document = record.document
    if not isinstance(document, Pda1):
        raise NoApplicationError
    return Application(
        document_number=f"{_PREFIX}{document.document_number}{f'-{serial + 1}' if serial else ''}",
        pin=document.pin,
        applied_on=_day(record.created_at),
        legislation_country=document.legislation_country,
        starts=document.starts,
        ends=document.ends,
        employments=document.employments,
        states_of_work=tuple(state.country for state in document.states_of_activity),
        institution=document.institution,
        issued_on=_day(now),
        issuing_authority=document.issuing_authority,
    )


def _day(now: int) -> date:
    return datetime.fromtimestamp(now, UTC).date()
