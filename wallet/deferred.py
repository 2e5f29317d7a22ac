"""Deferred credentials: the institution needs time, the wallet remembers to ask again.

OpenID4VCI 1.0, section 9. The state holds everything needed to resume in another process: where
to ask, the transaction id, the access token and the keys bound to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from esspass.storage import Database, Row
from wallet.sealing import SealingKey

MIGRATIONS = {
    "wallet-deferred-001": """
        CREATE TABLE wallet_deferred (
            id TEXT PRIMARY KEY,
            holder_id TEXT NOT NULL,
            sealed TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            next_at BIGINT NOT NULL
        )""",
}


@dataclass(frozen=True, slots=True)
class DeferredCredential:
    """One credential being waited for; not to be asked for before ``next_at``."""

    id: str
    holder_id: str
    state: Mapping[str, Any] = field(repr=False)
    created_at: int
    next_at: int


@dataclass(frozen=True, slots=True)
class DeferredCredentials:
    """All credentials being waited for."""

    database: Database
    server_key: SealingKey

    def add(self, holder_id: str, state: Mapping[str, Any], interval: int, now: int) -> str:
        """Remember a transaction, to be asked for again in ``interval`` seconds."""
        deferred_id = secrets.token_urlsafe(16)
        self.database.execute(
            "INSERT INTO wallet_deferred VALUES (:id, :holder_id, :sealed, :now, :next_at)",
            id=deferred_id,
            holder_id=holder_id,
            sealed=self.server_key.seal_json(state, holder_id, deferred_id),
            now=now,
            next_at=now + interval,
        )
        return deferred_id

    def of_holder(self, holder_id: str) -> list[DeferredCredential]:
        """Return what a holder waits for, oldest first."""
        rows = self.database.query(
            "SELECT * FROM wallet_deferred WHERE holder_id = :holder_id ORDER BY created_at, id",
            holder_id=holder_id,
        )
        return [self._read(row) for row in rows]

    def claim(
        self, holder_id: str, deferred_id: str, now: int, lease: int = 30
    ) -> DeferredCredential | None:
        """Take the right to ask now, for ``lease`` seconds; None when too early or taken."""
        rows = self.database.query(
            "UPDATE wallet_deferred SET next_at = :until"
            " WHERE id = :id AND holder_id = :holder_id AND next_at <= :now RETURNING *",
            id=deferred_id,
            holder_id=holder_id,
            now=now,
            until=now + lease,
        )
        return self._read(rows[0]) if rows else None

    def postpone(self, deferred: DeferredCredential, interval: int, now: int) -> None:
        """Ask again in ``interval`` seconds."""
        self.database.execute(
            "UPDATE wallet_deferred SET next_at = :next_at WHERE id = :id",
            id=deferred.id,
            next_at=now + interval,
        )

    def delete(self, deferred_id: str) -> None:
        """Stop waiting."""
        self.database.execute("DELETE FROM wallet_deferred WHERE id = :id", id=deferred_id)

    def delete_all(self, holder_id: str) -> None:
        """Stop waiting for anything of a holder."""
        self.database.execute(
            "DELETE FROM wallet_deferred WHERE holder_id = :holder_id", holder_id=holder_id
        )

    def _read(self, row: Row) -> DeferredCredential:
        holder_id, deferred_id = str(row["holder_id"]), str(row["id"])
        return DeferredCredential(
            id=deferred_id,
            holder_id=holder_id,
            state=self.server_key.unseal_json(str(row["sealed"]), holder_id, deferred_id),
            created_at=int(row["created_at"]),
            next_at=int(row["next_at"]),
        )
