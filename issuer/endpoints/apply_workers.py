"""The workers of an employer's application: by hand, or many at once from a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response as FileResponse
from flask import flash, redirect, request, url_for
from flask_babel import get_locale, gettext, ngettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.errors import MalformedError
from esspass.web import now, page_blueprint
from issuer.endpoints import apply_texts as texts
from issuer.endpoints.applicant import require_applicant, show
from issuer.endpoints.apply import desk, draft, own_filing, page_of
from issuer.filing.filings import MAX_PERSONS, Filing
from issuer.filing.form import Step, steps, worker_questions
from issuer.filing.rows import (
    EXAMPLE,
    MAX_BYTES,
    ParsedRows,
    create_csv,
    create_json_file,
    create_xlsx,
    parse_rows,
    parse_worker,
)

_MAX_BODY = MAX_BYTES + 64 * 1024
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
blueprint = require_applicant(page_blueprint("filing_workers", __name__, max_body=_MAX_BODY))


@blueprint.get("/apply/<filing_id>/workers")
def workers(filing_id: str) -> str:
    """Show the workers, the way in from a file, and the form for one."""
    return _show(_employers_draft(filing_id))


def _employers_draft(filing_id: str) -> Filing:
    filing = draft(filing_id)
    if not filing.form.is_employer:
        raise NotFound
    return filing


def _show(filing: Filing, **values: Any) -> str:
    shown = {"answers": {}, "errors": {}, "parsed": None, "file_error": "", **values}
    errors = shown["errors"]
    return show(
        "apply/workers.html", summary=texts.summarize(worker_questions(), filing.form, errors),
        filing=filing, page=desk().filings.persons_page(filing, _page_number()),
        questions=worker_questions(), locale=str(get_locale()), describe=texts.describe_problem,
        back=page_of(filing, _step_before(filing)), **shown,
    )  # fmt: skip


def _page_number() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _step_before(filing: Filing) -> Step:
    return steps(filing.form, filing.answers)[-2]  # the workers come last


@blueprint.post("/apply/<filing_id>/workers/add")
def add(filing_id: str) -> Response:
    """Add one worker by hand."""
    filing = _employers_draft(filing_id)
    answers, wrong = parse_worker(request.form)
    problems = {question.id: problem for question, problem in wrong}
    errors = texts.describe_problems(worker_questions(), problems)
    if errors:
        page = _show(filing, answers=answers, errors=errors)
        return Response(page, 400, mimetype="text/html")
    _put(filing, [answers])
    flash(gettext("%(name)s is on the list.", name=f"{answers['forenames']} {answers['surnames']}"),
          "success")  # fmt: skip
    return redirect(url_for("filing_workers.workers", filing_id=filing.id), 303)


@blueprint.post("/apply/<filing_id>/workers/file")
def add_file(filing_id: str) -> Response:
    """Take a file: the rows in order join the list, each wrong one is named with its reason."""
    filing = _employers_draft(filing_id)
    uploaded = request.files.get("file")
    try:
        parsed = parse_rows(uploaded.read() if uploaded else b"")
    except MalformedError as error:
        page = _show(filing, file_error=texts.describe_file_error(error.code))
        return Response(page, 400, mimetype="text/html")
    _put(filing, parsed.workers)
    if parsed.errors:
        return Response(_show(filing, parsed=parsed), 400, mimetype="text/html")
    flash(_count_taken(parsed), "success")
    return redirect(url_for("filing_workers.workers", filing_id=filing.id), 303)


def _count_taken(parsed: ParsedRows) -> str:
    taken = len(parsed.workers)
    return str(
        ngettext("%(num)s worker is on the list.", "%(num)s workers are on the list.", taken)
    )


def _put(filing: Filing, found: Iterable[Mapping[str, str]]) -> None:
    filings = desk().filings
    with filings.database.atomic():
        for answers in found:
            filings.put_person(filing, answers)
        if filings.count_persons(filing) > MAX_PERSONS:
            raise MalformedError("too many workers", code="file_too_many")
        filings.save(filing, filing.answers, now())


@blueprint.post("/apply/<filing_id>/workers/<person_id>/remove")
def remove(filing_id: str, person_id: str) -> Response:
    """Take a worker off the list."""
    filing = _employers_draft(filing_id)
    desk().filings.remove_person(filing, person_id)
    return redirect(url_for("filing_workers.workers", filing_id=filing.id), 303)


@blueprint.get("/apply/<filing_id>/template.csv")
def template(filing_id: str) -> FileResponse:
    """Give the empty file, with one row as an example."""
    own_filing(filing_id)
    return _download(create_csv(str(get_locale()), [EXAMPLE]), "text/csv", "workers.csv")


@blueprint.get("/apply/<filing_id>/template.xlsx")
def template_xlsx(filing_id: str) -> FileResponse:
    """Give the empty file as a spreadsheet."""
    own_filing(filing_id)
    return _download(create_xlsx(str(get_locale()), [EXAMPLE]), _XLSX, "workers.xlsx")


@blueprint.get("/apply/<filing_id>/export.csv")
def export_csv(filing_id: str) -> FileResponse:
    """Give the workers with how each stands, for a spreadsheet or the next application."""
    filing = own_filing(filing_id)
    made = create_csv(str(get_locale()), *_export(filing))
    return _download(made, "text/csv", f"{filing.reference or 'draft'}.csv")


@blueprint.get("/apply/<filing_id>/export.xlsx")
def export_xlsx(filing_id: str) -> FileResponse:
    """Give the same as a spreadsheet."""
    filing = own_filing(filing_id)
    made = create_xlsx(str(get_locale()), *_export(filing))
    return _download(made, _XLSX, f"{filing.reference or 'draft'}.xlsx")


def _export(filing: Filing) -> tuple[list[dict[str, str]], list[str]]:
    heading, number = gettext("Status"), gettext("Document number")
    rows = [
        {
            **person.answers,
            heading: str(texts.STATES[person.state][0]),
            number: person.document_number,
        }
        for person in desk().filings.persons(filing)
    ]
    return rows, [heading, number]


@blueprint.get("/apply/<filing_id>/export.json")
def export_json(filing_id: str) -> FileResponse:
    """Give the same as JSON."""
    filing = own_filing(filing_id)
    rows = [
        {**person.answers, "status": person.state.value, "document_number": person.document_number}
        for person in desk().filings.persons(filing)
    ]
    name = f"{filing.reference or 'draft'}.json"
    return _download(create_json_file(rows), "application/json", name)


def _download(data: bytes, media_type: str, name: str) -> FileResponse:
    response = FileResponse(data, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
