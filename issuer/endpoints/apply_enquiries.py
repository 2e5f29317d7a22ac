"""What the institution asks an applicant, answered on the page of the application, with files."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from esspass.attestations import plain_text
from esspass.errors import MalformedError
from esspass.web import now, page_blueprint
from issuer.endpoints.applicant import require_applicant
from issuer.endpoints.apply import desk, own_filing, show_sent
from issuer.filing.enquiries import (
    MAX_ATTACHMENT,
    MAX_ATTACHMENTS,
    MAX_WORDS,
    Attachment,
    Enquiry,
    parse_attachment,
)
from issuer.filing.filings import Filing

_MAX_BODY = MAX_ATTACHMENTS * MAX_ATTACHMENT + 64 * 1024
blueprint = require_applicant(page_blueprint("filing_answers", __name__, max_body=_MAX_BODY))


@blueprint.post("/apply/<filing_id>/enquiries/<enquiry_id>")
def answer(filing_id: str, enquiry_id: str) -> Response:
    """Keep an answer; what is wrong is shown beside the question."""
    filing = own_filing(filing_id)
    enquiry = _find(filing, enquiry_id)
    words = plain_text(request.form.get("answer", "")[: MAX_WORDS * 2]).strip()
    try:
        files = _read_files()
    except MalformedError as error:
        return _refuse(filing, enquiry, words, _describe(error))
    if not files and (not words or not enquiry.words):
        return _refuse(filing, enquiry, words, _ask_again(enquiry))
    if len(words) > MAX_WORDS:
        return _refuse(filing, enquiry, words, gettext("This is too long"))
    desk().enquiries.answer(enquiry.id, filing, words, files, now())
    return redirect(url_for("filing.open_filing", filing_id=filing.id), 303)


def _find(filing: Filing, enquiry_id: str) -> Enquiry:
    found = [each for each in desk().enquiries.of(filing) if each.id == enquiry_id]
    if not found:
        raise NotFound
    return found[0]


def _read_files() -> list[Attachment]:
    given = [file for file in request.files.getlist("files") if file.filename]
    if len(given) > MAX_ATTACHMENTS:
        raise MalformedError("too many files", code="attachment_count")
    return [parse_attachment(file.filename or "", file.read(MAX_ATTACHMENT + 1)) for file in given]


def _ask_again(enquiry: Enquiry) -> str:
    if enquiry.words:
        return str(gettext("Write an answer, or send a file"))
    return str(gettext("Choose the file with your mandate"))


def _describe(error: MalformedError) -> str:
    if error.code == "attachment_count":
        return str(gettext("Send at most %(num)s files at once", num=MAX_ATTACHMENTS))
    if error.code == "attachment_size":
        return str(gettext("A file is empty, or larger than 4 megabytes"))
    return str(gettext("Only PDF files and photographs (JPEG, PNG) can be sent"))


def _refuse(filing: Filing, enquiry: Enquiry, words: str, sentence: str) -> Response:
    page = show_sent(filing, errors={f"answer-{enquiry.id}": sentence}, typed={enquiry.id: words})
    return Response(page, 400, mimetype="text/html")


@blueprint.get("/apply/<filing_id>/attachments/<attachment_id>")
def attachment(filing_id: str, attachment_id: str) -> Response:
    """Give back a file that was sent."""
    return answer_file(own_filing(filing_id), attachment_id)


def answer_file(filing: Filing, attachment_id: str) -> Response:
    """Return a file to be saved, never shown in place. Raises NotFound."""
    found = desk().enquiries.attachment(filing, attachment_id)
    if found is None:
        raise NotFound
    response = Response(found.content, mimetype=found.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response
