"""Four eyes: a risky grant or withdrawal is carried out only when a second person agrees.

The register itself asks (``demand``), so no page, command or machine goes round it. What one
person proposes, another accepts; agreeing and carrying out are one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NoReturn, Protocol

from esspass.attestations import Document, Person, document_kind
from esspass.errors import VerificationError
from esspass.storage import Database, Row
from issuer.bearer import create_identifier
from issuer.credentials import Credentials
from issuer.history import Event, History
from issuer.paging import Paging, find_start
from issuer.reasons import WithdrawalReason
from issuer.records import Record, Records, RecordState, StateError
from issuer.risk import Action, Risk, Withdrawal, assess, create_facts
from issuer.sectors import NOT_RECORDED
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
SECOND = frozenset({Role.APPROVER, Role.SUPERVISOR})
"""Who may agree to what others propose."""
_POSSIBLE = {
    Action.GRANT: frozenset({RecordState.PENDING}),
    Action.WITHDRAW: frozenset({RecordState.GRANTED, RecordState.SUSPENDED}),
}


_WAITING = """
    FROM second_looks JOIN records ON records.id = second_looks.record_id
    WHERE outcome = 'open' AND (action = 'grant' AND state = 'pending'
    OR action = 'withdraw' AND state IN ('granted', 'suspended'))"""
_SHOWN = 100


class Outcome(StrEnum):
    """What became of a proposal; ``accepted`` lasts until it is carried out, a moment later."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DONE = "done"
    DECLINED = "declined"


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


class UnknownSecondLookError(VerificationError):
    """Nothing was proposed under this name."""

    code = "unknown_second_look"


class Proposer(Protocol):
    """Who proposes: a member of staff, a program, or whoever ran a command (no ``id``)."""

    @property
    def id(self) -> str:
        """Who it is; nobody agrees to what they proposed themselves."""

    @property
    def name(self) -> str:
        """What people read."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was run at the machine: its ``name``."""

    name: str
    id: str = ""


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
    outcome: Outcome = Outcome.OPEN


@dataclass(frozen=True, slots=True)
class Entered:
    """A decision that is in the register: its id, whether it is new, and waits for somebody."""

    id: str
    is_new: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class SecondLookPage(Paging):
    """One page of what waits, counted from 1."""

    looks: tuple[SecondLook, ...]


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
        copies = len(self.credentials.of_record(record.id)) if withdrawal else 0
        return assess(create_facts(record, withdrawal, copies=copies, frauds=frauds, now=now))

    def add(
        self,
        person: Person,
        document: Document,
        now: int,
        by: Proposer,
        state: RecordState = RecordState.GRANTED,
        sector: str = NOT_RECORDED,
    ) -> Entered:
        """Enter a decision.

        A risky one waits whatever ``state`` was meant for it, and is put before a second person.
        Raises MalformedError as ``Records.add``.
        """
        risky = self.is_risky(person, document, now)
        with self.database.atomic():
            entered = RecordState.PENDING if risky else state
            record_id, is_new = self.records.add(person, document, now, entered, sector=sector)
            if is_new and risky:
                self.propose(self.records.get(record_id), None, by, now)
        return Entered(record_id, is_new, waits=is_new and risky)

    def is_risky(self, person: Person, document: Document, now: int) -> bool:
        """Say whether a second person must agree to a decision that is not entered yet."""
        if not self.threshold:
            return False
        known = self.records.find_person(person.pin or "")
        record = Record(
            "", known[0] if known else "", document_kind(document), RecordState.PENDING, now, now,
            person, document,
        )  # fmt: skip
        return self.is_needed(self.assess(record, None, now))

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
        self, record: Record, withdrawal: Withdrawal | None, by: Proposer, now: int
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
                by=by.id,
                name=by.name,
                now=now,
                **_write(withdrawal),
            )
            if not added:
                raise SecondLookError
            self.history.add(record.id, Event.PROPOSED, now, by.name, detail=action)

    def accept(self, identifier: str, member: Member, now: int) -> SecondLook:
        """Agree; call it in the transaction that then carries the decision out.

        Raises NotApproverError, SamePersonError, SecondLookError.
        """
        self._decide(identifier, Outcome.ACCEPTED, member, now, own=False)
        return self.get(identifier)

    def decline(self, identifier: str, member: Member, now: int) -> SecondLook:
        """Refuse to agree, or take one's own proposal back.

        Raises NotApproverError, SecondLookError.
        """
        with self.database.atomic():
            self._decide(identifier, Outcome.DECLINED, member, now, own=True)
            look = self.get(identifier)
            event = Event.PROPOSAL_DECLINED
            self.history.add(look.record.id, event, now, member.name, detail=look.action)
        return look

    def _decide(
        self, identifier: str, outcome: Outcome, member: Member, now: int, *, own: bool
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
            others=int(member.role in SECOND),
        )
        if not decided:
            self._refuse(identifier, member)

    def _refuse(self, identifier: str, member: Member) -> NoReturn:
        sql = "SELECT proposed_by FROM second_looks WHERE id = :id AND outcome = 'open'"
        rows = self.database.query(sql, id=identifier)
        if not rows:
            raise SecondLookError
        raise SamePersonError if rows[0]["proposed_by"] == member.id else NotApproverError

    def get(self, identifier: str) -> SecondLook:
        """Return a proposal, also one that was decided. Raises UnknownSecondLookError."""
        rows = self.database.query("SELECT * FROM second_looks WHERE id = :id", id=identifier)
        if not rows:
            raise UnknownSecondLookError
        return self._look(rows[0])

    def search(self, number: int = 1, size: int = _SHOWN) -> SecondLookPage:
        """Return a page of what waits and can still be done, the oldest first."""
        rows = self.database.query(
            f"SELECT second_looks.* {_WAITING} ORDER BY proposed_at, second_looks.id"
            " LIMIT :size OFFSET :start",
            size=size,
            start=find_start(number, size),
        )
        looks = tuple(map(self._look, rows))
        return SecondLookPage(max(number, 1), size, self.count_waiting(), looks)

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
        return list(self.search().looks)

    def count_waiting(self) -> int:
        """Return how much waits."""
        return int(self.database.query(f"SELECT count(*) AS n {_WAITING}")[0]["n"])

    def of_record(self, record_id: str) -> SecondLook | None:
        """Return what waits about a decision."""
        rows = self.database.query(
            f"SELECT second_looks.* {_WAITING} AND record_id = :id",
            id=record_id,
        )
        return self._look(rows[0]) if rows else None

    def _look(self, row: Row) -> SecondLook:
        withdrawal = None
        if row["action"] == Action.WITHDRAW:
            effective = date.fromisoformat(row["effective"])
            withdrawal = Withdrawal(WithdrawalReason(row["reason"]), effective)
        return SecondLook(
            row["id"], self.records.get(row["record_id"]), Action(row["action"]), withdrawal,
            Risk(row["points"], tuple(json.loads(row["rules"]))), row["proposed_by"],
            row["proposed_name"], row["proposed_at"], Outcome(row["outcome"]),
        )  # fmt: skip


def _write(withdrawal: Withdrawal | None) -> dict[str, str]:
    if withdrawal is None:
        return {"action": Action.GRANT, "reason": "", "effective": ""}
    return {
        "action": Action.WITHDRAW,
        "reason": withdrawal.reason,
        "effective": withdrawal.effective.isoformat(),
    }
