"""Cases and tasks as they go over the API; messages have the content that their schema names."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from esspass.exchange.model import CaseStatus, MessageAction, Role
from esspass.exchange.wire import MAX_ATTACHMENTS
from issuer.api.shapes import Body, Count, ListPage, Moment, Paging, Shape, Text
from issuer.exchange.drafts import MAX_REMARK
from issuer.exchange.outbox import DeliveryStatus

Id = Annotated[str, Field(max_length=200)]
Institutions = Annotated[list[Id], Field(max_length=50)]


class CaseSearch(Body, Paging):
    """Words may be personal data: they go into the body, never into an address."""

    text: Text = ""
    status: CaseStatus | None = None
    due: bool = Field(False, description="only where we have something to do")


class CaseSummary(Shape):
    """A case in a list."""

    id: str
    type: str
    version: str
    role: Role
    status: CaseStatus
    owner: str
    participants: list[str]
    subject: str
    unread: Count
    due_at: Moment | None
    undelivered: bool
    opened_at: Moment
    changed_at: Moment


class CasePage(ListPage):
    """A page of cases."""

    items: list[CaseSummary]


class File(Shape):
    """An attachment of a message, by its SHA-256 in base64url."""

    name: str
    media_type: str
    size: Count
    sha256: str


class NewFile(Shape):
    """A file to go with a message."""

    model_config = ConfigDict(str_max_length=None)

    name: str = Field(min_length=1, max_length=255)
    media_type: Text
    data: str = Field(description="base64", pattern="^[A-Za-z0-9+/]*={0,2}$", max_length=2**22)


class Delivery(Shape):
    """Where a message to one receiver stands."""

    receiver: str
    status: DeliveryStatus
    at: Moment | None
    code: str


class Message(Shape):
    """A message that came in or went out."""

    message_id: str
    sed: str
    set_id: str
    version: int
    action: MessageAction
    sender: str
    receivers: list[str]
    related_set_id: str | None
    sent_at: Moment
    received_at: Moment
    read_at: Moment | None
    direction: str = Field(description="in or out")
    content: dict[str, Any]
    attachments: list[File]
    deliveries: list[Delivery]


class Action(Shape):
    """Something that may be sent now, or from ``available_at`` on."""

    sed: str
    action: MessageAction
    receivers: list[str]
    set_id: str | None
    related_set_id: str | None
    available_at: Moment
    local: bool


class Deadline(Shape):
    """Something due; ``verified`` says whether its source was read."""

    kind: str
    set_id: str
    whose: str
    due_at: Moment
    source: str
    verified: bool


class Task(Shape):
    """Something that a person has to do."""

    id: str
    kind: str
    reference: str
    case_id: str
    due_at: Moment | None
    detail: str
    created_at: Moment
    done_at: Moment | None
    done_by: str | None


class Tasks(ListPage):
    """Open tasks, the most urgent first."""

    items: list[Task]


class Case(Shape):
    """A case whole."""

    id: str
    type: str
    version: str
    role: Role
    status: CaseStatus
    owner: str
    participants: list[str]
    messages: list[Message]
    actions: list[Action]
    deadlines: list[Deadline]
    tasks: list[Task]


class NewMessage(Body):
    """A message that the case offers among its actions."""

    sed: Id
    content: dict[str, Any]
    set_id: Id | None = Field(None, description="the document that is updated")
    related_set_id: Id | None = Field(None, description="the document that is answered")
    receivers: Institutions | None = None
    attachments: list[NewFile] = Field([], max_length=MAX_ATTACHMENTS)


class NewCase(Body):
    """A case and its first message; the same ``reference`` starts it once."""

    case_type: Id
    receivers: Institutions
    sed: Id
    content: dict[str, Any]
    reference: Id = ""
    attachments: list[NewFile] = Field([], max_length=MAX_ATTACHMENTS)


class StartedCase(Shape):
    """The id of a case."""

    id: str


class SentMessage(Shape):
    """The document that a message is a version of."""

    set_id: str


class Proposal(Shape):
    """A message that is sent only when a second person agrees.

    ``case_id`` is empty if it opens a case; without receivers it goes to all whom it concerns.
    """

    id: str
    case_type: str
    case_id: str | None
    sed: str
    content: dict[str, Any]
    receivers: list[str]
    proposed_by: str
    proposed_at: Moment | None
    remark: str = Field(description="why it was sent back")


class Proposals(ListPage):
    """Messages that wait for a second person."""

    items: list[Proposal]


class Remark(Body):
    """What has to change."""

    remark: str = Field(min_length=1, max_length=MAX_REMARK)


class Retry(Body):
    """Whom a message did not reach."""

    receiver: Id


class PartnerFilter(Paging):
    """Who takes a role in a type of case in a State now."""

    case_type: Id
    role: Role = Role.COUNTERPARTY
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1")]


class Partner(Shape):
    """An institution abroad."""

    id: str
    name: str
    country: str


class Partners(ListPage):
    """Institutions abroad."""

    items: list[Partner]


class Refusal(Shape):
    """A message that was refused; ``sender`` is empty when nobody signed it."""

    reference: str
    sender: str
    code: str
    times: Count
    first_at: Moment
    latest_at: Moment
    seen_at: Moment | None


class Seen(Body):
    """How often it had come when it was seen."""

    times: Count


class WasNew(Shape):
    """Whether that was news."""

    was_new: bool


class GivenUp(Shape):
    """A message of ours that did not reach a receiver."""

    message_id: str
    receiver: str
    case_id: str
    code: str
    tries: Count


class Undelivered(GivenUp):
    """The same, with the task that it made."""

    task: str


class UndeliveredPage(ListPage):
    """Messages that were given up, the latest hundred first."""

    items: list[Undelivered]


class Refusals(ListPage):
    """Messages that were refused, the latest hundred first."""

    items: list[Refusal]
