"""Holders: who keeps credentials in this wallet."""

from __future__ import annotations

from dataclasses import dataclass

from esspass.storage import Database

MIGRATIONS = {
    "wallet-holders-001": """
        CREATE TABLE wallet_holders (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            created_at BIGINT NOT NULL
        )""",
}


@dataclass(frozen=True, slots=True)
class Holders:
    """All holders: citizens with a passkey, and headless ones named on the command line."""

    database: Database

    def add(self, holder_id: str, name: str, now: int) -> None:
        """Note a holder; a known one is left as it is."""
        self.database.execute(
            "INSERT INTO wallet_holders VALUES (:id, :name, :now) ON CONFLICT DO NOTHING",
            id=holder_id,
            name=name,
            now=now,
        )

    def name(self, holder_id: str) -> str | None:
        """Return the name the holder goes by here."""
        rows = self.database.query("SELECT name FROM wallet_holders WHERE id = :id", id=holder_id)
        return str(rows[0]["name"]) if rows else None

    def delete(self, holder_id: str) -> None:
        """Forget a holder."""
        self.database.execute("DELETE FROM wallet_holders WHERE id = :id", id=holder_id)
