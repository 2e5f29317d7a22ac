"""What follows from messages that came in: rows, worked off in order, case by case.

The row is written in the transaction that keeps the message, so nothing that must follow is
forgotten. A reaction runs at least once; it must not mind running twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from esspass.errors import EsspassError
from esspass.exchange.model import Case, Message
from esspass.storage import Database
from issuer.exchange.cases import Cases
from issuer.exchange.log import Entry, Log
from issuer.exchange.tasks import Tasks

Reaction = Callable[[Case, Message, int], None]
MIGRATIONS = {
    "issuer-exchange-reactions-001": """
        CREATE TABLE exchange_reactions (
            message_id TEXT PRIMARY KEY,
            case_id TEXT NOT NULL,
            position BIGINT NOT NULL,
            tries BIGINT NOT NULL,
            next_try BIGINT NOT NULL,
            done_at BIGINT,
            code TEXT NOT NULL
        )""",
    "issuer-exchange-reactions-002": """
        CREATE INDEX exchange_reactions_due ON exchange_reactions (done_at, next_try)""",
}
TRY_SECONDS = 60
MOST_TRIES = 10
FAILED, BROKEN = "reaction_failed", "reaction_broken"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reactions:
    """What is to be done about which SED, and for which messages it still is."""

    database: Database
    cases: Cases
    log: Log
    tasks: Tasks
    registered: dict[str, list[Reaction]] = field(default_factory=dict)

    def register(self, sed: str, reaction: Reaction) -> None:
        """Have ``reaction`` run for each message of a type that comes in."""
        self.registered.setdefault(sed, []).append(reaction)

    def enqueue(self, entry: Entry, now: int) -> None:
        """Note that a message came in, inside the case's transaction."""
        self.database.execute(
            "INSERT INTO exchange_reactions (message_id, case_id, position, tries, next_try, code)"
            " VALUES (:id, :case_id, :position, 0, :now, '')",
            id=entry.message.message_id,
            case_id=entry.message.case_id,
            position=entry.position,
            now=now,
        )

    def run_due(self, now: int, most: int = 50) -> int:
        """React to what came in, in the order of each case; return to how many messages."""
        done = 0
        while done < most and (due := self._due(now)):
            done += sum(self._run(message_id, now) for message_id in due)
        return done

    def _due(self, now: int) -> list[str]:
        rows = self.database.query(
            "SELECT message_id FROM exchange_reactions r WHERE done_at IS NULL"
            " AND next_try <= :now AND NOT EXISTS (SELECT 1 FROM exchange_reactions e"
            " WHERE e.case_id = r.case_id AND e.done_at IS NULL AND e.position < r.position)"
            " ORDER BY next_try, message_id LIMIT 20",
            now=now,
        )
        return [row["message_id"] for row in rows]

    def _run(self, message_id: str, now: int) -> bool:
        rows = self.database.query(
            "UPDATE exchange_reactions SET next_try = :until, tries = tries + 1"
            " WHERE message_id = :id AND done_at IS NULL AND next_try <= :now RETURNING tries",
            id=message_id,
            until=now + TRY_SECONDS,
            now=now,
        )
        if not rows:
            return False
        message, tries = self.log.get(message_id).message, int(rows[0]["tries"])
        if tries > MOST_TRIES:  # it broke, or broke off, so often without a word
            self._fail(message, BROKEN, tries, now)
            return False
        case, _ = self.cases.get(message.case_id)
        try:
            for reaction in self.registered.get(message.sed, ()):
                reaction(case, message, now)
        except EsspassError as error:
            _log.warning("a reaction to %s failed: %s", message.sed, error.code)
            self._fail(message, error.code, tries, now)
            return False
        self._end(message_id, "", now)
        return True

    def _fail(self, message: Message, code: str, tries: int, now: int) -> None:
        """Try again after a while; at last leave it to a clerk, and go on with the case."""
        if tries < MOST_TRIES:
            self.database.execute(
                "UPDATE exchange_reactions SET next_try = :next_try, code = :code"
                " WHERE message_id = :id",
                id=message.message_id,
                next_try=now + min(2**tries, 3600),
                code=code,
            )
            return
        with self.database.atomic():
            self._end(message.message_id, code, now)
            self.tasks.add(
                FAILED, now, case_id=message.case_id, reference=message.message_id, due_at=now,
                detail=message.sed,
            )  # fmt: skip

    def _end(self, message_id: str, code: str, now: int) -> None:
        self.database.execute(
            "UPDATE exchange_reactions SET done_at = :now, code = :code WHERE message_id = :id",
            id=message_id,
            now=now,
            code=code,
        )
