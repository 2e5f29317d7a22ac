"""The institution's staff: who they are here, what each may do, and who was removed.

Who sets up the first access is supervisor; everybody after that has the role a supervisor chose,
or the one the institution's OpenID Provider names at each sign-in. At least one supervisor stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from esspass.errors import VerificationError
from esspass.storage import Database, Row
from esspass.web.passkeys import STAFF, PasskeyStore, ServerSessionStore, User, new_user
from esspass.web.passkeys import new_user_id as create_user_id
from issuer.paging import Paging, find_start

MIGRATIONS = {
    "issuer-staff-001": """
        CREATE TABLE staff (
            user_id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            provider TEXT NOT NULL,
            subject TEXT NOT NULL,
            since BIGINT NOT NULL,
            removed_at BIGINT,
            UNIQUE (provider, subject)
        )""",
    "issuer-staff-002": """
        INSERT INTO staff (user_id, name, role, provider, subject, since)
        SELECT id, name, 'supervisor', '', id, created_at FROM web_users WHERE role = 'staff'""",
}
RECOVERY, RECOVERY_LIFETIME = "recovery", 3600
"""What such an invitation is for, and how long it is open, in seconds."""
_SELECT = """
    SELECT * FROM staff
    ORDER BY CASE WHEN removed_at IS NULL THEN 0 ELSE 1 END, since, user_id"""
_BY_PASSKEY = ""  # the provider of those who sign in with a passkey; their subject is the user id


class Role(StrEnum):
    """What a member of staff may do, from the most to the least."""

    SUPERVISOR = "supervisor"
    APPROVER = "approver"
    CLERK = "clerk"
    AUDITOR = "auditor"


class UnknownMemberError(VerificationError):
    """There is no such member of staff."""

    code = "unknown_member"


class LastSupervisorError(VerificationError):
    """Somebody must be left who can give roles."""

    code = "last_supervisor"


class RemovedError(VerificationError):
    """A supervisor has removed this person."""

    code = "staff_removed"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff; times in epoch seconds. ``provider`` is empty for passkeys."""

    id: str
    name: str = field(repr=False)
    role: Role
    provider: str
    since: int
    removed_at: int | None = None


