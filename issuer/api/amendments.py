"""Changed decisions over the API."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from esspass.attestations.records import parse_record
from esspass.web import now
from issuer.api import shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.decisions import write_decision
from issuer.reasons import AmendmentReason
from issuer.services import services


class Amendment(shapes.Body):
    """The whole document as it shall be, and why; under the old number it gets one of its own."""

    document: shapes.Pda1Shape  # type: ignore[valid-type]
    reason: Literal[tuple(map(str, AmendmentReason))] = Field(  # type: ignore[valid-type]
        description="why the decision is changed"
    )


@blueprint.post("/decisions/<record_id>/amendments")
@blueprint.input(Amendment, arg_name="given")
@blueprint.output(shapes.Decision, status_code=201)
@blueprint.doc(tags=["Decisions"])
def amend_decision(record_id: str, given: Amendment) -> dict[str, Any]:
    """Change an A1 in force: a new decision takes its place.

    Where the risk asks for a second person, the new one is pending and the old one in force.
    """
    document = parse_record(given.model_dump(mode="json", exclude_none=True)["document"])
    issuer = services().issuer
    new_id = issuer.amend(record_id, document, now(), caller().name, given.reason)
    return write_decision(issuer.records.get(new_id))
