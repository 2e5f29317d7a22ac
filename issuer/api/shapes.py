"""What goes over the API, typed: the canonical model of the documents, and what surrounds it."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from datetime import date
from typing import Annotated, Any, Literal, Self, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from esspass.attestations import Application, Ehic, Pda1, Person, Pid
from issuer.four_eyes import Outcome
from issuer.loading import Stage
from issuer.offers import Grant, OfferState
from issuer.reasons import CHOSEN_BY_CLERKS, AmendmentReason
from issuer.records import RecordState
from issuer.risk import Action
from issuer.sectors import NOT_RECORDED

Text = Annotated[str, Field(max_length=400)]
Moment = Annotated[int, Field(description="seconds since 1970, UTC")]
Count = Annotated[int, Field(ge=0)]
_SECTOR_WORDS = "what the employer does: a letter of NACE Rev. 2.1, empty if not recorded"
Sector = Annotated[str, Field(description=_SECTOR_WORDS, pattern="^[A-V]?$")]


class Shape(BaseModel):
    """A shape takes what it names and nothing else."""

    model_config = ConfigDict(extra="forbid", str_max_length=4000)


class Body(Shape):
    """What is sent as JSON: a number is no flag and no date, as the description says."""

    @classmethod
    def model_validate(cls, obj: Any, **settings: Any) -> Self:
        """Validate as JSON, strictly; pydantic otherwise turns 0 into no, and into 1970."""
        return cls.model_validate_json(json.dumps(obj), strict=True, **settings)


def _model(name: str, source: type[Any], **more: Any) -> type[Shape]:
    """Make the model of a document out of its dataclass."""
    hints = get_type_hints(source)
    members: dict[str, Any] = dict(more)
    for each in fields(source):
        members[each.name] = (hints[each.name], ... if each.default is MISSING else each.default)
    return create_model(name, __base__=Shape, __doc__=source.__doc__, **members)


PersonShape = _model("Person", Person)
Pda1Shape = _model("Pda1", Pda1, kind=(Literal["pda1"], ...))
_Ehic = _model("Ehic", Ehic, kind=(Literal["ehic"], ...))
_Pid = _model("Pid", Pid, kind=(Literal["pid"], ...))
_Application = _model("Application", Application, kind=(Literal["application"], ...))
_Document: Any = Pda1Shape | _Ehic | _Pid | _Application
DocumentShape = Annotated[_Document, Field(discriminator="kind")]


class TokenRequest(Shape):
    """The client names itself with HTTP Basic."""

    grant_type: Literal["client_credentials"]
    scope: Text = Field(
        description="one purpose of this client, and the roles the token is to have; all if none"
    )


class Token(Shape):
    """An access token."""

    access_token: str
    token_type: Literal["Bearer", "DPoP"]
    expires_in: int = Field(description="seconds")
    scope: str


class Paging(Shape):
    """Which part of a list."""

    page: int = Field(1, ge=1, le=10_000)
    size: int = Field(20, ge=1, le=100)


class ListPage(Shape):
    """A part of a list, and how long the whole is."""

    page: int
    size: int
    total: Count


class DecisionFilter(Paging):
    """Which decisions."""

    state: RecordState | None = None


class DecisionSearch(Body, DecisionFilter):
    """Words are personal data: they go into the body, never into an address."""

    text: Text = Field(description="beginnings of names, numbers, employers, places")


class DecisionSummary(Shape):
    """A decision in a list."""

    id: str
    kind: str
    number: str
    state: RecordState
    surnames: str
    forenames: str
    created_at: Moment
    changed_at: Moment


class DecisionPage(ListPage):
    """A page of decisions."""

    items: list[DecisionSummary]


class NewDecision(Body):
    """A person and the document decided for them; it waits for approval."""

    person: PersonShape  # type: ignore[valid-type]
    document: DocumentShape
    sector: Sector = NOT_RECORDED


class Decision(DecisionSummary):
    """A decision whole."""

    person: PersonShape  # type: ignore[valid-type]
    document: DocumentShape
    sector: Sector
    types: list[str] = Field(description="the vcts it can be issued in")
    withdrawal_reason: str | None
    withdrawal_date: date | None
    replaces: str | None = Field(description="the decision that this one changed")


class HistoryEntry(Shape):
    """What happened to a decision."""

    at: Moment
    event: str
    actor: str
    detail: str


class History(ListPage):
    """All that happened to a decision, the latest first."""

    items: list[HistoryEntry]


class Withdrawal(Body):
    """Why a document is withdrawn, and since when; for ever."""

    reason: Literal[tuple(str(reason) for reason in CHOSEN_BY_CLERKS)]  # type: ignore[valid-type]
    effective: date = Field(description="not in the future")


class Amendment(Body):
    """The whole document as it shall be, and why; under the old number it gets one of its own."""

    document: Pda1Shape  # type: ignore[valid-type]
    reason: Literal[tuple(map(str, AmendmentReason))]  # type: ignore[valid-type]


class Withdrawn(Shape):
    """How many credentials became invalid."""

    credentials: Count


class SecondLook(Shape):
    """A grant or withdrawal that is carried out only when a second person agrees."""

    id: str
    decision: str
    number: str
    action: Action
    reason: str | None = Field(description="of a withdrawal")
    effective: date | None = Field(description="of a withdrawal")
    points: Count = Field(description="how risky it is")
    rules: list[str] = Field(description="the rules of risk that gave the points")
    outcome: Outcome
    proposed_by: str
    proposed_at: Moment


class SecondLooks(ListPage):
    """What waits for a second person, the oldest first."""

    items: list[SecondLook]


class RenewalRequest(Shape):
    """A holder asks for what follows on a document."""

    decision: str
    kind: str
    number: str
    requested_at: Moment


class RenewalPage(ListPage):
    """A page of requests for renewal, the oldest first."""

    items: list[RenewalRequest]


class Renewed(Shape):
    """The new decision, if there is one already."""

    decision: str | None


class NewOffer(Body):
    """In which type, and how the citizen proves to be the right one."""

    vct: Text
    grant: Grant = Grant.PRE_AUTHORIZED
    tx_code: bool = Field(False, description="ask for a code sent by another way")


class CreatedOffer(Shape):
    """An offer just made; ``tx_code`` is told once."""

    id: str
    uri: str
    tx_code: str | None
    expires_at: Moment


class Offer(Shape):
    """An offer as it stands."""

    id: str
    vct: str
    grant: Grant
    state: OfferState
    created_at: Moment
    expires_at: Moment


class Offers(ListPage):
    """The offers of a decision, the latest first."""

    items: list[Offer]


class NewLoad(Body):
    """Records to load; ``rows`` as the mapping names their columns."""

    mapping: Text = Field(description="a1, ehic, canonical, or one of the institution's own")
    source: Text = Field("", description="what people read: the name of the other system")
    rows: list[dict[str, Any]] = Field(min_length=1, max_length=2000)


class Load(Shape):
    """How far a load is."""

    id: str
    source: str
    mapping: str
    stage: Stage
    total: Count
    checked: Count
    refused: Count
    added: Count
    known: Count
    waiting: Count = Field(description="of those added: for a second person")
    created_at: Moment
    created_by: str


class Loads(ListPage):
    """Loads, the latest first."""

    items: list[Load]


class LoadError(Shape):
    """Why a row was refused; ``masked`` is the shape of the value."""

    line: int
    field: str
    code: str
    masked: str


class LoadErrors(ListPage):
    """Refused rows, in the order they came."""

    items: list[LoadError]


class Access(Shape):
    """One call of this API."""

    at: Moment
    client: str
    purpose: str
    operation: str
    subject: str
    allowed: bool


class Accesses(ListPage):
    """Calls, the latest first."""

    items: list[Access]


class AccessFilter(Paging):
    """Whose; empty for all."""

    subject: Text = ""


class Fault(Shape):
    """A place in the input, and what is wrong with it."""

    place: str
    reason: str


class Problem(Shape):
    """An error; ``code`` is stable."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Fault] = []
