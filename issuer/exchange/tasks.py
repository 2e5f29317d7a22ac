"""What people have to do: one row per task, by due date.

The same occasion (kind and reference) makes one task, however often it is noticed. ``detail`` is a
code or a name of ours, never a person's data.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from esspass.errors import VerificationError
from esspass.storage import Database, Row
from issuer.bearer import create_identifier

MIGRATIONS = {
    "issuer-tasks-001": """
        CREATE TABLE tasks (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            reference TEXT NOT NULL,
            case_id TEXT NOT NULL,
            due_at BIGINT,
            detail TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            done_at BIGINT,
            done_by TEXT,
            UNIQUE (kind, reference)
        )""",
    "issuer-tasks-002": "CREATE INDEX tasks_open ON tasks (done_at, due_at)",
    "issuer-tasks-003": "CREATE INDEX tasks_case ON tasks (case_id)",
}
_OPEN_ORDER = "CASE WHEN due_at IS NULL THEN 1 ELSE 0 END, due_at, created_at, id"


class UnknownTaskError(VerificationError):
    """There is no such open task."""

    code = "unknown_task"


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do until ``due_at`` (None: when there is time)."""

    id: str
    kind: str
    reference: str
    case_id: str
    due_at: int | None
    detail: str
    created_at: int
    done_at: int | None = None
    done_by: str | None = None


@dataclass(frozen=True, slots=True)
class Tasks:
    """The work list."""

    database: Database

    def add(
        self,
        kind: str,
        now: int,
        *,
        case_id: str = "",
        reference: str = "",
        due_at: int | None = None,
        detail: str = "",
    ) -> bool:
        """Add a task, once per kind and reference; return whether it is new."""
        added = self.database.execute(
            "INSERT INTO tasks (id, kind, reference, case_id, due_at, detail, created_at)"
            " VALUES (:id, :kind, :reference, :case_id, :due_at, :detail, :now)"
            " ON CONFLICT DO NOTHING",
            id=create_identifier(),
            kind=kind,
            reference=reference or case_id,
            case_id=case_id,
            due_at=due_at,
            detail=detail,
            now=now,
        )
        return bool(added)

    def open(self, most: int = 500, start: int = 0) -> list[Task]:
        """Return what is open, the most urgent first; what has no date last."""
        rows = self.database.query(
            f"SELECT * FROM tasks WHERE done_at IS NULL ORDER BY {_OPEN_ORDER}"  # noqa: S608
            " LIMIT :most OFFSET :start",
            most=most,
            start=start,
        )
        return [_task(row) for row in rows]

    def open_of(self, kind: str) -> list[Task]:
        """Return what is open of a kind, the most urgent first."""
        rows = self.database.query(
            f"SELECT * FROM tasks WHERE kind = :kind AND done_at IS NULL ORDER BY {_OPEN_ORDER}",  # noqa: S608
            kind=kind,
        )
        return [_task(row) for row in rows]

    def count(self, due_before: int | None = None) -> int:
        """Return how many are open; of those only what was due before a moment, if one is given."""
        rows = self.database.query(
            "SELECT count(*) AS n FROM tasks WHERE done_at IS NULL"
            " AND (:at < 0 OR (due_at IS NOT NULL AND due_at < :at))",
            at=-1 if due_before is None else due_before,
        )
        return int(rows[0]["n"])

    def of_case(self, case_id: str) -> list[Task]:
        """Return the tasks of a case, open ones first."""
        rows = self.database.query(
            "SELECT * FROM tasks WHERE case_id = :case_id"  # noqa: S608 - ours
            f" ORDER BY CASE WHEN done_at IS NULL THEN 0 ELSE 1 END, {_OPEN_ORDER}",
            case_id=case_id,
        )
        return [_task(row) for row in rows]

    def get(self, task_id: str) -> Task:
        """Return a task. Raises UnknownTaskError."""
        rows = self.database.query("SELECT * FROM tasks WHERE id = :id", id=task_id)
        if not rows:
            raise UnknownTaskError
        return _task(rows[0])

    def done(self, task_id: str, now: int, actor: str = "") -> None:
        """Note that a task is done. Raises UnknownTaskError when it is not open."""
        changed = self.database.execute(
            "UPDATE tasks SET done_at = :now, done_by = :actor WHERE id = :id AND done_at IS NULL",
            id=task_id,
            now=now,
            actor=actor,
        )
        if not changed:
            raise UnknownTaskError

    def done_about(self, kind: str, reference: str, now: int, actor: str = "") -> bool:
        """Note that what had to be done on an occasion is done; say whether it was open."""
        changed = self.database.execute(
            "UPDATE tasks SET done_at = :now, done_by = :actor"
            " WHERE kind = :kind AND reference = :reference AND done_at IS NULL",
            kind=kind,
            reference=reference,
            now=now,
            actor=actor,
        )
        return bool(changed)

    def settle(
        self,
        case_id: str,
        now: int,
        actor: str = "",
        *,
        kind: str | None = None,
        keep: Collection[str] = (),
    ) -> None:
        """Close a case's open tasks (of a kind), but for those with the references to keep."""
        for task in self.of_case(case_id):
            if kind in (None, task.kind) and task.done_at is None and task.reference not in keep:
                self.database.execute(
                    "UPDATE tasks SET done_at = :now, done_by = :actor"
                    " WHERE id = :id AND done_at IS NULL",
                    id=task.id,
                    now=now,
                    actor=actor,
                )


def _task(row: Row) -> Task:
    return Task(
        id=row["id"],
        kind=row["kind"],
        reference=row["reference"],
        case_id=row["case_id"],
        due_at=row["due_at"],
        detail=row["detail"],
        created_at=int(row["created_at"]),
        done_at=row["done_at"],
        done_by=row["done_by"],
    )
