"""Applications as they go over the API; questions are those of ``specs/back_office``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from issuer.api.shapes import Body, Count, ListPage, Moment, Paging, PersonShape, Shape, Text
from issuer.filing.enquiries import MAX_WORDS
from issuer.filing.filings import MAX_PERSONS, FilingState
from issuer.filing.form import Form

_SENT = tuple(str(state) for state in FilingState if state is not FilingState.DRAFT)
_Answer = Annotated[str, Field(max_length=2000)]
Answers = Annotated[dict[Annotated[str, Field(max_length=60)], _Answer], Field(max_length=100)]


class ApplicationFilter(Paging):
    """Which applications, by how they stand for one person."""

    state: Literal[_SENT] | None = None  # type: ignore[valid-type]


class ApplicationSearch(Body, ApplicationFilter):
    """Words are personal data: they go into the body, never into an address."""

    text: Text = Field(description="parts of names and personal numbers")


class ApplicationRow(Shape):
    """One person of one application."""

    id: str = Field(description="of the application")
    person: str
    reference: str
    form: Form
    state: FilingState
    surnames: str
    forenames: str
    decision: str | None
    number: str | None = Field(description="of the document")
    obstacles: list[str] = Field(description="the rules that asked for a clerk")
    sent_at: Moment


class ApplicationPage(ListPage):
    """A page of applications that were sent, the latest first."""

    items: list[ApplicationRow]


class NewApplication(Body):
    """Who applies for what, on paper or at a counter."""

    form: Form
    applicant: PersonShape  # type: ignore[valid-type]


class NewAnswers(Body):
    """Answers by question; those that are not named stay."""

    answers: Answers


class NewWorkers(Body):
    """Workers by the questions about each; one whose number is there is changed."""

    rows: list[Answers] = Field(min_length=1, max_length=MAX_PERSONS)


class WorkerError(Shape):
    """Why a row was not taken; ``masked`` is as much of the value as one needs to find it."""

    line: int = Field(description="counted from 1")
    field: str
    code: str
    masked: str


class TakenWorkers(Shape):
    """What became of the rows."""

    taken: Count
    repeated: list[int] = Field(description="lines whose number stood on an earlier line")
    errors: list[WorkerError]


class Obstacle(Shape):
    """A rule that stands against a grant by the machine; ``correct`` must be put right first."""

    rule: str
    level: str
    source: str
    text: str


class FiledPerson(Shape):
    """One person of an application."""

    id: str
    answers: dict[str, str]
    state: FilingState
    decision: str | None
    number: str | None = Field(description="of the document")
    obstacles: list[Obstacle]


class FiledPersons(ListPage):
    """A page of the persons of an application, by name."""

    items: list[FiledPerson]


class Application(Shape):
    """An application; ``missing`` are questions of a draft without an answer.

    ``persons`` are the first hundred of ``persons_total``.
    """

    id: str
    form: Form
    reference: str
    applicant: PersonShape  # type: ignore[valid-type]
    answers: dict[str, str]
    missing: list[str]
    states: list[dict[str, str]] = Field(description="of the work, the first one without id")
    needs_mandate: bool
    persons: list[FiledPerson]
    persons_total: Count
    created_at: Moment
    changed_at: Moment
    sent_at: Moment | None


class Deciding(Body):
    """What becomes of one person's part of an application."""

    outcome: Literal["grant", "refuse"]


class Mandate(Shape):
    """How many documents the machine granted once the mandate was noted."""

    granted: Count


class ExportedWorkers(Shape):
    """The workers of an application with how each stands; also as CSV."""

    workers: list[dict[str, str]]


class NewState(Body):
    """One more State of the work, by the questions about it."""

    answers: Answers


class NewEnquiry(Body):
    """What the applicant is asked, and until when; from tomorrow on, within a year."""

    words: str = Field(min_length=1, max_length=MAX_WORDS)
    due: date


class AnswerFile(Shape):
    """A file that came with an answer."""

    id: str
    name: str


class Enquiry(Shape):
    """A question; ``words`` is empty where the mandate is asked for."""

    id: str
    words: str
    asked_by: str
    asked_at: Moment
    due: date
    answer: str
    answered_at: Moment | None
    attachments: list[AnswerFile]


class Enquiries(ListPage):
    """A page of questions to the applicant, the oldest first."""

    items: list[Enquiry]


class NewCorrection(Body):
    """Answers to put right, of the whole application or of one worker; the applicant reads why."""

    person: str | None = None
    answers: Answers
    reason: str = Field(min_length=1, max_length=500)


class Correction(Shape):
    """What was put right; ``before`` and ``after`` hold the answers that differ."""

    person: str | None
    before: dict[str, str]
    after: dict[str, str]
    reason: str
    actor: str
    at: Moment


class Corrections(ListPage):
    """A page of corrections, the latest first."""

    items: list[Correction]
