"""A case as one institution sees it, and the messages that make it.

The words are EESSI's: a case (BUC) has a case owner (PO) and counterparties (CP); a document is the
logical SED with a set id that all its versions share; a message carries one version of it to one
receiver. Epoch seconds, UTC; institution ids in EESSI form (``LT:1000``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from esspass.errors import VerificationError


class Role(StrEnum):
    """What an institution is in a case."""

    CASE_OWNER = "PO"
    COUNTERPARTY = "CP"


class CaseStatus(StrEnum):
    """Where one institution's copy of a case stands."""

    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


class MessageAction(StrEnum):
    """What a message does: opens the case, adds a document, brings a new version of one."""

    START = "Start"
    NEW = "New"
    UPDATE = "Update"


class DocumentStatus(StrEnum):
    """Where a document stands."""

    VALID = "valid"
    INVALIDATED = "invalidated"
    REJECTED = "rejected"


class RefusedMessageError(VerificationError):
    """A message that must not be taken into the case; ``code`` says why."""

    code = "not_allowed_now"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message: its bytes travel beside, its SHA-256 (base64url) is signed."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Message:
    """One version of a document on its way to its receivers; all of it is signed.

    ``set_id`` names the document, ``version`` counts from 1, ``related_set_id`` is the document it
    answers or is about. ``receivers`` are all that this version goes to; each gets an envelope.
    ``after`` names for each receiver the latest message of every institution that the sender had
    applied and the receiver was to get too. ``facts`` is what the sender knows of the case's shape
    (``joined EL:1000``), in messages that change it. ``create_message`` fills in both.
    """

    message_id: str
    case_id: str
    case_type: str
    case_version: str
    sed: str
    set_id: str
    version: int
    action: MessageAction
    sender: str
    receivers: tuple[str, ...]
    sent_at: int
    content: Mapping[str, Any] = field(repr=False)
    related_set_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a clerk or a job wants to say; the engine makes a message of it, or refuses.

    ``set_id`` and ``related_set_id`` are those of the action; with neither, a new document, or the
    reply to the only document that can be answered. ``receivers`` begin a case, or are picked.
    """

    sed: str
    content: Mapping[str, Any] = field(repr=False)
    set_id: str | None = None
    related_set_id: str | None = None
    receivers: tuple[str, ...] | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class NewIds:
    """Fresh random ids for a message, and for its document if it is a new one."""

    message_id: str
    set_id: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a message did to the case: the message without its content.

    ``facts`` are all that it says of the case's shape, ``marks`` the conditions of the case type
    that its content fulfils. ``undelivered`` are receivers that it will never reach.
    """

    message_id: str
    sed: str
    set_id: str
    version: int
    action: MessageAction
    sender: str
    receivers: tuple[str, ...]
    sent_at: int
    related_set_id: str | None = None
    facts: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    undelivered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document in a case: who said it to whom, its latest version, and where it stands.

    ``status`` is how it stands for this institution; ``rejected_by`` those known to reject it.
    """

    set_id: str
    sed: str
    sender: str
    receivers: tuple[str, ...]
    version: int
    first_at: int
    latest_at: int
    related_set_id: str | None = None
    status: DocumentStatus = DocumentStatus.VALID
    rejected_by: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """One institution's copy (``me``) of a case: the fold of all messages it sent and received.

    ``participants`` are all institutions in it, the owner first; ``former`` those that left.
    ``log`` and ``locally_closed`` are what a copy consists of; all else follows from them.
    """

    id: str
    type: str
    version: str
    me: str
    owner: str
    participants: tuple[str, ...]
    status: CaseStatus
    opened_at: int
    changed_at: int
    documents: tuple[DocumentState, ...] = ()
    former: tuple[str, ...] = ()
    log: tuple[Step, ...] = ()
    locally_closed: bool = False

    @property
    def role(self) -> Role:
        """What this institution is in the case."""
        return Role.CASE_OWNER if self.me == self.owner else Role.COUNTERPARTY


@dataclass(frozen=True, slots=True)
class Action:
    """Something the institution may do now (or from ``available_at`` on).

    ``set_id`` is the document that an update, invalidation, clarification or rejection is about,
    ``related_set_id`` the one that a reply answers; ``receivers`` whom it goes to, or with ``pick``
    those to choose from. ``automatic``: the machine sends it by itself; ``system``: only a machine.
    """

    sed: str
    action: MessageAction
    receivers: tuple[str, ...]
    set_id: str | None = None
    related_set_id: str | None = None
    available_at: int = 0
    local: bool = False
    """True for what only changes the own copy: closing it, archiving it."""
    pick: bool = False
    attachments: bool = False
    automatic: bool = False
    system: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something due in a case; ``kind`` is stable, ``set_id`` the document that started it.

    ``due_at`` is midnight after the last day; ``whose`` is the institution that must act;
    ``verified`` whether the time limit was read in its source. ``counted`` (ISO) is the rest day on
    which it would have ended, "" if the period ends on a working day of itself.
    """

    kind: str
    set_id: str
    whose: str
    due_at: int
    source: str
    verified: bool
    counted: str = ""
