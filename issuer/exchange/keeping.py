"""One message takes effect: the case, the log, the outbox, the deadlines, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from esspass.exchange.deadlines import find_deadlines
from esspass.exchange.envelope import create_digest
from esspass.exchange.model import Case, Message
from esspass.storage import Database
from issuer.exchange.cases import Cases, ChangedMeanwhileError, find_words
from issuer.exchange.deadlines import Deadlines
from issuer.exchange.log import IN, OUT, Entry, Log
from issuer.exchange.outbox import Outbox
from issuer.exchange.reactions import Reactions
from issuer.exchange.tasks import Tasks

T = TypeVar("T")
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message to be kept, with its bytes; ``signed`` is empty for what the system notes."""

    message: Message
    signed: str = field(repr=False)
    direction: str
    attachments: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    actor: str = ""
    reference: str = ""

    def entry(self, position: int, now: int) -> Entry:
        """Return what the log says of it."""
        digest = create_digest(self.signed.encode("ascii")) if self.signed else ""
        return Entry(self.message, self.direction, position, self.signed, digest, self.actor, now)


@dataclass(frozen=True, slots=True)
class Keeper:
    """The stores that change together."""

    database: Database
    cases: Cases
    log: Log
    outbox: Outbox
    deadlines: Deadlines
    tasks: Tasks
    reactions: Reactions

    def open(self, case: Case, arrival: Arrival, now: int) -> None:
        """Keep a new case with its first message. Raises ChangedMeanwhileError if it is there."""
        with self.database.atomic():
            self.cases.add(case, arrival.message, arrival.reference)
            self._keep(case, arrival, 0, now)

    def change(self, case: Case, revision: int, arrival: Arrival, now: int) -> None:
        """Keep a case as a message changed it. Raises ChangedMeanwhileError."""
        with self.database.atomic():
            position = self.cases.save(case, revision, find_words(arrival.message))
            self._keep(case, arrival, position, now)

    def _keep(self, case: Case, arrival: Arrival, position: int, now: int) -> None:
        entry = arrival.entry(position, now)
        self.log.add(entry, arrival.attachments)
        if arrival.direction == OUT:
            self.outbox.enqueue(arrival.message, position, now)
        elif arrival.signed:
            self.reactions.enqueue(entry, now)
        self.deadlines.replace(case, find_deadlines(case), now)

    def change_locally(
        self, case_id: str, change: Callable[[Case], Case], now: int, actor: str
    ) -> None:
        """Change a case without any message; its open tasks are done. Raises UnknownCaseError."""

        def attempt() -> None:
            case, revision = self.cases.get(case_id)
            changed = change(case)
            with self.database.atomic():
                self.cases.save(changed, revision)
                self.deadlines.replace(changed, find_deadlines(changed), now)
                self.tasks.settle(case_id, now, actor)

        retry(attempt)

    def note(
        self, message: Message, now: int, change: Callable[[Case], Case] | None = None
    ) -> None:
        """Put into the log what the system itself has to say (X050, X100).

        The case stays as it is, but for what ``change`` says. Raises UnknownCaseError.
        """

        def attempt() -> None:
            case, revision = self.cases.get(message.case_id)
            arrival = Arrival(replace(message, receivers=(case.me,)), "", IN)
            self.change(change(case) if change else case, revision, arrival, now)

        retry(attempt)


def retry(attempt: Callable[[], T]) -> T:
    """Run an attempt again when another message changed the case first."""
    for _ in range(_TRIES):
        try:
            return attempt()
        except ChangedMeanwhileError:
            continue
    raise ChangedMeanwhileError
