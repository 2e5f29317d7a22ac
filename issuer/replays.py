"""What may be used only once: proof identifiers and nonces, remembered until they expire anyway."""

from __future__ import annotations

from dataclasses import dataclass

from esspass.storage import Database
from issuer.bearer import hash_secret

MIGRATIONS = {
    "issuer-replays-001": """
        CREATE TABLE replays (
            value_hash TEXT PRIMARY KEY,
            expires_at BIGINT NOT NULL
        )""",
    "issuer-replays-002": "CREATE INDEX replays_expiry ON replays (expires_at)",
}


@dataclass(frozen=True, slots=True)
class Replays:
    """Values seen; ``kind`` keeps the purposes apart."""

    database: Database

    def first_use(self, kind: str, value: str, expires_at: int) -> bool:
        """Note a use; of several callers with the same value exactly one gets True."""
        return bool(
            self.database.execute(
                "INSERT INTO replays (value_hash, expires_at) VALUES (:value_hash, :expires_at)"
                " ON CONFLICT DO NOTHING",
                value_hash=hash_secret(f"{kind}\0{value}"),
                expires_at=expires_at,
            )
        )

    def purge(self, now: int) -> int:
        """Drop what is refused for its age anyway; return how many."""
        return self.database.execute("DELETE FROM replays WHERE expires_at < :now", now=now)
