"""Messages that two people must agree on, over the API: proposed by one, sent by another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from esspass.exchange.form import fill_form, parse_form
from esspass.web import now
from issuer.api import case_shapes as shapes
from issuer.api.blueprint import PREFIX, blueprint, caller
from issuer.api.listing import cut_page
from issuer.api.shapes import Paging
from issuer.exchange.desk import NewAttachment
from issuer.exchange.drafts import KeptDraft, Place, UnknownDraftError
from issuer.four_eyes import SecondPersonNeededError
from issuer.services import services

_TAG = ["Messages for a second person"]


@blueprint.get("/proposals")
@blueprint.input(Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.Proposals)
@blueprint.doc(tags=_TAG)
def list_proposals(wanted: Paging) -> dict[str, Any]:
    """List messages that others wrote and this program may agree to, at most a hundred."""
    found = services().drafts.drafts.waiting_for(caller().member.id)
    return cut_page(found, wanted, _write)


@blueprint.get("/proposals/<draft_id>")
@blueprint.output(shapes.Proposal)
@blueprint.doc(tags=_TAG)
def get_proposal(draft_id: str) -> dict[str, Any]:
    """Read a message that waits; of one that was sent back, only who wrote it."""
    draft = services().drafts.drafts.get(draft_id)
    if draft.proposed_at is None and draft.clerk != caller().member.id:
        raise UnknownDraftError
    return _write(draft)


@blueprint.post("/proposals/<draft_id>/accept")
@blueprint.output(shapes.StartedCase)
@blueprint.doc(tags=_TAG)
def accept_proposal(draft_id: str) -> dict[str, Any]:
    """Agree to a message, which is sent at once; return its case."""
    office = services().drafts
    draft = office.drafts.get(draft_id)
    return {"id": office.approve(draft, caller().member, now())}


@blueprint.post("/proposals/<draft_id>/send-back")
@blueprint.input(shapes.Remark, arg_name="given")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def send_proposal_back(draft_id: str, given: shapes.Remark) -> tuple[str, int]:
    """Do not agree; whoever wrote it is told why."""
    office = services().drafts
    office.send_back(office.drafts.get(draft_id), caller().member, given.remark)
    return "", 204


def propose_message(
    draft_id: str,
    place: Place,
    content: Mapping[str, Any],
    receivers: Sequence[str] | None,
    files: Sequence[NewAttachment],
) -> Response:
    """Put a message before a second person instead of sending it; answer 202.

    It must be one that could be sent now. Raises SecondPersonNeededError when a person could not
    be shown all of it, and what ``Desk.start`` and ``Desk.send`` raise.
    """
    if parse_form(place.sed, fill_form(content)) != content:
        raise SecondPersonNeededError
    office, member, at = services().drafts, caller().member, now()
    form = {**fill_form(content), "receivers": list(receivers or ())}
    with office.drafts.database.atomic():
        draft = office.drafts.save(draft_id, place, form, (member.id, member.name), at, files=files)
        office.preview(office.compose(draft, at), at)
        office.drafts.propose(draft.id, draft.revision, member.id, at)
    proposed = _write(office.drafts.get(draft.id))
    headers = {"Location": f"{PREFIX}/proposals/{draft.id}"}
    return Response(json.dumps(proposed), 202, headers, content_type="application/json")


def _write(draft: KeptDraft) -> dict[str, Any]:
    place = draft.place
    return {
        "id": draft.id,
        "case_type": place.case_type,
        "case_id": place.case_id or None,
        "sed": place.sed,
        "content": parse_form(place.sed, draft.form),
        "receivers": list(draft.form.get("receivers", ())),
        "proposed_by": draft.clerk_name,
        "proposed_at": draft.proposed_at,
        "remark": draft.remark,
    }
