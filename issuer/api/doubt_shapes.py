"""Doubts of verifiers and dialogues about documents, as they go over the API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from esspass.exchange.doubt_content import MAX_JUSTIFICATION
from esspass.exchange.standing import DocumentState, Stage, StepState
from issuer.api.shapes import Body, ListPage, Moment, Shape
from issuer.exchange.doubt_office import WAYS
from issuer.exchange.doubts import SetAside

_Line = Annotated[str, Field(max_length=155)]


class DoubtSummary(Shape):
    """A doubt of a verifier in a list; undecided as long as ``decided_at`` is empty."""

    id: str
    organization: str
    institution: str = Field(description="whose document is doubted")
    number: str
    received_at: Moment
    decided_at: Moment | None
    decided_by: str | None
    set_aside: str | None = Field(description="why it is not pursued")
    case_id: str | None = Field(description="where the institution is asked")


class DoubtPage(ListPage):
    """A page of doubts: what waits first, then the latest."""

    items: list[DoubtSummary]


class DoubtReason(Shape):
    """A rule of the inspection that doubts."""

    rule: str
    reason: str
    source: str
    verified: bool
    texts: dict[str, str]


class Step(Shape):
    """A step of a dialogue."""

    sed: str
    state: StepState
    at: Moment | None
    due_at: Moment | None
    source: str
    verified: bool


class DocumentStanding(Shape):
    """How the doubted document stands."""

    state: DocumentState
    since: Moment | None
    effective: str
    reason: str


class Standing(Shape):
    """How a doubt, question or dialogue stands."""

    stage: Stage
    since: Moment
    outcome: str
    steps: list[Step]
    document: DocumentStanding


class Doubt(DoubtSummary):
    """A doubt whole."""

    kind: str
    person: dict[str, str]
    country: str = Field(description="where the document was checked")
    place: str
    taken_at: Moment
    words: str
    reasons: list[DoubtReason]
    contact: dict[str, str]
    has_evidence: bool
    standing: Standing


class Question(Body):
    """How the institution is asked, and what for."""

    way: Literal[tuple(WAYS)]  # type: ignore[valid-type]
    words: str = Field(min_length=1, max_length=MAX_JUSTIFICATION)
    wish: Literal["clarify", "correct", "withdraw"] = "clarify"
    contact: Annotated[str, Field(min_length=1, max_length=155)]
    email: _Line = ""
    with_evidence: bool = False


class NotPursued(Body):
    """Why a doubt is not pursued; whoever raised it is told."""

    why: SetAside


class AskedCase(Shape):
    """The case in which the institution is asked."""

    case_id: str
