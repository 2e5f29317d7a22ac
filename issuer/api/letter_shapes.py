"""Letters as they go over the API."""

from __future__ import annotations

from pydantic import Field

from issuer.api.shapes import Body, ListPage, Moment, Paging, Shape, Text
from issuer.mailbox import Recipient


class LetterFilter(Paging):
    """Which letters."""

    recipient_kind: Recipient | None = None


class LetterSearch(Body, LetterFilter):
    """A personal number goes into the body, never into an address."""

    recipient: Text = Field(min_length=1, description="personal or tax number of who gets it")


class LetterSummary(Shape):
    """A letter in a list."""

    id: str
    recipient_kind: Recipient
    recipient: str = Field(description="personal or tax number, without spaces and signs")
    topic: str
    decision: str | None = Field(description="whose document goes with it")
    created_at: Moment
    read_at: Moment | None
    sent_at: Moment | None = Field(description="when the State's mailbox took it")


class LetterPage(ListPage):
    """A page of letters, the latest first."""

    items: list[LetterSummary]


class Letter(LetterSummary):
    """A letter whole: what it says, by language."""

    subject: dict[str, str]
    text: dict[str, str]
