"""Four eyes: a risky grant or withdrawal is carried out only when a second person agrees.

The register itself asks (``demand``), so no page, command or machine goes round it. What one
person proposes, another accepts; agreeing and carrying out are one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NoReturn

from esspass.errors import VerificationError
from esspass.storage import Database, Row
from issuer.bearer import create_identifier
from issuer.credentials import Credentials
from issuer.history import Event, History
from issuer.reasons import WithdrawalReason
from issuer.records import Record, Records, RecordState, StateError
from issuer.risk import Action, Risk, Withdrawal, assess, create_facts
from issuer.staff import Member, Role

MIGRATIONS = {
    "issuer-second-looks-001": """
        CREATE TABLE second_looks (
            id TEXT PRIMARY KEY,
            record_id TEXT NOT NULL,
            action TEXT NOT NULL,
            reason TEXT NOT NULL,
            effective TEXT NOT NULL,
            points BIGINT NOT NULL,
            rules TEXT NOT NULL,
            proposed_by TEXT NOT NULL,
            proposed_name TEXT NOT NULL,
            proposed_at BIGINT NOT NULL,
            outcome TEXT NOT NULL,
            decided_by TEXT,
            decided_at BIGINT
        )""",
    "issuer-second-looks-002": """
        CREATE UNIQUE INDEX second_looks_open ON second_looks (record_id) WHERE outcome = 'open'""",
}
_SECOND = frozenset({Role.APPROVER, Role.SUPERVISOR})
_POSSIBLE = {
    Action.GRANT: frozenset({RecordState.PENDING}),
    Action.WITHDRAW: frozenset({RecordState.GRANTED, RecordState.SUSPENDED}),
}


class SecondPersonNeededError(VerificationError):
    """The decision is too risky for one person alone."""

    code = "second_person_needed"


class SamePersonError(VerificationError):
    """Nobody agrees to what they proposed themselves."""

    code = "same_person"


class NotApproverError(VerificationError):
    """The second person is an approver or a supervisor."""

    code = "approver_needed"


class SecondLookError(VerificationError):
    """The proposal was decided before, or another one waits."""

    code = "second_look_over"


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A proposal that waits for a second person; times in epoch seconds."""

    id: str
    record: Record
    action: Action
    withdrawal: Withdrawal | None
    risk: Risk
    proposed_by: str
    proposed_name: str = field(repr=False)
    proposed_at: int


