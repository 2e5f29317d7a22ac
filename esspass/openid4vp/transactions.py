"""Requests under way, in the database: made, fetched, answered once, taken once.

Each step is one statement, so two processes, or a replay, cannot both take it. The key that
opens the answer and the answer itself live in the row only as long as they are needed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from esspass.keys.jwk import encode_base64url
from esspass.storage import Database, Row

MIGRATIONS = {
    "openid4vp-transactions-001": """
        CREATE TABLE openid4vp_transactions (
            id TEXT PRIMARY KEY,
            flow TEXT NOT NULL,
            context TEXT NOT NULL,
            browser_hash TEXT NOT NULL,
            nonce TEXT NOT NULL,
            state TEXT NOT NULL,
            query TEXT NOT NULL,
            dataset TEXT NOT NULL,
            redirect_uri TEXT,
            encryption_key TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            fetches BIGINT NOT NULL DEFAULT 0,
            answered_at BIGINT,
            outcome TEXT NOT NULL DEFAULT '',
            code_hash TEXT,
            vp_token TEXT
        )
    """,
    "openid4vp-transactions-002": """
        CREATE INDEX openid4vp_transactions_expiry ON openid4vp_transactions (expires_at)
    """,
}
MAX_FETCHES = 8


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """One row. ``query`` and ``dataset`` are JSON; ``encryption_key``: name and scalar."""

    id: str
    flow: str
    context: str
    nonce: str
    state: str
    query: Any
    dataset: Any
    redirect_uri: str | None
    encryption_key: str = field(repr=False)
    created_at: int
    expires_at: int
    vp_token: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request has come; ``outcome`` is an error code, or ``accepted``, or empty."""

    fetched: bool
    answered: bool
    outcome: str
    expires_at: int


def hash_secret(secret: str) -> str:
    """Hash a random secret for storage, so that reading the database gives no access."""
    return encode_base64url(hashlib.sha256(secret.encode()).digest())


@dataclass(frozen=True, slots=True)
class Transactions:
    """The repository. Times are epoch seconds."""

    database: Database

    def add(self, transaction: StoredTransaction, browser_secret: str) -> None:
        """Store a new request."""
        self.database.execute(
            "INSERT INTO openid4vp_transactions (id, flow, context, browser_hash, nonce, state,"
            " query, dataset, redirect_uri, encryption_key, created_at, expires_at) VALUES (:id,"
            " :flow, :context, :browser_hash, :nonce, :state, :query, :dataset, :redirect_uri,"
            " :encryption_key, :created_at, :expires_at)",
            id=transaction.id,
            flow=transaction.flow,
            context=transaction.context,
            browser_hash=hash_secret(browser_secret),
            nonce=transaction.nonce,
            state=transaction.state,
            query=json.dumps(transaction.query),
            dataset=json.dumps(transaction.dataset),
            redirect_uri=transaction.redirect_uri,
            encryption_key=transaction.encryption_key,
            created_at=transaction.created_at,
            expires_at=transaction.expires_at,
        )

    def fetch(self, transaction_id: str, now: int) -> StoredTransaction | None:
        """Count a fetch of the request object; None when gone, answered or fetched too often."""
        return self._one(
            "UPDATE openid4vp_transactions SET fetches = fetches + 1 WHERE id = :id"
            " AND expires_at > :now AND answered_at IS NULL AND fetches < :limit RETURNING *",
            id=transaction_id,
            now=now,
            limit=MAX_FETCHES,
        )

    def find_open(self, transaction_id: str, now: int) -> StoredTransaction | None:
        """Return a request that may still be answered."""
        return self._one(
            "SELECT * FROM openid4vp_transactions WHERE id = :id AND expires_at > :now"
            " AND answered_at IS NULL",
            id=transaction_id,
            now=now,
        )

    def claim_answer(self, transaction_id: str, now: int) -> bool:
        """Close the request to any further answer and forget its key; only one caller wins."""
        return bool(
            self.database.execute(
                "UPDATE openid4vp_transactions SET answered_at = :now, encryption_key = ''"
                " WHERE id = :id AND expires_at > :now AND answered_at IS NULL",
                id=transaction_id,
                now=now,
            )
        )

    def note_refusal(self, transaction_id: str, error: str, now: int) -> None:
        """Note a wallet's error without closing the request: anyone who saw it could send one."""
        self.database.execute(
            "UPDATE openid4vp_transactions SET outcome = :error WHERE id = :id"
            " AND expires_at > :now AND answered_at IS NULL",
            id=transaction_id,
            error=error,
            now=now,
        )

    def note_outcome(
        self, transaction_id: str, outcome: str, vp_token: Any, code: str | None, expires_at: int
    ) -> None:
        """Store how the answer was judged and what is kept of it until it is taken."""
        self.database.execute(
            "UPDATE openid4vp_transactions SET outcome = :outcome, vp_token = :vp_token,"
            " code_hash = :code_hash, expires_at = :expires_at WHERE id = :id",
            id=transaction_id,
            outcome=outcome,
            vp_token=json.dumps(vp_token),
            code_hash=hash_secret(code) if code is not None else None,
            expires_at=expires_at,
        )

    def take(
        self, transaction_id: str, browser_secret: str, code: str | None, now: int
    ) -> StoredTransaction | None:
        """Remove and return an accepted answer; None unless browser and code are the right ones."""
        return self._one(
            "DELETE FROM openid4vp_transactions WHERE id = :id AND browser_hash = :browser_hash"
            " AND outcome = 'accepted' AND expires_at > :now"
            " AND COALESCE(code_hash, '') = :code_hash RETURNING *",
            id=transaction_id,
            browser_hash=hash_secret(browser_secret),
            code_hash=hash_secret(code) if code is not None else "",
            now=now,
        )

    def progress(self, transaction_id: str, now: int) -> Progress | None:
        """Tell how far a request has come; None when it is unknown or has expired."""
        rows = self.database.query(
            "SELECT fetches, answered_at, outcome, expires_at FROM openid4vp_transactions"
            " WHERE id = :id AND expires_at > :now",
            id=transaction_id,
            now=now,
        )
        if not rows:
            return None
        row = rows[0]
        answered = row["answered_at"] is not None
        return Progress(row["fetches"] > 0, answered, row["outcome"], row["expires_at"])

    def cancel(self, transaction_id: str) -> None:
        """Forget a request."""
        self.database.execute(
            "DELETE FROM openid4vp_transactions WHERE id = :id", id=transaction_id
        )

    def purge(self, now: int) -> int:
        """Forget what has expired, with its keys and answers; return how many."""
        return self.database.execute(
            "DELETE FROM openid4vp_transactions WHERE expires_at <= :now", now=now
        )

    def _one(self, sql: str, **params: str | int | None) -> StoredTransaction | None:
        rows = self.database.query(sql, **params)
        return _stored(rows[0]) if rows else None


def _stored(row: Row) -> StoredTransaction:
    return StoredTransaction(
        id=row["id"],
        flow=row["flow"],
        context=row["context"],
        nonce=row["nonce"],
        state=row["state"],
        query=json.loads(row["query"]),
        dataset=json.loads(row["dataset"]),
        redirect_uri=row["redirect_uri"],
        encryption_key=row["encryption_key"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        vp_token=json.loads(row["vp_token"]) if row["vp_token"] else None,
    )
