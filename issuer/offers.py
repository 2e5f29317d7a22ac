"""Credential offers: what a citizen may fetch, how often a code may be tried.

Neither code is stored: the database keeps a hash of the pre-authorized code and a keyed hash of
the transaction code, so equality in SQL tells nothing about how nearly a guess was right.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from esspass.storage import Database, Row
from issuer.bearer import KeyedHash, create_identifier, hash_secret

MIGRATIONS = {
    "issuer-offers-001": """
        CREATE TABLE offers (
            id TEXT PRIMARY KEY,
            record_id TEXT NOT NULL,
            configuration_id TEXT NOT NULL,
            grant_type TEXT NOT NULL,
            code_hash TEXT NOT NULL UNIQUE,
            tx_code_hash TEXT NOT NULL,
            tries_left BIGINT NOT NULL,
            created_by TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            redeemed_at BIGINT,
            cancelled_at BIGINT
        )""",
    "issuer-offers-002": "CREATE INDEX offers_record ON offers (record_id)",
}
TX_CODE_TRIES = 5
_SHOWN = 30 * 86400  # offers that are over stay this long in the back office


class Grant(StrEnum):
    """How the citizen proves to be the right one."""

    PRE_AUTHORIZED = "pre-authorized"
    AUTHORIZATION = "authorization"


class OfferState(StrEnum):
    """What can still be done with an offer."""

    OPEN = "open"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as stored; times in epoch seconds."""

    id: str
    record_id: str
    configuration_id: str
    grant: Grant
    with_tx_code: bool
    tries_left: int
    created_by: str
    created_at: int
    expires_at: int
    redeemed_at: int | None
    cancelled_at: int | None

    def state(self, now: int) -> OfferState:
        """Tell what can still be done."""
        if self.redeemed_at is not None:
            return OfferState.REDEEMED
        if self.cancelled_at is not None:
            return OfferState.CANCELLED
        if self.tries_left <= 0:
            return OfferState.LOCKED
        return OfferState.EXPIRED if self.expires_at <= now else OfferState.OPEN


@dataclass(frozen=True, slots=True)
class Offers:
    """All credential offers."""

    database: Database
    keyed: KeyedHash

    def code(self, offer_id: str) -> str:
        """Return the pre-authorized code (or issuer state) of an offer."""
        return self.keyed.derive("offer code", offer_id)

    def add(
        self,
        record_id: str,
        configuration_id: str,
        grant: Grant,
        tx_code: str | None,
        *,
        now: int,
        lifetime: int,
        created_by: str = "",
    ) -> str:
        """Keep a new offer and return its id."""
        offer_id = create_identifier()
        self.database.execute(
            "INSERT INTO offers (id, record_id, configuration_id, grant_type, code_hash,"
            " tx_code_hash, tries_left, created_by, created_at, expires_at) VALUES (:id,"
            " :record_id, :configuration_id, :grant_type, :code_hash, :tx_code_hash, :tries,"
            " :created_by, :now, :expires_at)",
            id=offer_id,
            record_id=record_id,
            configuration_id=configuration_id,
            grant_type=grant,
            code_hash=hash_secret(self.code(offer_id)),
            tx_code_hash=self._hash_tx_code(self.code(offer_id), tx_code),
            tries=TX_CODE_TRIES,
            created_by=created_by,
            now=now,
            expires_at=now + lifetime,
        )
        return offer_id

    def _hash_tx_code(self, code: str, tx_code: str | None) -> str:
        return self.keyed.derive("tx_code", f"{code}\0{tx_code}") if tx_code else ""

    def get(self, offer_id: str) -> Offer | None:
        """Return an offer by its id."""
        rows = self.database.query("SELECT * FROM offers WHERE id = :id", id=offer_id)
        return _offer(rows[0]) if rows else None

    def find(self, code: str) -> Offer | None:
        """Return the offer that a code (or issuer state) belongs to, whatever its state."""
        rows = self.database.query(
            "SELECT * FROM offers WHERE code_hash = :code_hash", code_hash=hash_secret(code)
        )
        return _offer(rows[0]) if rows else None

    def of_record(self, record_id: str) -> list[Offer]:
        """Return the offers of a decision, the latest first."""
        rows = self.database.query(
            "SELECT * FROM offers WHERE record_id = :id ORDER BY created_at DESC, id", id=record_id
        )
        return [_offer(row) for row in rows]

    def redeem(self, code: str, tx_code: str | None, now: int) -> Offer | None:
        """Use the code up, or count a wrong ``tx_code``: one statement decides both.

        Returns the offer as it stands after that; None when no open offer has this code. The
        caller has won only if ``redeemed_at`` is set on what it got.
        """
        rows = self.database.query(
            """
            UPDATE offers SET
                redeemed_at = CASE WHEN tx_code_hash = :tx_code_hash THEN :now END,
                tries_left = CASE WHEN tx_code_hash = :tx_code_hash THEN tries_left
                                  ELSE tries_left - 1 END
            WHERE code_hash = :code_hash AND grant_type = 'pre-authorized' AND tries_left > 0
                AND redeemed_at IS NULL AND cancelled_at IS NULL AND expires_at > :now
            RETURNING *
            """,
            code_hash=hash_secret(code),
            tx_code_hash=self._hash_tx_code(code, tx_code),
            now=now,
        )
        return _offer(rows[0]) if rows else None

    def complete(self, offer_id: str, now: int) -> bool:
        """Note that an offer was taken by signing in; the first one wins."""
        return bool(
            self.database.execute(
                "UPDATE offers SET redeemed_at = :now WHERE id = :id AND redeemed_at IS NULL"
                " AND cancelled_at IS NULL AND expires_at > :now",
                id=offer_id,
                now=now,
            )
        )

    def purge(self, now: int) -> int:
        """Drop offers that ended a month ago; return how many."""
        return self.database.execute(
            "DELETE FROM offers WHERE expires_at <= :limit", limit=now - _SHOWN
        )

    def cancel(self, offer_id: str, now: int) -> bool:
        """Cancel an offer that nobody has taken yet."""
        return bool(
            self.database.execute(
                "UPDATE offers SET cancelled_at = :now WHERE id = :id AND redeemed_at IS NULL"
                " AND cancelled_at IS NULL",
                id=offer_id,
                now=now,
            )
        )


def _offer(row: Row) -> Offer:
    return Offer(
        id=row["id"],
        record_id=row["record_id"],
        configuration_id=row["configuration_id"],
        grant=Grant(row["grant_type"]),
        with_tx_code=bool(row["tx_code_hash"]),
        tries_left=row["tries_left"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        redeemed_at=row["redeemed_at"],
        cancelled_at=row["cancelled_at"],
    )