@dataclass(frozen=True, slots=True)
class FourEyes:
    """Proposals and who agreed; decisions of ``threshold`` points or more need one, 0 none."""

    records: Records
    credentials: Credentials
    history: History
    threshold: int

    @property
    def database(self) -> Database:
        """The register's own: proposals are decided in its transactions."""
        return self.records.database

    def assess(self, record: Record, withdrawal: Withdrawal | None, now: int) -> Risk:
        """Say how risky it is to grant a decision, or to withdraw it."""
        others = self.records.of_person(record.person_id, [record.kind])
        frauds = sum(other.withdrawal_reason == WithdrawalReason.FRAUD for other in others)
        copies = len(self.credentials.of_record(record.id))
        return assess(create_facts(record, withdrawal, copies=copies, frauds=frauds, now=now))

    def is_needed(self, risk: Risk) -> bool:
        """Say whether a second person must agree."""
        return 0 < self.threshold <= risk.points

    def demand(self, record: Record, withdrawal: Withdrawal | None, now: int) -> None:
        """Let the register go on; call it in the transaction that changes the decision.

        Raises SecondPersonNeededError when the risk asks for a second person and nobody agreed.
        """
        if not self.is_needed(self.assess(record, withdrawal, now)):
            return
        used = self.database.execute(
            "UPDATE second_looks SET outcome = 'done' WHERE record_id = :id"
            " AND outcome = 'accepted' AND action = :action AND reason = :reason"
            " AND effective = :effective",
            id=record.id,
            **_write(withdrawal),
        )
        if not used:
            raise SecondPersonNeededError

    def propose(
        self, record: Record, withdrawal: Withdrawal | None, member: Member, now: int
    ) -> None:
        """Put a decision before a second person. Raises StateError, SecondLookError."""
        action = Action.WITHDRAW if withdrawal else Action.GRANT
        if record.state not in _POSSIBLE[action]:
            raise StateError
        risk = self.assess(record, withdrawal, now)
        with self.database.atomic():
            added = self.database.execute(
                "INSERT INTO second_looks (id, record_id, action, reason, effective, points, rules,"
                " proposed_by, proposed_name, proposed_at, outcome) VALUES (:id, :record_id,"
                " :action, :reason, :effective, :points, :rules, :by, :name, :now, 'open')"
                " ON CONFLICT DO NOTHING",
                id=create_identifier(),
                record_id=record.id,
                points=risk.points,
                rules=json.dumps(risk.rules),
                by=member.id,
                name=member.name,
                now=now,
                **_write(withdrawal),
            )
            if not added:
                raise SecondLookError
            self.history.add(record.id, Event.PROPOSED, now, member.name, detail=action)

    def accept(self, identifier: str, member: Member, now: int) -> SecondLook:
        """Agree; call it in the transaction that then carries the decision out.

        Raises NotApproverError, SamePersonError, SecondLookError.
        """
        self._decide(identifier, "accepted", member, now, own=False)
        return self._get(identifier)

    def decline(self, identifier: str, member: Member, now: int) -> SecondLook:
        """Refuse to agree, or take one's own proposal back.

        Raises NotApproverError, SecondLookError.
        """
        with self.database.atomic():
            self._decide(identifier, "declined", member, now, own=True)
            look = self._get(identifier)
            event = Event.PROPOSAL_DECLINED
            self.history.add(look.record.id, event, now, member.name, detail=look.action)
        return look

    def _decide(
        self, identifier: str, outcome: str, member: Member, now: int, *, own: bool
    ) -> None:
        decided = self.database.execute(
            "UPDATE second_looks SET outcome = :outcome, decided_by = :member, decided_at = :now"
            " WHERE id = :id AND outcome = 'open' AND ((:own = 1 AND proposed_by = :member)"
            " OR (:others = 1 AND proposed_by <> :member))",
            id=identifier,
            outcome=outcome,
            member=member.id,
            now=now,
            own=int(own),
            others=int(member.role in _SECOND),
        )
        if not decided:
            self._refuse(identifier, member)

    def _refuse(self, identifier: str, member: Member) -> NoReturn:
        sql = "SELECT proposed_by FROM second_looks WHERE id = :id AND outcome = 'open'"
        rows = self.database.query(sql, id=identifier)
        if not rows:
            raise SecondLookError
        raise SamePersonError if rows[0]["proposed_by"] == member.id else NotApproverError

    def _get(self, identifier: str) -> SecondLook:
        sql = "SELECT * FROM second_looks WHERE id = :id"
        return self._look(self.database.query(sql, id=identifier)[0])

    def annul(self, record_id: str, now: int) -> None:
        """Take back what waits about a decision, because the decision became another one."""
        self.database.execute(
            "UPDATE second_looks SET outcome = 'declined', decided_by = '', decided_at = :now"
            " WHERE record_id = :id AND outcome = 'open'",
            id=record_id,
            now=now,
        )

    def waiting(self) -> Sequence[SecondLook]:
        """Return what waits and can still be done, the oldest first, at most a hundred."""
        rows = self.database.query(
            "SELECT * FROM second_looks WHERE outcome = 'open' ORDER BY proposed_at, id LIMIT 100"
        )
        looks = map(self._look, rows)
        return [look for look in looks if look.record.state in _POSSIBLE[look.action]]

    def of_record(self, record_id: str) -> SecondLook | None:
        """Return what waits about a decision."""
        return next((look for look in self.waiting() if look.record.id == record_id), None)

    def _look(self, row: Row) -> SecondLook:
        withdrawal = None
        if row["action"] == Action.WITHDRAW:
            effective = date.fromisoformat(row["effective"])
            withdrawal = Withdrawal(WithdrawalReason(row["reason"]), effective)
        return SecondLook(
            row["id"], self.records.get(row["record_id"]), Action(row["action"]), withdrawal,
            Risk(row["points"], tuple(json.loads(row["rules"]))), row["proposed_by"],
            row["proposed_name"], row["proposed_at"],
        )  # fmt: skip


def _write(withdrawal: Withdrawal | None) -> dict[str, str]:
    if withdrawal is None:
        return {"action": Action.GRANT, "reason": "", "effective": ""}
    return {
        "action": Action.WITHDRAW,
        "reason": withdrawal.reason,
        "effective": withdrawal.effective.isoformat(),
    }
