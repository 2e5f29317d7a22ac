"""Messages on their way: one row per receiver, tried until it answers or all hope is gone.

A row is written in the transaction that changes the case, so a message is neither lost nor sent
without having happened. Whoever claims a row tries it, and only then. To one receiver the messages
of a case go one after another.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from esspass.exchange.model import Message
from esspass.storage import Database, Row

MIGRATIONS = {
    "issuer-exchange-deliveries-001": """
        CREATE TABLE exchange_deliveries (
            message_id TEXT NOT NULL,
            receiver TEXT NOT NULL,
            case_id TEXT NOT NULL,
            position BIGINT NOT NULL,
            status TEXT NOT NULL,
            queued_at BIGINT NOT NULL,
            next_try BIGINT NOT NULL,
            tries BIGINT NOT NULL,
            refusals BIGINT NOT NULL,
            at BIGINT,
            code TEXT NOT NULL,
            receipt TEXT NOT NULL,
            PRIMARY KEY (message_id, receiver)
        )""",
    "issuer-exchange-deliveries-002": """
        CREATE INDEX exchange_deliveries_due ON exchange_deliveries (status, next_try)""",
    "issuer-exchange-deliveries-003": """
        CREATE INDEX exchange_deliveries_case ON exchange_deliveries (case_id, receiver)""",
    "issuer-exchange-deliveries-004": """
        CREATE INDEX exchange_deliveries_at ON exchange_deliveries (status, at)""",
}
TRY_SECONDS = 20  # nobody else tries meanwhile; longer than a try may take
GIVE_UP_AFTER = 3 * 86400  # as long as a receiver does not answer
MOST_REFUSALS = 6  # of those that time can heal
UNDELIVERED = "undelivered"
"""The kind of the task that a delivery leaves which was given up."""
_LONGEST_PAUSE = 3600
_GIVEN_UP = (
    "exchange_deliveries d JOIN tasks t ON t.case_id = d.case_id AND t.done_at IS NULL"
    f" AND t.kind = '{UNDELIVERED}' AND t.reference ="
    " d.message_id || '/' || d.receiver || '/' || CAST(d.at AS TEXT)"
    " WHERE d.status = 'ERROR'"
)
_jitter = random.SystemRandom().random


class DeliveryStatus(StrEnum):
    """Where a message to one receiver stands; EESSI's words."""

    SENT = "SENT"
    DELIVERED = "DELIVERED"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one receiver. ``at`` is when it was delivered, or given up.

    ``code`` says why the last try failed; ``receipt`` is the receiver's signed word.
    """

    message_id: str
    receiver: str
    case_id: str
    status: DeliveryStatus
    queued_at: int
    tries: int
    refusals: int
    at: int | None
    code: str
    receipt: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """All deliveries. ``pause`` in seconds is that after the first failure; each doubles it."""

    database: Database
    pause: int = 5
    jitter: Callable[[], float] = _jitter

    def enqueue(self, message: Message, position: int, now: int) -> None:
        """Queue a message for each of its receivers, inside the case's transaction."""
        for receiver in message.receivers:
            self.database.execute(
                "INSERT INTO exchange_deliveries (message_id, receiver, case_id, position, status,"
                " queued_at, next_try, tries, refusals, code, receipt) VALUES (:message_id,"
                " :receiver, :case_id, :position, 'SENT', :now, :now, 0, 0, '', '')",
                message_id=message.message_id,
                receiver=receiver,
                case_id=message.case_id,
                position=position,
                now=now,
            )

    def due(self, now: int, most: int) -> list[Delivery]:
        """Return what may be tried now: first what waits longest for each receiver.

        So what waits for a receiver that does not answer, however much, holds up nobody else.
        """
        rows = self.database.query(
            "SELECT * FROM (SELECT d.*, row_number() OVER (PARTITION BY receiver"
            " ORDER BY next_try, position, message_id) AS place"
            " FROM exchange_deliveries d WHERE status = 'SENT' AND next_try <= :now"
            " AND NOT EXISTS (SELECT 1 FROM exchange_deliveries e WHERE e.case_id = d.case_id"
            " AND e.receiver = d.receiver AND e.status = 'SENT' AND e.position < d.position))"
            " AS waiting ORDER BY place, next_try, position, message_id LIMIT :most",
            now=now,
            most=most,
        )
        return [_delivery(row) for row in rows]

    def claim(self, delivery: Delivery, now: int) -> bool:
        """Take a delivery in hand, for ``TRY_SECONDS``; False when another has it."""
        claimed = self.database.execute(
            "UPDATE exchange_deliveries SET next_try = :until, tries = tries + 1"
            " WHERE message_id = :message_id AND receiver = :receiver AND status = 'SENT'"
            " AND next_try <= :now",
            message_id=delivery.message_id,
            receiver=delivery.receiver,
            until=now + TRY_SECONDS,
            now=now,
        )
        return bool(claimed)

    def settle(
        self, delivery: Delivery, status: DeliveryStatus, at: int, code: str = "", receipt: str = ""
    ) -> bool:
        """End a delivery; False when it had ended already."""
        settled = self.database.execute(
            "UPDATE exchange_deliveries SET status = :status, at = :at, code = :code,"
            " receipt = :receipt WHERE message_id = :message_id AND receiver = :receiver"
            " AND status = 'SENT'",
            message_id=delivery.message_id,
            receiver=delivery.receiver,
            status=status.value,
            at=at,
            code=code,
            receipt=receipt,
        )
        return bool(settled)

    def revive(self, message_id: str, receiver: str, now: int) -> bool:
        """Try anew what was given up; False when it was not."""
        revived = self.database.execute(
            "UPDATE exchange_deliveries SET status = 'SENT', queued_at = :now, next_try = :now,"
            " tries = 0, refusals = 0, at = NULL WHERE message_id = :message_id"
            " AND receiver = :receiver AND status = 'ERROR'",
            message_id=message_id,
            receiver=receiver,
            now=now,
        )
        return bool(revived)

    def postpone(self, delivery: Delivery, code: str, now: int, *, refused: bool = False) -> None:
        """Try again later: the pause doubles with each failure, and is never quite the same."""
        pause = min(self.pause * 2 ** min(delivery.tries, 12), _LONGEST_PAUSE)
        self.database.execute(
            "UPDATE exchange_deliveries SET next_try = :next_try, code = :code,"
            " refusals = refusals + :refused WHERE message_id = :message_id"
            " AND receiver = :receiver AND status = 'SENT'",
            message_id=delivery.message_id,
            receiver=delivery.receiver,
            next_try=now + max(1, round(pause * (0.5 + self.jitter() / 2))),
            code=code,
            refused=int(refused),
        )

    def of_case(self, case_id: str) -> list[Delivery]:
        """Return all deliveries of a case."""
        rows = self.database.query(
            "SELECT * FROM exchange_deliveries WHERE case_id = :case_id"
            " ORDER BY position, receiver",
            case_id=case_id,
        )
        return [_delivery(row) for row in rows]

    def given_up(self, most: int = 100) -> list[tuple[Delivery, str]]:
        """Return what was given up and nobody has settled, with its task; the latest first."""
        rows = self.database.query(
            f"SELECT d.*, t.id AS task_id FROM {_GIVEN_UP} ORDER BY d.at DESC, t.id LIMIT :most",  # noqa: S608 - ours
            most=most,
        )
        return [(_delivery(row), row["task_id"]) for row in rows]

    def count_given_up(self) -> int:
        """Return how many were given up and nobody has settled."""
        return int(self.database.query(f"SELECT count(*) AS n FROM {_GIVEN_UP}")[0]["n"])  # noqa: S608 - ours

    def is_hopeless(self, delivery: Delivery, now: int, *, refused: bool = False) -> bool:
        """Say whether a delivery that just failed is not to be tried again."""
        if refused:
            return delivery.refusals + 1 >= MOST_REFUSALS
        return now - delivery.queued_at >= GIVE_UP_AFTER


def _delivery(row: Row) -> Delivery:
    return Delivery(
        message_id=row["message_id"],
        receiver=row["receiver"],
        case_id=row["case_id"],
        status=DeliveryStatus(row["status"]),
        queued_at=int(row["queued_at"]),
        tries=int(row["tries"]),
        refusals=int(row["refusals"]),
        at=row["at"],
        code=row["code"],
        receipt=row["receipt"],
    )