@dataclass(frozen=True, slots=True)
class StaffPage(Paging):
    """One page of the members, counted from 1."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody an OpenID Provider vouches for, and the role it names."""

    provider: str
    subject: str
    name: str = field(repr=False)
    role: Role


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody who works here, or did."""

    database: Database

    def admit(self, user: User, invited_as: str, now: int) -> None:
        """Take in who signs in with a passkey; ``invited_as`` may name a role.

        Without one it is supervisor for the first of all, clerk for those after.
        """
        self.database.execute(
            "INSERT INTO staff (user_id, name, role, provider, subject, since)"
            " SELECT :id, :name, CASE WHEN :role <> '' THEN :role"
            " WHEN EXISTS (SELECT 1 FROM staff) THEN 'clerk' ELSE 'supervisor' END,"
            " :provider, :id, :now ON CONFLICT DO NOTHING",
            id=user.id,
            name=user.name,
            role=invited_as if invited_as in list(Role) else "",
            provider=_BY_PASSKEY,
            now=now,
        )

    def admit_signed_in(self, who: SignedIn, now: int) -> Member:
        """Take in, or bring up to date, who came from a provider. Raises RemovedError."""
        rows = self.database.query(
            "INSERT INTO staff (user_id, name, role, provider, subject, since)"
            " VALUES (:id, :name, :role, :provider, :subject, :now)"
            " ON CONFLICT (provider, subject) DO UPDATE"
            " SET name = excluded.name, role = excluded.role"
            " WHERE staff.removed_at IS NULL RETURNING *",
            id=create_user_id(),
            name=who.name,
            role=who.role,
            provider=who.provider,
            subject=who.subject,
            now=now,
        )
        if not rows:
            raise RemovedError
        member = _member(rows[0])
        PasskeyStore(self.database).add_user(new_user(member.id, STAFF, member.name), now)
        return member

    def member(self, user: User, now: int) -> Member | None:
        """Return who a signed-in user is here; None when that person was removed.

        A user of the register of passkeys alone is admitted as by an invitation without role.
        """
        found = self._find(user.id)
        if found is None:
            self.admit(user, "", now)
            found = self._find(user.id)
        return found if found is not None and found.removed_at is None else None

    def _find(self, user_id: str) -> Member | None:
        rows = self.database.query("SELECT * FROM staff WHERE user_id = :id", id=user_id)
        return _member(rows[0]) if rows else None

    def get(self, user_id: str) -> Member:
        """Return a member, also a former one. Raises UnknownMemberError."""
        found = self._find(user_id)
        if found is None:
            raise UnknownMemberError
        return found

    def everybody(self) -> Sequence[Member]:
        """Return all members, those who left last."""
        return [_member(row) for row in self.database.query(_SELECT)]

    def page(self, number: int = 1, size: int = 20) -> StaffPage:
        """Return a page of the members, in the order of ``everybody``."""
        total = self.database.query("SELECT count(*) AS n FROM staff")[0]["n"]
        rows = self.database.query(
            f"{_SELECT} LIMIT :size OFFSET :start", size=size, start=find_start(number, size)
        )
        return StaffPage(max(number, 1), size, int(total), tuple(map(_member, rows)))

    def give_role(self, user_id: str, role: Role) -> None:
        """Give somebody with a passkey a role. Raises UnknownMemberError, LastSupervisorError.

        The role of somebody from a provider is the provider's to change.
        """
        with self.database.atomic():
            self._lock_supervisors()
            changed = self.database.execute(
                "UPDATE staff SET role = :role WHERE user_id = :id AND provider = ''"
                " AND removed_at IS NULL AND (:role = 'supervisor' OR role <> 'supervisor'"
                " OR EXISTS (SELECT 1 FROM staff AS other WHERE other.role = 'supervisor'"
                " AND other.removed_at IS NULL AND other.user_id <> :id))",
                id=user_id,
                role=role,
            )
            if not changed:
                self._refuse(user_id, by_provider=False)

    def remove(self, user_id: str, now: int) -> None:
        """End somebody's access at once. Raises UnknownMemberError, LastSupervisorError."""
        with self.database.atomic():
            self._lock_supervisors()
            changed = self.database.execute(
                "UPDATE staff SET removed_at = :now WHERE user_id = :id AND removed_at IS NULL"
                " AND (role <> 'supervisor' OR EXISTS (SELECT 1 FROM staff AS other"
                " WHERE other.role = 'supervisor' AND other.removed_at IS NULL"
                " AND other.user_id <> :id))",
                id=user_id,
                now=now,
            )
            if not changed:
                self._refuse(user_id, by_provider=True)
            ServerSessionStore(self.database).delete_all(user_id)
            PasskeyStore(self.database).delete_user(user_id)

    def recover(self, user_id: str, now: int, *, forget: bool) -> str:
        """Return the token of a link with which a member sets up a further passkey, once.

        With ``forget`` the passkeys and sessions of now end at once. Raises UnknownMemberError,
        also for somebody who was removed, or whom a provider signs in.
        """
        member, passkeys = self.get(user_id), PasskeyStore(self.database)
        if member.removed_at is not None or member.provider:
            raise UnknownMemberError
        with self.database.atomic():
            if forget:
                passkeys.forget_passkeys(user_id)
                ServerSessionStore(self.database).delete_all(user_id)
            return passkeys.add_invitation(RECOVERY, now, RECOVERY_LIFETIME, user_id)

    def readmit(self, user_id: str) -> None:
        """Let somebody whom the provider vouches for sign in again. Raises UnknownMemberError."""
        changed = self.database.execute(
            "UPDATE staff SET removed_at = NULL"
            " WHERE user_id = :id AND provider <> '' AND removed_at IS NOT NULL",
            id=user_id,
        )
        if not changed:
            raise UnknownMemberError

    def _lock_supervisors(self) -> None:
        """Two supervisors who remove each other come one after the other."""
        self.database.execute("UPDATE staff SET role = role WHERE role = 'supervisor'")

    def _refuse(self, user_id: str, *, by_provider: bool) -> None:
        member = self.get(user_id)
        ours = by_provider or not member.provider
        if ours and member.removed_at is None and member.role is Role.SUPERVISOR:
            raise LastSupervisorError
        raise UnknownMemberError


def _member(row: Row) -> Member:
    return Member(
        id=row["user_id"],
        name=row["name"],
        role=Role(row["role"]),
        provider=row["provider"],
        since=row["since"],
        removed_at=row["removed_at"],
    )
