"""Documents from abroad as they go over the API: what came in, and what the checks noticed."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from issuer.api.shapes import (
    Body,
    DocumentShape,
    ListPage,
    Moment,
    Paging,
    PersonShape,
    Shape,
    Text,
)
from issuer.exchange.notification import Grade, IncomingState


class IncomingFilter(Paging):
    """Which documents; ``grade`` is that of the gravest finding."""

    state: IncomingState | None = None
    grade: Grade | None = None


class IncomingSearch(Body, IncomingFilter):
    """Words are personal data: they go into the body, never into an address."""

    text: Text = Field(description="parts of names, numbers, employers, institutions")


class IncomingSummary(Shape):
    """A document from abroad in a list."""

    id: str
    institution: str
    number: str
    state: IncomingState
    grade: Grade
    surnames: str
    forenames: str
    starts: date
    ends: date
    received_at: Moment
    changed_at: Moment
    checked_at: Moment | None


class IncomingPage(ListPage):
    """A page of documents from abroad, last changed first."""

    items: list[IncomingSummary]


class Finding(Shape):
    """What a check noticed; ``check`` is an inspection rule or one of the register's own."""

    check: str
    grade: Grade
    reason: str
    parameters: dict[str, str]


class Incoming(IncomingSummary):
    """A document from abroad whole."""

    person: PersonShape  # type: ignore[valid-type]
    document: DocumentShape
    case_id: str
    set_id: str
    version: int
    sed: str
    findings: list[Finding]
    others: list[str] = Field(description="ids of other documents of the same person")
    withdrawal_reason: str | None
    withdrawal_date: date | None


class Acknowledged(Shape):
    """Whether anything still waited for somebody to look."""

    was_open: bool
