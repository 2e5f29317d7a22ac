"""Credentials given out, those still waiting for approval, and what wallets said about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from esspass.storage import Database, Row
from issuer.bearer import create_secret, hash_secret

MIGRATIONS = {
    "issuer-credentials-001": """
        CREATE TABLE credentials (
            id TEXT PRIMARY KEY,
            record_id TEXT NOT NULL,
            configuration_id TEXT NOT NULL,
            batch_id TEXT NOT NULL,
            list_id BIGINT NOT NULL,
            idx BIGINT NOT NULL,
            issued_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL
        )""",
    "issuer-credentials-002": "CREATE INDEX credentials_record ON credentials (record_id)",
    "issuer-batches-001": """
        CREATE TABLE batches (
            id TEXT PRIMARY KEY,
            notification_hash TEXT NOT NULL UNIQUE,
            grant_id TEXT NOT NULL,
            record_id TEXT NOT NULL,
            event TEXT,
            event_at BIGINT
        )""",
    "issuer-deferred-001": """
        CREATE TABLE deferred (
            transaction_hash TEXT PRIMARY KEY,
            grant_id TEXT NOT NULL,
            record_id TEXT NOT NULL,
            configuration_id TEXT NOT NULL,
            jwks TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            completed_at BIGINT
        )""",
}


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """One credential given out; ``status`` as in its list, times in epoch seconds.

    ``event`` is the last notification of the wallet about it.
    """

    id: str
    configuration_id: str
    list_id: int
    index: int
    issued_at: int
    expires_at: int
    status: int
    event: str | None


@dataclass(frozen=True, slots=True)
class Deferral:
    """A credential request that waits: for which decision, bound to which keys."""

    grant_id: str
    record_id: str
    configuration_id: str
    jwks: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Credentials:
    """All credentials given out."""

    database: Database

    def add(
        self,
        credential_id: str,
        record_id: str,
        configuration_id: str,
        batch_id: str,
        slot: tuple[int, int],
        issued_at: int,
        expires_at: int,
    ) -> None:
        """Note a credential; ``slot`` is (list id, index)."""
        self.database.execute(
            "INSERT INTO credentials (id, record_id, configuration_id, batch_id, list_id, idx,"
            " issued_at, expires_at) VALUES (:id, :record_id, :configuration_id, :batch_id,"
            " :list_id, :idx, :issued_at, :expires_at)",
            id=credential_id,
            record_id=record_id,
            configuration_id=configuration_id,
            batch_id=batch_id,
            list_id=slot[0],
            idx=slot[1],
            issued_at=issued_at,
            expires_at=expires_at,
        )

    def find_slot(
        self, record_id: str, configuration_id: str, expires_at: int
    ) -> tuple[int, int] | None:
        """Return (list id, index) of a copy of this kind and validity."""
        rows = self.database.query(
            "SELECT list_id, idx FROM credentials WHERE record_id = :record_id"
            " AND configuration_id = :configuration_id AND expires_at = :expires_at",
            record_id=record_id,
            configuration_id=configuration_id,
            expires_at=expires_at,
        )
        return (rows[0]["list_id"], rows[0]["idx"]) if rows else None

    def of_record(self, record_id: str) -> list[IssuedCredential]:
        """Return the credentials of a decision, the latest first."""
        rows = self.database.query(
            "SELECT c.id, c.configuration_id, c.list_id, c.idx, c.issued_at, c.expires_at,"
            " s.status, b.event FROM credentials c"
            " JOIN status_entries s ON s.credential_id = c.id"
            " LEFT JOIN batches b ON b.id = c.batch_id"
            " WHERE c.record_id = :id ORDER BY c.issued_at DESC, c.id",
            id=record_id,
        )
        return [_issued(row) for row in rows]

    def record_of(self, credential_id: str) -> str | None:
        """Return the decision that a credential was issued on."""
        rows = self.database.query(
            "SELECT record_id FROM credentials WHERE id = :id", id=credential_id
        )
        return rows[0]["record_id"] if rows else None

    def add_batch(self, batch_id: str, grant_id: str, record_id: str) -> str:
        """Note the credentials of one response; return its ``notification_id``."""
        notification_id = create_secret()
        self.database.execute(
            "INSERT INTO batches (id, notification_hash, grant_id, record_id)"
            " VALUES (:id, :notification_hash, :grant_id, :record_id)",
            id=batch_id,
            notification_hash=hash_secret(notification_id),
            grant_id=grant_id,
            record_id=record_id,
        )
        return notification_id

    def notify(self, notification_id: str, grant_id: str, event: str, now: int) -> str | None:
        """Note what a wallet says; return the decision, None for another wallet's id."""
        rows = self.database.query(
            "UPDATE batches SET event = :event, event_at = :now"
            " WHERE notification_hash = :notification_hash AND grant_id = :grant_id"
            " RETURNING record_id",
            notification_hash=hash_secret(notification_id),
            grant_id=grant_id,
            event=event,
            now=now,
        )
        return rows[0]["record_id"] if rows else None

    def defer(
        self,
        grant_id: str,
        record_id: str,
        configuration_id: str,
        jwks: Sequence[Mapping[str, str]],
        now: int,
    ) -> str:
        """Keep a request that must wait; return its ``transaction_id``."""
        transaction_id = create_secret()
        self.database.execute(
            "INSERT INTO deferred (transaction_hash, grant_id, record_id, configuration_id, jwks,"
            " created_at) VALUES (:transaction_hash, :grant_id, :record_id, :configuration_id,"
            " :jwks, :now)",
            transaction_hash=hash_secret(transaction_id),
            grant_id=grant_id,
            record_id=record_id,
            configuration_id=configuration_id,
            jwks=json.dumps([dict(jwk) for jwk in jwks]),
            now=now,
        )
        return transaction_id

    def find_deferral(self, transaction_id: str, grant_id: str) -> Deferral | None:
        """Return a waiting request of this grant."""
        rows = self.database.query(
            "SELECT grant_id, record_id, configuration_id, jwks FROM deferred"
            " WHERE transaction_hash = :transaction_hash AND grant_id = :grant_id"
            " AND completed_at IS NULL",
            transaction_hash=hash_secret(transaction_id),
            grant_id=grant_id,
        )
        if not rows:
            return None
        return Deferral(
            rows[0]["grant_id"],
            rows[0]["record_id"],
            rows[0]["configuration_id"],
            tuple(json.loads(rows[0]["jwks"])),
        )

    def complete_deferral(self, transaction_id: str, now: int) -> bool:
        """End a waiting request; exactly one caller gets True."""
        return bool(
            self.database.execute(
                "UPDATE deferred SET completed_at = :now"
                " WHERE transaction_hash = :transaction_hash AND completed_at IS NULL",
                transaction_hash=hash_secret(transaction_id),
                now=now,
            )
        )

    def purge(self) -> int:
        """Drop deferred requests that are answered, or whose grant is gone; return how many."""
        return self.database.execute(
            "DELETE FROM deferred WHERE completed_at IS NOT NULL"
            " OR NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = deferred.grant_id)"
        )


def _issued(row: Row) -> IssuedCredential:
    return IssuedCredential(
        id=row["id"],
        configuration_id=row["configuration_id"],
        list_id=row["list_id"],
        index=row["idx"],
        issued_at=row["issued_at"],
        expires_at=row["expires_at"],
        status=row["status"],
        event=row["event"],
    )
