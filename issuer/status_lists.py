"""Status lists: where every credential's status stands (Token Status List; HAIP 1.0, 6.1).

An index is drawn at random from the whole list, so that it says nothing about its neighbours or
the order of issuance. A slot is taken before the credential is signed. Invalid is final (ARF,
VCR_04): no statement changes it. Lists of two bits can also say suspended, which comes and goes.
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
    "issuer-status-lists-002": """
        ALTER TABLE status_lists ADD COLUMN bits BIGINT NOT NULL DEFAULT 1""",
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
# After this many collisions in a row a list is taken as full: at half full that happens once in
# a million draws, so lists are mostly used between half and three quarters.
_DRAWS = 20


class StatusNotExpressibleError(VerificationError):
    """A credential stands in a list with too few bits for this status."""

    code = "status_not_expressible"


@dataclass(frozen=True, slots=True)
class SignedList:
    """A status list token as last signed."""

    token: str
    version: int
    signed_at: int


@dataclass(frozen=True, slots=True)
class StatusLists:
    """All lists; ``size`` is the length of a new one, ``bits`` the width of its entries."""

    database: Database
    size: int
    bits: int = 1

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
        """The newest list of our width."""
        rows = self.database.query(
            "SELECT id, size FROM status_lists WHERE bits = :bits ORDER BY id DESC LIMIT 1",
            bits=self.bits,
        )
        return (rows[0]["id"], rows[0]["size"]) if rows else self._open(1)

    def _open(self, list_id: int) -> tuple[int, int]:
        """Open the first list of our width from here on; another process may have done so."""
        self.database.execute(
            "INSERT INTO status_lists (id, size, version, bits) VALUES (:id, :size, 1, :bits)"
            " ON CONFLICT DO NOTHING",
            id=list_id,
            size=self.size,
            bits=self.bits,
        )
        rows = self.database.query("SELECT size, bits FROM status_lists WHERE id = :id", id=list_id)
        if rows[0]["bits"] != self.bits:
            return self._open(list_id + 1)
        return list_id, rows[0]["size"]

    def set_all(self, record_id: str, status: int) -> int:
        """Set every credential of a decision that is not invalid; return how many changed.

        Raises StatusNotExpressibleError, and changes nothing, when a list is too narrow.
        """
        with self.database.atomic():
            rows = self.database.query(
                "UPDATE status_entries SET status = :status"
                " WHERE status <> :final AND status <> :status AND credential_id IN"
                " (SELECT id FROM credentials WHERE record_id = :record_id) RETURNING list_id",
                record_id=record_id,
                status=status,
                final=INVALID,
            )
            for list_id in sorted({row["list_id"] for row in rows}):
                self._changed(list_id, status)
        return len(rows)

    def _changed(self, list_id: int, status: int) -> None:
        rows = self.database.query(
            "UPDATE status_lists SET version = version + 1 WHERE id = :id RETURNING bits",
            id=list_id,
        )
        if status >= 1 << rows[0]["bits"]:
            raise StatusNotExpressibleError

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
        lists = self.database.query(
            "SELECT size, bits FROM status_lists WHERE id = :id", id=list_id
        )
        statuses = StatusList.empty(lists[0]["size"], lists[0]["bits"])
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
