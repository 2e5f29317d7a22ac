"""Pending: what waits for the citizen between two pages, kept at the server.

An offer to be agreed to, a visit to an authorization server, a request to present, its result.
Each is sealed, belongs to one holder, expires, and is taken once; so a second browser tab, a
replayed form or another holder finds nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from esspass.storage import Database
from wallet.sealing import SealingKey

MIGRATIONS = {
    "wallet-pending-001": """
        CREATE TABLE wallet_pending (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            holder_id TEXT NOT NULL,
            sealed TEXT NOT NULL,
            expires_at BIGINT NOT NULL
        )""",
}

Kind = Literal["offer", "authorization", "presentation", "result", "replacement", "reply"]


@dataclass(frozen=True, slots=True)
class Pending:
    """All that waits."""

    database: Database
    server_key: SealingKey

    def add(
        self, kind: Kind, holder_id: str, members: Mapping[str, Any], expires_at: int, now: int,
        pending_id: str = "",
    ) -> str:  # fmt: skip
        """Keep ``members`` until ``expires_at``; return its unguessable id. Expired ones go.

        ``pending_id`` names it when something unguessable exists already: an OAuth ``state``.
        What came first stays.
        """
        pending_id = pending_id or secrets.token_urlsafe(32)
        self.database.execute("DELETE FROM wallet_pending WHERE expires_at < :now", now=now)
        self.database.execute(
            "INSERT INTO wallet_pending VALUES (:id, :kind, :holder_id, :sealed, :expires_at)"
            " ON CONFLICT (id) DO NOTHING",
            id=pending_id,
            kind=kind,
            holder_id=holder_id,
            sealed=self.server_key.seal_json(members, kind, holder_id, pending_id),
            expires_at=expires_at,
        )
        return pending_id

    def read(self, kind: Kind, holder_id: str, pending_id: str, now: int) -> dict[str, Any] | None:
        """Look without taking."""
        return self._answer(
            "SELECT sealed FROM wallet_pending WHERE id = :id AND kind = :kind"
            " AND holder_id = :holder_id AND expires_at >= :now",
            kind, holder_id, pending_id, now,
        )  # fmt: skip

    def take(self, kind: Kind, holder_id: str, pending_id: str, now: int) -> dict[str, Any] | None:
        """Take it, once."""
        return self._answer(
            "DELETE FROM wallet_pending WHERE id = :id AND kind = :kind"
            " AND holder_id = :holder_id AND expires_at >= :now RETURNING sealed",
            kind, holder_id, pending_id, now,
        )  # fmt: skip

    def delete_all(self, holder_id: str) -> None:
        """Forget everything of a holder."""
        self.database.execute(
            "DELETE FROM wallet_pending WHERE holder_id = :holder_id", holder_id=holder_id
        )

    def _answer(
        self, sql: str, kind: Kind, holder_id: str, pending_id: str, now: int
    ) -> dict[str, Any] | None:
        rows = self.database.query(sql, id=pending_id, kind=kind, holder_id=holder_id, now=now)
        if not rows:
            return None
        return self.server_key.unseal_json(str(rows[0]["sealed"]), kind, holder_id, pending_id)
