"""Status lists: where every credential's status stands (Token Status List; HAIP 1.0, 6.1).

An index is drawn at random from the whole list, so that it says nothing about its neighbours or
the order of issuance. A slot is taken before the credential is signed. A status only ever rises:
there is no statement that sets a credential back to valid.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from esspass.errors import VerificationError
from esspass.statuslist import INVALID, StatusList
from esspass.storage import Database

MIGRATIONS = {
    "issuer-status-lists-001": """
        CREATE TABLE status_lists (
            id BIGINT PRIMARY KEY,
            size BIGINT NOT NULL,
            version BIGINT NOT NULL
        )""",
    "issuer-status-entries-001": """
        CREATE TABLE status_entries (
            list_id BIGINT NOT NULL,
            idx BIGINT NOT NULL,
            credential_id TEXT NOT NULL UNIQUE,
            status BIGINT NOT NULL,
            PRIMARY KEY (list_id, idx)
        )""",
    "issuer-status-tokens-001": """
        CREATE TABLE status_tokens (
            list_id BIGINT PRIMARY KEY,
            token TEXT NOT NULL,
            version BIGINT NOT NULL,
            signed_at BIGINT NOT NULL
        )""",
}
BITS = 1
# After this many collisions in a row a list is taken as full: at half full that happens once in
# a million draws, so lists are mostly used between half and three quarters.
_DRAWS = 20


class StatusFinalError(VerificationError):
    """A credential that is not valid stays so (ARF, VCR_04)."""

    code = "status_final"


@dataclass(frozen=True, slots=True)
class SignedList:
    """A status list token as last signed."""

    token: str
    version: int
    signed_at: int


@dataclass(frozen=True, slots=True)
class StatusLists:
    """All lists; ``size`` is the length of a new one."""

    database: Database
    size: int

    def take(
        self, credential_id: str, draw: Callable[[int], int] = secrets.randbelow
    ) -> tuple[int, int]:
        """Take an unused slot; return (list id, index)."""
        list_id, size = self._current()
        while True:
            for _ in range(_DRAWS):
                index = draw(size)
                if self._insert(list_id, index, credential_id):
                    return list_id, index
            list_id, size = self._open(list_id + 1)

    def _insert(self, list_id: int, index: int, credential_id: str) -> bool:
        return bool(
            self.database.execute(
                "INSERT INTO status_entries (list_id, idx, credential_id, status)"
                " VALUES (:list_id, :idx, :credential_id, 0) ON CONFLICT (list_id, idx) DO NOTHING",
                list_id=list_id,
                idx=index,
                credential_id=credential_id,
            )
        )

    def _current(self) -> tuple[int, int]:
        rows = self.database.query("SELECT id, size FROM status_lists ORDER BY id DESC LIMIT 1")
        return (rows[0]["id"], rows[0]["size"]) if rows else self._open(1)

    def _open(self, list_id: int) -> tuple[int, int]:
        self.database.execute(
            "INSERT INTO status_lists (id, size, version) VALUES (:id, :size, 1)"
            " ON CONFLICT DO NOTHING",
            id=list_id,
            size=self.size,
        )
        rows = self.database.query("SELECT size FROM status_lists WHERE id = :id", id=list_id)
        return list_id, rows[0]["size"]

    def set(self, credential_id: str, status: int) -> None:
        """Set the status of a credential. Raises StatusFinalError unless it was valid before."""
        with self.database.atomic():
            rows = self.database.query(
                "UPDATE status_entries SET status = :status WHERE credential_id = :credential_id"
                " AND status = 0 AND :status > 0 RETURNING list_id",
                credential_id=credential_id,
                status=status,
            )
            if not rows:
                raise StatusFinalError
            self._changed(rows[0]["list_id"])

    def invalidate_all(self, record_id: str) -> int:
        """Invalidate every credential issued on a decision; return how many were valid."""
        with self.database.atomic():
            rows = self.database.query(
                "UPDATE status_entries SET status = :invalid WHERE status = 0 AND credential_id IN"
                " (SELECT id FROM credentials WHERE record_id = :record_id) RETURNING list_id",
                record_id=record_id,
                invalid=INVALID,
            )
            for list_id in sorted({row["list_id"] for row in rows}):
                self._changed(list_id)
        return len(rows)

    def _changed(self, list_id: int) -> None:
        self.database.execute(
            "UPDATE status_lists SET version = version + 1 WHERE id = :id", id=list_id
        )

    def identifiers(self) -> list[int]:
        """Return the ids of all lists."""
        rows = self.database.query("SELECT id FROM status_lists ORDER BY id")
        return [row["id"] for row in rows]

    def version(self, list_id: int) -> int | None:
        """Return the version of a list, None when there is no such list."""
        rows = self.database.query("SELECT version FROM status_lists WHERE id = :id", id=list_id)
        return rows[0]["version"] if rows else None

    def read(self, list_id: int) -> StatusList:
        """Build the list as it stands."""
        size = self.database.query("SELECT size FROM status_lists WHERE id = :id", id=list_id)
        statuses = StatusList.empty(size[0]["size"], BITS)
        rows = self.database.query(
            "SELECT idx, status FROM status_entries WHERE list_id = :id AND status > 0", id=list_id
        )
        for row in rows:
            statuses.set(row["idx"], row["status"])
        return statuses

    def signed(self, list_id: int) -> SignedList | None:
        """Return the token as last signed."""
        rows = self.database.query(
            "SELECT token, version, signed_at FROM status_tokens WHERE list_id = :id", id=list_id
        )
        return SignedList(**rows[0]) if rows else None

    def keep_signed(self, list_id: int, signed: SignedList) -> None:
        """Keep a token, unless another process kept a newer one."""
        self.database.execute(
            "INSERT INTO status_tokens (list_id, token, version, signed_at)"
            " VALUES (:id, :token, :version, :signed_at) ON CONFLICT (list_id) DO UPDATE SET"
            " token = excluded.token, version = excluded.version, signed_at = excluded.signed_at"
            " WHERE status_tokens.version < excluded.version"
            " OR (status_tokens.version = excluded.version"
            " AND status_tokens.signed_at < excluded.signed_at)",
            id=list_id,
            token=signed.token,
            version=signed.version,
            signed_at=signed.signed_at,
        )
