"""What is due in which case, as rows with a clock; a case that changes rewrites its own.

A deadline of this institution is a task from the start. One that others let pass makes a task,
too: to remind them (X009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from esspass.exchange.model import Case, Deadline
from esspass.storage import Database, Row
from issuer.exchange.tasks import Tasks

MIGRATIONS = {
    "issuer-exchange-deadlines-001": """
        CREATE TABLE exchange_deadlines (
            case_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            set_id TEXT NOT NULL,
            whose TEXT NOT NULL,
            mine BIGINT NOT NULL,
            due_at BIGINT NOT NULL,
            source TEXT NOT NULL,
            verified BIGINT NOT NULL,
            PRIMARY KEY (case_id, kind, set_id, whose)
        )""",
    "issuer-exchange-deadlines-002": """
        CREATE INDEX exchange_deadlines_due ON exchange_deadlines (mine, due_at)""",
    "issuer-exchange-deadlines-003": """
        ALTER TABLE exchange_deadlines ADD COLUMN counted TEXT NOT NULL DEFAULT ''""",
}
DEADLINE, REMINDER = "deadline", "reminder"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The open deadlines of all cases."""

    database: Database
    tasks: Tasks

    def replace(self, case: Case, deadlines: Sequence[Deadline], now: int) -> None:
        """Write what is due in a case now, inside the transaction that changes it."""
        self.database.execute(
            "DELETE FROM exchange_deadlines WHERE case_id = :case_id", case_id=case.id
        )
        for deadline in deadlines:
            self._add(case, deadline)
        mine = {_reference(case.id, each): each for each in deadlines if each.whose == case.me}
        self.tasks.settle(case.id, now, kind=DEADLINE, keep=mine)
        for reference, deadline in mine.items():
            self.tasks.add(
                DEADLINE, now, case_id=case.id, reference=reference, due_at=deadline.due_at,
                detail=deadline.kind,
            )  # fmt: skip
        late = {_reference(case.id, each) for each in deadlines if each.whose != case.me}
        self.tasks.settle(case.id, now, kind=REMINDER, keep=late)

    def _add(self, case: Case, deadline: Deadline) -> None:
        self.database.execute(
            "INSERT INTO exchange_deadlines (case_id, kind, set_id, whose, mine, due_at, source,"
            " verified, counted) VALUES (:case_id, :kind, :set_id, :whose, :mine, :due_at, :source,"
            " :verified, :counted) ON CONFLICT DO NOTHING",
            case_id=case.id,
            kind=deadline.kind,
            set_id=deadline.set_id,
            whose=deadline.whose,
            mine=int(deadline.whose == case.me),
            due_at=deadline.due_at,
            source=deadline.source,
            verified=int(deadline.verified),
            counted=deadline.counted,
        )

    def of_case(self, case_id: str) -> list[Deadline]:
        """Return what is due in a case, the next first."""
        rows = self.database.query(
            "SELECT * FROM exchange_deadlines WHERE case_id = :case_id ORDER BY due_at, kind",
            case_id=case_id,
        )
        return [_deadline(row) for row in rows]

    def propose_reminders(self, now: int, most: int = 100) -> int:
        """Make a task for what others are late with; return how many are new."""
        rows = self.database.query(
            "SELECT * FROM exchange_deadlines WHERE mine = 0 AND due_at < :now"
            " AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.kind = :kind"
            " AND tasks.case_id = exchange_deadlines.case_id AND tasks.reference ="
            " exchange_deadlines.case_id || '/' || exchange_deadlines.kind || '/' ||"
            " exchange_deadlines.set_id || '/' || exchange_deadlines.whose || '/' ||"
            " CAST(exchange_deadlines.due_at AS TEXT)) ORDER BY due_at LIMIT :most",
            now=now,
            kind=REMINDER,
            most=most,
        )
        return sum(
            self.tasks.add(
                REMINDER, now, case_id=row["case_id"],
                reference=_reference(row["case_id"], _deadline(row)), due_at=row["due_at"],
                detail=row["kind"],
            )
            for row in rows
        )  # fmt: skip


def _reference(case_id: str, deadline: Deadline) -> str:
    parts = (case_id, deadline.kind, deadline.set_id, deadline.whose, str(deadline.due_at))
    return "/".join(parts)


def _deadline(row: Row) -> Deadline:
    return Deadline(
        kind=row["kind"],
        set_id=row["set_id"],
        whose=row["whose"],
        due_at=int(row["due_at"]),
        source=row["source"],
        verified=bool(row["verified"]),
        counted=row["counted"],
    )
