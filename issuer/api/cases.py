"""Cases with institutions abroad, over the API."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Response

from esspass.errors import MalformedError
from esspass.exchange.case_type import case_type
from esspass.web import now
from issuer.api import case_shapes as shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.listing import Answered, pick, write_page
from issuer.api.proposals import propose_message
from issuer.bearer import create_identifier, hash_secret
from issuer.exchange.cases import CaseSummary
from issuer.exchange.desk import LoggedMessage, NewAttachment
from issuer.exchange.drafts import Place, name_draft
from issuer.services import services

_TAG = ["Cases"]


@blueprint.post("/search/cases")
@blueprint.input(shapes.CaseSearch, arg_name="wanted")
@blueprint.output(shapes.CasePage)
@blueprint.doc(tags=_TAG)
def search_cases(wanted: shapes.CaseSearch) -> dict[str, Any]:
    """Find cases, last changed first."""
    page = services().desk.search(wanted.text, wanted.status, wanted.due, wanted.page, wanted.size)
    return write_page(map(_summary, page.cases), wanted, page.total)


@blueprint.post("/cases")
@blueprint.input(shapes.NewCase, arg_name="given")
@blueprint.output(shapes.StartedCase, status_code=201)
@blueprint.doc(tags=_TAG)
def start_case(given: shapes.NewCase) -> Answered:
    """Start a case with its first message; where two must agree it is proposed (202)."""
    if services().drafts.approval:
        named = hash_secret(f"{caller().client.id} {given.reference}")
        return propose_message(
            named if given.reference else create_identifier(),
            Place(case_type(given.case_type).id, given.sed), given.content, given.receivers,
            _attachments(given.attachments),
        )  # fmt: skip
    case_id = services().desk.start(
        given.case_type, given.receivers, given.sed, given.content, now(),
        attachments=_attachments(given.attachments), actor=caller().name,
        reference=given.reference,
    )  # fmt: skip
    return {"id": case_id}


@blueprint.get("/cases/<case_id>")
@blueprint.output(shapes.Case)
@blueprint.doc(tags=_TAG)
def get_case(case_id: str) -> dict[str, Any]:
    """Read a case with its messages, and what may be done in it now."""
    desk = services().desk
    view = desk.view(case_id)
    case, actions = view.case, desk.actions(case_id, now())
    return {
        "id": case.id, "type": case.type, "version": case.version, "role": case.role,
        "status": case.status, "owner": case.owner, "participants": case.participants,
        "messages": [_message(message) for message in view.messages],
        "actions": [pick(action, shapes.Action) for action in actions],
        "deadlines": [pick(deadline, shapes.Deadline) for deadline in view.deadlines],
        "tasks": [pick(task, shapes.Task) for task in view.tasks],
    }  # fmt: skip


@blueprint.post("/cases/<case_id>/messages")
@blueprint.input(shapes.NewMessage, arg_name="given")
@blueprint.output(shapes.SentMessage, status_code=201)
@blueprint.doc(tags=_TAG)
def send_message(case_id: str, given: shapes.NewMessage) -> Answered:
    """Send a message that the case offers; where two must agree it is proposed (202)."""
    if services().drafts.approval:
        about = given.set_id or given.related_set_id or ""
        kind = services().desk.view(case_id).case.type
        place = Place(kind, given.sed, case_id, about, given.set_id is not None)
        return propose_message(
            name_draft(caller().member.id, place), place, given.content, given.receivers,
            _attachments(given.attachments),
        )  # fmt: skip
    set_id = services().desk.send(
        case_id, given.sed, given.content, now(),
        attachments=_attachments(given.attachments), actor=caller().name, set_id=given.set_id,
        related_set_id=given.related_set_id, receivers=given.receivers,
    )  # fmt: skip
    return {"set_id": set_id}


@blueprint.get("/cases/<case_id>/attachments/<sha256>")
@blueprint.doc(tags=_TAG, responses={200: "The bytes of the file"})
def get_attachment(case_id: str, sha256: str) -> Response:
    """Fetch a file of a case."""
    data = services().desk.attachment(case_id, sha256)
    disposition = {"Content-Disposition": "attachment"}
    return Response(data, headers=disposition, content_type="application/octet-stream")


@blueprint.post("/cases/<case_id>/read")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def read_case(case_id: str) -> tuple[str, int]:
    """Note that somebody has read what came in."""
    desk = services().desk
    desk.mark_read(desk.view(case_id).case.id, now(), caller().name)
    return "", 204


@blueprint.post("/cases/<case_id>/messages/<message_id>/retry")
@blueprint.input(shapes.Retry, arg_name="given")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def retry_message(case_id: str, message_id: str, given: shapes.Retry) -> tuple[str, int]:
    """Have a message delivered that was given up for a receiver."""
    desk = services().desk
    case = desk.view(case_id).case
    desk.try_again(case.id, message_id, given.receiver, now(), caller().name)
    return "", 204


@blueprint.post("/cases/<case_id>/close")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def close_case(case_id: str) -> tuple[str, int]:
    """Close the own copy of a case."""
    services().desk.close_locally(case_id, now(), caller().name)
    return "", 204


def _attachments(files: Sequence[shapes.NewFile]) -> list[NewAttachment]:
    return [NewAttachment(file.name, file.media_type, _decode(file.data)) for file in files]


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise MalformedError("a file that is not base64", code="bad_file") from error


def _summary(summary: CaseSummary) -> dict[str, Any]:
    case = summary.case
    own = {name: getattr(summary, name) for name in ("subject", "unread", "due_at", "undelivered")}
    names = set(shapes.CaseSummary.model_fields) - own.keys()
    return {**own, **{name: getattr(case, name) for name in names}}


def _message(logged: LoggedMessage) -> dict[str, Any]:
    message = logged.message
    beside = {
        "received_at": logged.received_at,
        "read_at": logged.read_at,
        "direction": logged.direction,
        "attachments": [asdict(each) for each in message.attachments],
        "deliveries": [pick(each, shapes.Delivery) for each in logged.deliveries.values()],
    }
    names = set(shapes.Message.model_fields) - beside.keys()
    return {**{name: getattr(message, name) for name in names}, **beside}
