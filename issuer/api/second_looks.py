"""Second looks over the API: what waits for a second person, agree, decline."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from esspass.web import now
from issuer.api import shapes
from issuer.api.blueprint import PREFIX, blueprint, caller
from issuer.api.listing import write_page
from issuer.four_eyes import SecondLook, SecondLookError
from issuer.services import services

_TAG = ["Second looks"]


@blueprint.get("/second-looks")
@blueprint.input(shapes.Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.SecondLooks)
@blueprint.doc(tags=_TAG)
def list_second_looks(wanted: shapes.Paging) -> dict[str, Any]:
    """List what waits for a second person, the oldest first."""
    page = services().second_looks.four_eyes.search(wanted.page, wanted.size)
    return write_page(map(_look, page.looks), wanted, page.total)


@blueprint.get("/second-looks/<look_id>")
@blueprint.output(shapes.SecondLook)
@blueprint.doc(tags=_TAG)
def get_second_look(look_id: str) -> dict[str, Any]:
    """Read a proposal, also one that was decided."""
    return _look(services().second_looks.four_eyes.get(look_id))


@blueprint.post("/second-looks/<look_id>/accept")
@blueprint.output(shapes.SecondLook)
@blueprint.doc(tags=_TAG)
def accept_second_look(look_id: str) -> dict[str, Any]:
    """Agree to what somebody else proposed; it is carried out at once."""
    services().second_looks.four_eyes.get(look_id)
    services().second_looks.accept(look_id, caller().member, now())
    return _look(services().second_looks.four_eyes.get(look_id))


@blueprint.post("/second-looks/<look_id>/decline")
@blueprint.output(shapes.SecondLook)
@blueprint.doc(tags=_TAG)
def decline_second_look(look_id: str) -> dict[str, Any]:
    """Send a proposal back, or take one's own back; nothing is carried out."""
    four_eyes = services().second_looks.four_eyes
    four_eyes.get(look_id)
    four_eyes.decline(look_id, caller().member, now())
    return _look(four_eyes.get(look_id))


def answer_proposal(record_id: str) -> Response | None:
    """Answer 202 with what waits for a second person about a decision; None if nothing does."""
    look = services().second_looks.four_eyes.of_record(record_id)
    if look is None:
        return None
    headers = {"Location": f"{PREFIX}/second-looks/{look.id}"}
    return Response(json.dumps(_look(look)), 202, headers, content_type="application/json")


def require_proposal(record_id: str) -> Response:
    """As ``answer_proposal``, of what was proposed just now. Raises SecondLookError."""
    answered = answer_proposal(record_id)
    if answered is None:
        raise SecondLookError
    return answered


def _look(look: SecondLook) -> dict[str, Any]:
    withdrawal = look.withdrawal
    return {
        "id": look.id,
        "decision": look.record.id,
        "number": look.record.number,
        "action": look.action,
        "reason": withdrawal.reason if withdrawal else None,
        "effective": withdrawal.effective.isoformat() if withdrawal else None,
        "points": look.risk.points,
        "rules": list(look.risk.rules),
        "outcome": look.outcome,
        "proposed_by": look.proposed_name,
        "proposed_at": look.proposed_at,
    }
