"""Who saw what, when and why: one row for each page a member of staff opens.

A row names the member, the route, the thing looked at by its identifier, and the ground; nothing
of what the page says (GDPR, Articles 5(2) and 32). It is written before the page is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from esspass.storage import Database, Row, Value
from issuer.bearer import create_identifier
from issuer.paging import Paging, find_start
from issuer.staff import Member, Role

MIGRATIONS = {
    "issuer-access-001": """
        CREATE TABLE staff_access (
            id TEXT PRIMARY KEY,
            at BIGINT NOT NULL,
            user_id TEXT NOT NULL,
            role TEXT NOT NULL,
            route TEXT NOT NULL,
            subject TEXT NOT NULL,
            ground TEXT NOT NULL
        )""",
    "issuer-access-002": "CREATE INDEX staff_access_at ON staff_access (at)",
    "issuer-access-003": "CREATE INDEX staff_access_user ON staff_access (user_id, at)",
    "issuer-access-004": "CREATE INDEX staff_access_subject ON staff_access (subject, at)",
}


RECOVERY_LINK, RECOVERED = "staff.recovery_link", "staff.recovered"
"""What the log calls a way back in that was made by command, and its use."""


class Ground(StrEnum):
    """Why somebody may look: the processing that the page belongs to."""

    DECISION = "decision"
    EXCHANGE = "exchange"
    OVERSIGHT = "oversight"
    ADMINISTRATION = "administration"


@dataclass(frozen=True, slots=True)
class Access:
    """One look; ``at`` in epoch seconds, ``subject`` an identifier, empty for lists."""

    at: int
    user_id: str
    role: Role
    route: str
    subject: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class AccessPage(Paging):
    """One page of the log, counted from 1."""

    entries: tuple[Access, ...]


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Looks of the staff. Entries are added, never changed."""

    database: Database

    def add(self, member: Member, route: str, subject: str, ground: Ground, now: int) -> None:
        """Note a look before it happens."""
        self.database.execute(
            "INSERT INTO staff_access (id, at, user_id, role, route, subject, ground)"
            " VALUES (:id, :at, :user_id, :role, :route, :subject, :ground)",
            id=create_identifier(),
            at=now,
            user_id=member.id,
            role=member.role,
            route=route,
            subject=subject,
            ground=ground,
        )

    def search(
        self, *, user_id: str = "", subject: str = "", number: int = 1, size: int = 50
    ) -> AccessPage:
        """Return a page of what one member did, or of who saw one thing; the latest first."""
        wanted = {"user_id": user_id, "subject": subject}
        params: dict[str, Value] = {name: value for name, value in wanted.items() if value}
        where = " AND ".join(f"{name} = :{name}" for name in params) or "1 = 1"
        count = f"SELECT count(*) AS n FROM staff_access WHERE {where}"  # noqa: S608 - names are ours
        total = int(self.database.query(count, **params)[0]["n"])
        rows = self.database.query(
            f"SELECT * FROM staff_access WHERE {where} ORDER BY at DESC, id"  # noqa: S608
            " LIMIT :size OFFSET :start",
            **params,
            size=size,
            start=find_start(number, size),
        )
        return AccessPage(max(number, 1), size, total, tuple(map(_access, rows)))

    def purge(self, before: int) -> int:
        """Drop what is older; return how many lines."""
        return self.database.execute("DELETE FROM staff_access WHERE at < :before", before=before)


def subject_of(arguments: Mapping[str, object]) -> str:
    """Return the identifier of what a route shows: the first part of its address that varies."""
    return str(next(iter(arguments.values()), ""))[:200]


def _access(row: Row) -> Access:
    return Access(
        row["at"], row["user_id"], Role(row["role"]), row["route"], row["subject"],
        Ground(row["ground"]),
    )  # fmt: skip
