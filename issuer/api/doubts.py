"""Doubts of verifiers over the API: read, ask the institution abroad, set aside."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from esspass.errors import MalformedError, VerificationError
from esspass.exchange.dialogue import DIALOGUE
from esspass.exchange.doubt_content import MAX_QUESTION, Asked
from esspass.web import now
from issuer.api import doubt_shapes as shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.listing import pick, write_page
from issuer.api.shapes import Paging
from issuer.exchange.doubt_office import DoubtOffice
from issuer.exchange.doubts import ReceivedDoubt
from issuer.paging import find_start
from issuer.services import services

_TAG = ["Doubts"]


class NoEvidenceError(VerificationError):
    """No evidence came with the doubt, or it was erased."""

    code = "unknown_attachment"


@blueprint.get("/doubts")
@blueprint.input(Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.DoubtPage)
@blueprint.doc(tags=_TAG)
def list_doubts(wanted: Paging) -> dict[str, Any]:
    """List the doubts that came in: what waits first, then the latest."""
    doubts = _office().doubts
    found = doubts.latest(wanted.size, find_start(wanted.page, wanted.size))
    return write_page(map(_summary, found), wanted, doubts.count())


@blueprint.get("/doubts/<doubt_id>")
@blueprint.output(shapes.Doubt)
@blueprint.doc(tags=_TAG)
def get_doubt(doubt_id: str) -> dict[str, Any]:
    """Read a doubt, and how it stands."""
    received = _office().doubts.get(doubt_id)
    doubt = received.doubt
    return {
        **_summary(received),
        "kind": doubt.document.kind,
        "person": dict(doubt.document.person),
        **{name: getattr(doubt.occasion, name) for name in ("country", "place", "taken_at")},
        "words": doubt.words,
        "reasons": [
            {**pick(each, shapes.DoubtReason), "texts": dict(each.texts)} for each in doubt.reasons
        ],
        "contact": asdict(doubt.contact),
        "has_evidence": received.evidence is not None,
        "standing": asdict(_office().find_standing(received, now())),
    }


@blueprint.get("/doubts/<doubt_id>/evidence")
@blueprint.doc(tags=_TAG, responses={200: "The case file of the inspection"})
def get_doubt_evidence(doubt_id: str) -> Response:
    """Fetch the evidence as it was sent."""
    received = _office().doubts.get(doubt_id)
    if received.evidence is None:
        raise NoEvidenceError
    disposition = {"Content-Disposition": "attachment"}
    return Response(received.evidence, headers=disposition, content_type="application/json")


@blueprint.post("/doubts/<doubt_id>/ask")
@blueprint.input(shapes.Question, arg_name="given")
@blueprint.output(shapes.AskedCase, status_code=201)
@blueprint.doc(tags=_TAG)
def ask_about_doubt(doubt_id: str, given: shapes.Question) -> dict[str, Any]:
    """Ask the institution that issued the document; asked twice it is one case."""
    if given.way != DIALOGUE and len(given.words) > MAX_QUESTION:
        raise MalformedError("the words are too long for a question", code="too_long")
    asked = Asked(given.words, given.wish, given.contact, given.email)
    case_id = _office().ask(
        doubt_id, given.way, asked, now(), actor=caller().name, with_evidence=given.with_evidence
    )
    return {"case_id": case_id}


@blueprint.post("/doubts/<doubt_id>/set-aside")
@blueprint.input(shapes.NotPursued, arg_name="given")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def set_doubt_aside(doubt_id: str, given: shapes.NotPursued) -> tuple[str, int]:
    """Do not pursue a doubt."""
    _office().set_aside(doubt_id, given.why, now(), caller().name)
    return "", 204


@blueprint.get("/cases/<case_id>/standing")
@blueprint.output(shapes.Standing)
@blueprint.doc(tags=_TAG)
def get_standing(case_id: str) -> dict[str, Any]:
    """Say how a question or dialogue about a document stands, on either side."""
    return asdict(_office().read_case(case_id, now()))


def _office() -> DoubtOffice:
    return services().doubts


def _summary(received: ReceivedDoubt) -> dict[str, Any]:
    own = ("id", "organization", "received_at", "decided_at", "decided_by", "set_aside", "case_id")
    document = received.doubt.document
    return {
        **{name: getattr(received, name) for name in own},
        "institution": document.institution,
        "number": document.number,
    }
