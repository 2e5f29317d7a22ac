"""Unlocks: after a passkey assertion the holder's keys stay open for a few minutes.

The wrapping key of an open session is sealed under a token that only the browser's cookie holds,
mixed with the server's key: neither the database nor a stolen cookie opens it alone. Signing a
presentation needs an unlock; when it has run out the passkey is asked for again.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from esspass.storage import Database
from wallet.keys import Holder
from wallet.sealing import SealingKey, derive_sealing_key

MIGRATIONS = {
    "wallet-unlocks-001": """
        CREATE TABLE wallet_unlocks (
            id TEXT PRIMARY KEY,
            holder_id TEXT NOT NULL,
            sealed TEXT NOT NULL,
            expires_at BIGINT NOT NULL
        )""",
}

_PURPOSE = "esspass wallet session v1"


@dataclass(frozen=True, slots=True)
class Unlocks:
    """The open sessions; ``lifetime`` is in seconds."""

    database: Database
    server_key: SealingKey
    lifetime: int

    def open(self, holder: Holder, now: int) -> str:
        """Keep the holder open; return the token for the cookie. Expired ones go."""
        self.database.execute("DELETE FROM wallet_unlocks WHERE expires_at < :now", now=now)
        token = secrets.token_urlsafe(32)
        self.database.execute(
            "INSERT INTO wallet_unlocks VALUES (:id, :holder_id, :sealed, :expires_at)",
            id=_name(token),
            holder_id=holder.id,
            sealed=self._key(token).seal(holder.wrapping_key.secret, holder.id),
            expires_at=now + self.lifetime,
        )
        return token

    def find(self, token: str, holder_id: str, now: int) -> Holder | None:
        """Return the open holder this token stands for, if it still does."""
        rows = self.database.query(
            "SELECT sealed FROM wallet_unlocks"
            " WHERE id = :id AND holder_id = :holder_id AND expires_at >= :now",
            id=_name(token),
            holder_id=holder_id,
            now=now,
        )
        if not rows:
            return None
        secret = self._key(token).unseal(str(rows[0]["sealed"]), holder_id)
        return Holder(holder_id, SealingKey(secret))

    def close(self, token: str) -> None:
        """End one unlock: sign-out."""
        self.database.execute("DELETE FROM wallet_unlocks WHERE id = :id", id=_name(token))

    def close_all(self, holder_id: str) -> None:
        """End every unlock of a holder."""
        self.database.execute(
            "DELETE FROM wallet_unlocks WHERE holder_id = :holder_id", holder_id=holder_id
        )

    def _key(self, token: str) -> SealingKey:
        secret = self.server_key.secret + hashlib.sha256(token.encode()).digest()
        return derive_sealing_key(secret, _PURPOSE)


def _name(token: str) -> str:
    """Return what the database knows of a token."""
    return hashlib.sha256(b"unlock" + token.encode()).hexdigest()
