"""What follows on an application that was sent, over the API: questions, answers, corrections."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response

from esspass.attestations import plain_text
from esspass.errors import MalformedError
from esspass.web import now
from issuer.api import filing_shapes as shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.filing_drafts import parse_answers
from issuer.api.filings import find_application, find_person
from issuer.api.listing import cut_page
from issuer.api.problems import AnswersError
from issuer.api.shapes import Paging
from issuer.filing.corrections import Correction, Reason
from issuer.filing.desk import FilingDesk
from issuer.filing.enquiries import Enquiry
from issuer.filing.filings import FiledPerson, Filing, UnknownFilingError
from issuer.filing.rows import parse_worker
from issuer.renewals import day_of
from issuer.services import services

_TAG = ["Applications"]
_LONGEST = timedelta(days=365)


@blueprint.get("/applications/<filing_id>/enquiries")
@blueprint.input(Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.Enquiries)
@blueprint.doc(tags=_TAG)
def list_enquiries(filing_id: str, wanted: Paging) -> dict[str, Any]:
    """List what the applicant was asked, and what they answered, the oldest first."""
    return cut_page(_desk().enquiries.of(_sent(filing_id)), wanted, _enquiry)


@blueprint.post("/applications/<filing_id>/enquiries")
@blueprint.input(shapes.NewEnquiry, arg_name="given")
@blueprint.output(shapes.Enquiry, status_code=201)
@blueprint.doc(tags=_TAG)
def ask_applicant(filing_id: str, given: shapes.NewEnquiry) -> dict[str, Any]:
    """Ask the applicant for more; they get a letter and answer on their page."""
    filing, today, words = _sent(filing_id), day_of(now()), plain_text(given.words).strip()
    if not today < given.due <= today + _LONGEST:
        raise AnswersError([{"place": "json.due", "reason": "not_within_a_year"}])
    if not words:
        raise AnswersError([{"place": "json.words", "reason": "missing"}])
    _desk().ask(filing, words, given.due, caller().name, now())
    return _enquiry(_desk().enquiries.of(filing)[-1])


@blueprint.post("/applications/<filing_id>/enquiries/read")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def read_enquiries(filing_id: str) -> tuple[str, int]:
    """Note that the answers were read."""
    _desk().enquiries.mark_read(_sent(filing_id), now())
    return "", 204


@blueprint.get("/applications/<filing_id>/attachments/<attachment_id>")
@blueprint.doc(tags=_TAG, responses={200: "The bytes of the file"})
def get_answer_file(filing_id: str, attachment_id: str) -> Response:
    """Fetch a file that came with an answer."""
    found = _desk().enquiries.attachment(_sent(filing_id), attachment_id)
    if found is None:
        raise UnknownFilingError
    disposition = {"Content-Disposition": "attachment"}
    return Response(found.content, headers=disposition, content_type="application/octet-stream")


@blueprint.get("/applications/<filing_id>/corrections")
@blueprint.input(Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.Corrections)
@blueprint.doc(tags=_TAG)
def list_corrections(filing_id: str, wanted: Paging) -> dict[str, Any]:
    """List what was put right, with what stood before, the latest first."""
    return cut_page(_desk().corrector.corrections.of(_sent(filing_id)), wanted, _correction)


@blueprint.post("/applications/<filing_id>/corrections")
@blueprint.input(shapes.NewCorrection, arg_name="given")
@blueprint.output(shapes.Mandate)
@blueprint.doc(tags=_TAG)
def correct_application(filing_id: str, given: shapes.NewCorrection) -> dict[str, Any]:
    """Put declared answers right, of one worker if named; what waits is checked again."""
    filing = _sent(filing_id)
    person = find_person(filing, given.person) if given.person else None
    before = filing.answers if person is None else person.answers
    after = {**before, **_parse(filing, person, given.answers)}
    if after.get("starts") and after.get("ends") and after["starts"] > after["ends"]:
        raise AnswersError([{"place": "json.answers.ends", "reason": "end_before_start"}])
    why = Reason(" ".join(plain_text(given.reason).split()), caller().name)
    if not why.text:
        raise AnswersError([{"place": "json.reason", "reason": "missing"}])
    return {"granted": _desk().corrector.correct(filing, person, after, why, now())}


def _parse(
    filing: Filing, person: FiledPerson | None, given: Mapping[str, str]
) -> Mapping[str, str]:
    if person is None:
        return parse_answers(filing, given)
    if not filing.form.is_employer:
        raise MalformedError("only workers have answers of their own", code="not_for_workers")
    answers, wrong = parse_worker({**person.answers, **given})
    if wrong:
        raise AnswersError(
            [{"place": f"json.answers.{asked.id}", "reason": why.value} for asked, why in wrong]
        )
    return answers


def _sent(filing_id: str) -> Filing:
    filing = find_application(filing_id)
    if filing.sent_at is None:
        raise UnknownFilingError
    return filing


def _enquiry(enquiry: Enquiry) -> dict[str, Any]:
    files = [{"id": file_id, "name": name} for file_id, name in enquiry.attachments]
    own = ("id", "words", "asked_by", "asked_at", "due", "answer", "answered_at")
    return {**{name: getattr(enquiry, name) for name in own}, "attachments": files}


def _correction(correction: Correction) -> dict[str, Any]:
    return {
        "person": correction.person_id or None,
        "before": dict(correction.before),
        "after": dict(correction.after),
        "reason": correction.reason,
        "actor": correction.actor,
        "at": correction.at,
    }


def _desk() -> FilingDesk:
    return services().filing
