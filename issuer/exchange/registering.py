"""What the register does about messages: takes decisions in, and notes what becomes of them.

Reactions of the exchange, so each may run twice. The checks need the network and are made after,
by a job of the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from esspass.attestations import Institution, iso_country
from esspass.errors import UndecidedError
from esspass.exchange.contents import (
    OTHER,
    POSTING,
    SEVERAL_STATES,
    StatusNews,
    read_change,
    read_invalidation,
    read_notification,
    read_replaced,
)
from esspass.exchange.model import Case, Message
from esspass.trust import TrustView
from issuer.exchange.arrival import ArrivalCheck
from issuer.exchange.desk import Desk
from issuer.exchange.incoming import IncomingDocuments
from issuer.exchange.notification import Grade, IncomingDocument, Notification
from issuer.renewals import day_of

CORE_TYPE = "application/vnd.esspass.core"
CONTRADICTION, UNPLACED = "incoming_contradiction", "incoming_unplaced"
SOON = 3 * 86400
"""In seconds: until when a clerk sees to what the machine leaves to people."""
_MAX_CORE = 10_000


@dataclass(frozen=True, slots=True)
class Registrar:
    """Keeps the register of incoming documents."""

    desk: Desk
    incoming: IncomingDocuments
    checks: ArrivalCheck
    view: Callable[[int], TrustView]

    def register_reactions(self) -> None:
        """Have the messages that fill or change the register come here."""
        reactions = self.desk.keeper.reactions
        for route in (POSTING, SEVERAL_STATES, OTHER):
            reactions.register(route.sed, self.take_notification)
        reactions.register("X008", self.take_invalidation)
        reactions.register("A008", self.take_change)

    def take_notification(self, case: Case, message: Message, now: int) -> None:
        """Enter the decision that an A009, A010 or A003 tells of. Raises UndecidedError."""
        person, document = read_notification(message.content, self._describe(message.sender, now))
        if not document.document_number:  # from elsewhere: the message itself has a number
            document = replace(document, document_number=message.set_id)
        notification = Notification(
            message.sender, case.id, message.set_id, message.version, message.sed, person,
            document, self._read_core(message),
        )  # fmt: skip
        before = self._find_replaced(message)
        with self.incoming.database.atomic():
            self.incoming.keep(notification, now)
            if before is not None and before.number != document.document_number:
                effective = document.issued_on or day_of(message.sent_at)
                self.incoming.replace(before.id, document.document_number, effective, now)

    def _find_replaced(self, message: Message) -> IncomingDocument | None:
        """The document whose place this one takes: the one it names, or its last version."""
        named = read_replaced(message.content)
        found = self.incoming.find(message.sender, named) if named else None
        if found is not None or message.version == 1:
            return found
        found = self.incoming.of_set(message.case_id, message.set_id)
        same = found is not None and found.notification.institution_id == message.sender
        return found if same else None

    def take_invalidation(self, case: Case, message: Message, now: int) -> None:
        """Note a withdrawal; only who notified the document can withdraw it."""
        news = read_invalidation(message.content, day_of(message.sent_at))
        found = self.incoming.of_set(case.id, message.related_set_id or "")
        if found is not None and found.notification.institution_id == message.sender:
            self._apply(found, news, now)

    def take_change(self, case: Case, message: Message, now: int) -> None:
        """Note what an A008 says of a document; a clerk reads one that names none."""
        news = read_change(message.content, day_of(message.sent_at))
        found = self.incoming.find(message.sender, news.number or "")
        if found is None:
            self.desk.tasks.add(
                UNPLACED, now, case_id=case.id, reference=message.message_id, due_at=now + SOON
            )
            return
        self._apply(found, news, now)

    def _apply(self, found: IncomingDocument, news: StatusNews, now: int) -> None:
        if news.withdrawn_from is not None:
            self.incoming.withdraw(found.id, news.reason, news.withdrawn_from, now)
            return
        if news.ends is not None and news.ends != found.document.ends:
            changed = replace(found.document, ends=news.ends)
            self.incoming.change_period(found.id, changed, now)
        self.incoming.set_suspended(found.id, news.suspended_from is not None, now)

    def check_due(self, now: int) -> int:
        """Check what arrived, and make a task of each contradiction; return how many.

        Each time another one comes first, so that one that cannot be checked stops no other.
        """
        due = self.incoming.unchecked()
        first = now % len(due) if due else 0
        for document in (*due[first:], *due[:first]):
            self.check(document, now)
        return len(due)

    def check(self, document: IncomingDocument, now: int) -> Grade:
        """Check a document now and keep what was found, unless it changed meanwhile."""
        arrival = self.checks.check(document, now)
        with self.incoming.database.atomic():
            kept = self.incoming.keep_arrival(document, arrival, now)
            if kept and arrival.grade is Grade.CONTRADICTION:
                notified = document.notification
                self.desk.tasks.add(
                    CONTRADICTION, now, case_id=notified.case_id, reference=document.id,
                    due_at=now + SOON, detail=document.number,
                )  # fmt: skip
        return arrival.grade

    def _describe(self, institution_id: str, now: int) -> Institution:
        directory = self.view(now).directory
        if directory is None:
            raise UndecidedError("nobody can tell who sent this", code="directory_unavailable")
        listed = directory.find(institution_id)
        if listed is None:  # it left since the message was accepted
            country = iso_country(institution_id.partition(":")[0])
            return Institution(institution_id, institution_id, country)
        return Institution(institution_id, listed.entity, listed.country)

    def _read_core(self, message: Message) -> str:
        """The text of the sealed code among the attachments; the checks say what it is worth."""
        for attachment in message.attachments:
            if attachment.media_type == CORE_TYPE and attachment.size <= _MAX_CORE:
                data = self.desk.attachment(message.case_id, attachment.sha256)
                return data.decode("utf-8", "replace")
        return ""
