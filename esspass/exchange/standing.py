"""How a doubt or a watched document stands: asked for and answered under signature.

The verifier asks with a short-lived JWS of its access key, so nobody else learns of a dialogue; the
institution signs what it says, so the verdict page can be proved later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from esspass.errors import ExpiredError, VerificationError
from esspass.exchange.doubt import LEEWAY, Sender, create_signed, verify_signed
from esspass.keys.signer import Signer

REQUEST_TYP, STANDING_TYP = "standing-request+jwt", "standing+jwt"
LIFETIME = 120


class Stage(StrEnum):
    """How far a doubt has come."""

    WATCHED = "watched"
    RECEIVED = "received"
    ASKED = "asked"
    DIALOGUE = "dialogue"
    AUTHORITIES = "authorities"
    CONCILIATION = "conciliation"
    ENDED = "ended"
    NOT_PURSUED = "not_pursued"

    @property
    def runs(self) -> bool:
        """Whether institutions are talking about the document."""
        return self in (Stage.ASKED, Stage.DIALOGUE, Stage.AUTHORITIES, Stage.CONCILIATION)


class StepState(StrEnum):
    """Where one step stands; ``to_come`` happens only if it must."""

    DONE = "done"
    CURRENT = "current"
    LATE = "late"
    TO_COME = "to_come"
    LEFT_OUT = "left_out"


class DocumentState(StrEnum):
    """What the institution's register of incoming documents says."""

    UNKNOWN = "unknown"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Step:
    """A message of the dialogue: when it went, or until when it is due, and by which source.

    ``verified`` is whether the time limit was read in its source.
    """

    sed: str
    state: StepState
    at: int | None = None
    due_at: int | None = None
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class DocumentStanding:
    """How a document stands; ``effective`` is an ISO date or empty, ``reason`` the issuer's."""

    state: DocumentState = DocumentState.UNKNOWN
    since: int | None = None
    effective: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a matter stands; ``since`` is when the stage began, ``outcome`` empty until known."""

    stage: Stage
    since: int
    outcome: str = ""
    steps: tuple[Step, ...] = ()
    document: DocumentStanding = field(default_factory=DocumentStanding)

    @property
    def next_due(self) -> Step | None:
        """The step that is due first."""
        due = [step for step in self.steps if step.due_at is not None and step.at is None]
        return min(due, key=lambda step: step.due_at or 0, default=None)


def create_standing_request(iss: str, aud: str, identifier: str, signer: Signer, now: int) -> str:
    """Ask how a doubt or watch stands; good for two minutes."""
    claims = {"iss": iss, "aud": aud, "sub": identifier, "iat": now, "exp": now + LIFETIME}
    return create_signed(REQUEST_TYP, "standing-request", claims, signer)


def verify_standing_request(token: str, audience: str, now: int) -> tuple[str, Sender]:
    """Return which doubt or watch is asked about, and by whom.

    Raises MalformedError, SignatureError, ExpiredError and VerificationError as ``verify_doubt``.
    """
    claims, sender = verify_signed(token, REQUEST_TYP, "standing-request", audience, now)
    if claims["exp"] <= now - LEEWAY or claims["exp"] > claims["iat"] + LIFETIME:
        raise ExpiredError("the request has expired, or lives too long")
    return str(claims["sub"]), sender


def create_standing(
    standing: Standing, iss: str, aud: str, identifier: str, signer: Signer, now: int
) -> str:
    """Sign how a matter stands for the verifier that asked."""
    said = {"iss": iss, "aud": aud, "sub": identifier, "iat": now}
    return create_signed(STANDING_TYP, "standing", {**said, **write_standing(standing)}, signer)


def verify_standing(
    token: str, audience: str, identifier: str, now: int
) -> tuple[Standing, Sender]:
    """Return how a matter stood at most two minutes ago. Raises as ``verify_doubt`` does."""
    claims, sender = verify_signed(token, STANDING_TYP, "standing", audience, now)
    if claims["sub"] != identifier:
        raise VerificationError("this answers another question", code="other_request")
    if claims["iat"] < now - LIFETIME:
        raise ExpiredError("this is an old answer")
    return read_standing(claims), sender


def write_standing(standing: Standing) -> dict[str, Any]:
    """Return the JSON of a standing."""
    written = asdict(standing)
    return {**written, "steps": [dict(step) for step in written["steps"]]}


def read_standing(members: Mapping[str, Any]) -> Standing:
    """Read what ``write_standing`` wrote and the schema has passed."""
    document = members["document"]
    steps = tuple(Step(**{**each, "state": StepState(each["state"])}) for each in members["steps"])
    return Standing(
        stage=Stage(members["stage"]),
        since=members["since"],
        outcome=members["outcome"],
        steps=steps,
        document=DocumentStanding(**{**document, "state": DocumentState(document["state"])}),
    )
