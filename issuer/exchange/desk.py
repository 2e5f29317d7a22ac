"""The exchange desk: what clerks and other parts of the institution ask of the exchange.

``start`` and ``send`` check, sign and keep a message together with its place in the outbox; the
worker delivers it. Nothing is sent that the engine does not offer, nothing that its receivers are
not ready for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from esspass.errors import (
    MalformedError,
    UnavailableError,
)
from esspass.exchange.content import verify_content
from esspass.exchange.engine import (
    apply_message,
    close_locally,
    create_message,
    create_start,
    find_actions,
    open_case,
)
from esspass.exchange.envelope import create_digest, sign_message
from esspass.exchange.model import (
    Action,
    Attachment,
    Case,
    CaseStatus,
    Deadline,
    Draft,
    Message,
    NewIds,
    RefusedMessageError,
)
from esspass.exchange.partners import require_directory, verify_receiver
from esspass.exchange.wire import MAX_ATTACHMENTS, verify_file_name
from esspass.keys.signer import Signer
from esspass.trust import TrustView
from issuer.bearer import create_identifier
from issuer.exchange.cases import CasePage
from issuer.exchange.courier import Courier
from issuer.exchange.inbox import Inbox
from issuer.exchange.keeping import Arrival, Keeper, retry
from issuer.exchange.log import OUT, Entry
from issuer.exchange.outbox import Delivery, DeliveryStatus
from issuer.exchange.participants import Participants
from issuer.exchange.reactions import Reaction
from issuer.exchange.refusals import Refusals
from issuer.exchange.tasks import Task, Tasks

UNREAD = "unread"
UNREAD_AFTER = 24 * 3600
"""Decision E6: an inbox is read at least every 24 hours."""


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file to go with a message."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoggedMessage:
    """A message as the case's page shows it.

    ``direction`` is ``in`` or ``out``; ``deliveries`` by receiver, of what went out;
    ``received_at`` is when it came in, or was kept for sending.
    """

    message: Message
    direction: str
    deliveries: Mapping[str, Delivery]
    received_at: int
    read_at: int | None
    actor: str

    @property
    def status(self) -> DeliveryStatus | None:
        """The worst of its deliveries; None for what came in."""
        order = (DeliveryStatus.ERROR, DeliveryStatus.SENT, DeliveryStatus.DELIVERED)
        found = {delivery.status for delivery in self.deliveries.values()}
        return next((status for status in order if status in found), None)


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything about a case; the messages in the order in which they took effect."""

    case: Case
    messages: tuple[LoggedMessage, ...]
    deadlines: tuple[Deadline, ...]
    tasks: tuple[Task, ...]

    @property
    def contents(self) -> list[Mapping[str, object]]:
        """The contents of its messages, the latest first."""
        return [each.message.content for each in reversed(self.messages)]


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of the institution ``me``; without a ``signer`` it takes no part in the exchange."""

    me: str
    signer: Signer | None = field(repr=False)
    view_of: Callable[[int], TrustView]
    keeper: Keeper
    courier: Courier
    inbox: Inbox | None
    participants: Participants

    @property
    def tasks(self) -> Tasks:
        """The work list."""
        return self.keeper.tasks

    @property
    def refusals(self) -> Refusals:
        """What others sent and we refused."""
        return Refusals(self.keeper.database)

    def register(self, sed: str, reaction: Reaction) -> None:
        """Have ``reaction`` run by the worker for each message of a type that comes in."""
        self.keeper.reactions.register(sed, reaction)

    def find_partners(self, case_type: str, role: str, country: str, now: int) -> tuple[str, ...]:
        """Return the institutions of an ISO country that take a role in a type of case now.

        None is an ordinary answer: then there is only paper. Raises UndecidedError.
        """
        directory = require_directory(self.view_of(now).directory, now)
        found = directory.find_partners(case_type, role, country, now)
        return tuple(i.institution_id for i in found if i.institution_id != self.me)

    def start(
        self,
        case_type: str,
        receivers: Sequence[str],
        sed: str,
        content: Mapping[str, object],
        now: int,
        *,
        attachments: Sequence[NewAttachment] = (),
        actor: str = "",
        reference: str = "",
    ) -> str:
        """Open a case with its first message; return its id.

        The same ``reference`` gives the same case, started once. Raises MalformedError,
        VerificationError (``receiver_not_ready``), UndecidedError.
        """
        signer = self._require_signer()

        def attempt() -> str:
            known = self.keeper.cases.find_reference(reference) if reference else None
            if known is not None:
                return known
            draft = Draft(
                sed, content, receivers=tuple(dict.fromkeys(receivers)),
                attachments=describe_files(attachments),
            )  # fmt: skip
            message = create_start(
                case_type, create_identifier(), draft, self.me, create_ids(), now
            )
            self.verify(message, now)
            arrival = _seal(message, signer, attachments, actor, reference)
            self.keeper.open(open_case(message, self.me), arrival, now)
            return message.case_id

        return retry(attempt)

    def send(  # noqa: PLR0913 - a message has that many parts
        self,
        case_id: str,
        sed: str,
        content: Mapping[str, object],
        now: int,
        *,
        attachments: Sequence[NewAttachment] = (),
        actor: str = "",
        set_id: str | None = None,
        version: int | None = None,
        related_set_id: str | None = None,
        receivers: Sequence[str] | None = None,
    ) -> str:
        """Send a message that ``actions`` offers; return its set id.

        ``set_id`` is the document to update, ``version`` what it must become (None: whatever is
        next); ``related_set_id`` the one that is answered, or that an invalidation, clarification
        or rejection is about. Raises UnknownCaseError, RefusedMessageError, MalformedError,
        VerificationError, UndecidedError.
        """
        draft = Draft(
            sed, content, set_id, related_set_id,
            None if receivers is None else tuple(receivers), describe_files(attachments),
        )  # fmt: skip

        def attempt() -> str:
            read = self.keeper.cases.get(case_id)
            return self.send_draft(read, draft, attachments, now, actor=actor, version=version)

        return retry(attempt)

    def send_draft(
        self,
        read: tuple[Case, int],
        draft: Draft,
        attachments: Sequence[NewAttachment],
        now: int,
        *,
        actor: str = "",
        version: int | None = None,
    ) -> str:
        """Send a draft, as ``send``, in a case as it was read; return its set id.

        Raises ChangedMeanwhileError if the case is another by now.
        """
        signer, (case, revision) = self._require_signer(), read
        message = create_message(case, draft, create_ids(), now)
        if version is not None and message.version != version:
            raise RefusedMessageError("this version was sent before", code="replayed")
        self.verify(message, now)
        arrival = _seal(message, signer, attachments, actor)
        self.keeper.change(apply_message(case, message, now), revision, arrival, now)
        return message.set_id

    def verify(self, message: Message, now: int) -> None:
        """Check that a message may go to its receivers as it is.

        Raises MalformedError, VerificationError (``receiver_not_ready``), UndecidedError.
        """
        verify_content(message.sed, message.case_version, message.content)
        directory = require_directory(self.view_of(now).directory, now)
        for receiver in message.receivers:
            verify_receiver(directory, receiver, message.case_type, now)

    def _require_signer(self) -> Signer:
        if self.signer is None:
            raise _no_key()
        return self.signer

    def close_locally(self, case_id: str, now: int, actor: str = "") -> None:
        """Close the own copy of a case. Raises UnknownCaseError, RefusedMessageError."""
        self.keeper.change_locally(case_id, lambda case: close_locally(case, now), now, actor)

    def actions(self, case_id: str, now: int) -> tuple[Action, ...]:
        """Return what may be done in a case now. Raises UnknownCaseError."""
        return find_actions(self.keeper.cases.get(case_id)[0], now)

    def view(self, case_id: str) -> CaseView:
        """Return everything about a case. Raises UnknownCaseError."""
        case, _ = self.keeper.cases.get(case_id)
        deliveries: dict[str, dict[str, Delivery]] = {}
        for delivery in self.keeper.outbox.of_case(case_id):
            deliveries.setdefault(delivery.message_id, {})[delivery.receiver] = delivery
        return CaseView(
            case,
            tuple(
                _show(entry, deliveries.get(entry.message.message_id, {}))
                for entry in self.keeper.log.of_case(case_id)
            ),
            tuple(self.keeper.deadlines.of_case(case_id)),
            tuple(self.tasks.of_case(case_id)),
        )

    def attachment(self, case_id: str, sha256: str) -> bytes:
        """Return the bytes of an attachment. Raises UnknownAttachmentError."""
        return self.keeper.log.attachment(case_id, sha256)

    def mark_read(self, case_id: str, now: int, actor: str = "") -> None:
        """Note that somebody read what came in."""
        if self.keeper.log.mark_read(case_id, now):
            self.tasks.settle(case_id, now, actor, kind=UNREAD)

    def search(
        self,
        text: str = "",
        status: CaseStatus | None = None,
        due: bool = False,
        number: int = 1,
        size: int = 20,
    ) -> CasePage:
        """Return a page of cases; ``due`` keeps those in which we have something to do."""
        return self.keeper.cases.search(text, status, due, number, size)

    def count_unread(self) -> int:
        """Return how many cases have a message that nobody has read."""
        return self.keeper.cases.count_unread()

    def receive(self, envelope: str, now: int) -> str:
        """Take what another institution sent; return the receipt.

        Raises UndecidedError when it cannot be said now.
        """
        if self.inbox is None:
            raise _no_key()
        return self.inbox.receive(envelope, now)

    def deliver_due(self, now: int, most: int = 20) -> int:
        """Try to deliver what waits; return how many messages their receivers have now."""
        return self.courier.deliver_due(now, most)

    def take_from_gateway(self, now: int) -> int:
        """Take what an AS4 gateway brought; return how many messages were taken."""
        gateway = self.courier.gateway
        return gateway.take_due(now) if gateway is not None else 0

    def try_again(
        self, case_id: str, message_id: str, receiver: str, now: int, actor: str = ""
    ) -> None:
        """Have a message delivered that was given up. Raises RefusedMessageError if it was not."""
        with self.keeper.database.atomic():
            if not self.keeper.outbox.revive(message_id, receiver, now):
                raise RefusedMessageError("this message was not given up")
            about = f"{message_id}/{receiver}/"
            for task in self.tasks.of_case(case_id):
                if task.reference.startswith(about) and task.done_at is None:
                    self.tasks.done(task.id, now, actor)

    def warn_of_unread(self, now: int) -> int:
        """Make a task of each case with messages that nobody read for 24 hours."""
        return sum(
            self.tasks.add(UNREAD, now, case_id=case_id, reference=message_id, due_at=now)
            for case_id, message_id in self.keeper.log.unread_since(now - UNREAD_AFTER, UNREAD)
        )


def _no_key() -> UnavailableError:
    return UnavailableError("this institution has no exchange key", code="no_exchange_key")


def create_ids() -> NewIds:
    """Return fresh ids for a message and its document."""
    return NewIds(create_identifier(), create_identifier())


def _seal(
    message: Message,
    signer: Signer,
    attachments: Sequence[NewAttachment],
    actor: str,
    reference: str = "",
) -> Arrival:
    files = {create_digest(each.data): each.data for each in attachments}
    return Arrival(message, sign_message(message, signer), OUT, files, actor, reference)


def describe_files(attachments: Sequence[NewAttachment]) -> tuple[Attachment, ...]:
    """Describe files; the same bytes go once. Raises MalformedError."""
    if len(attachments) > MAX_ATTACHMENTS:
        raise MalformedError("a message has at most 20 attachments", code="too_large")
    described = {}
    for each in attachments:
        verify_file_name(each.name)
        sha256 = create_digest(each.data)
        described[sha256] = Attachment(each.name, each.media_type, len(each.data), sha256)
    return tuple(described.values())


def _show(entry: Entry, deliveries: Mapping[str, Delivery]) -> LoggedMessage:
    return LoggedMessage(
        entry.message, entry.direction, deliveries, entry.at, entry.read_at, entry.actor
    )
