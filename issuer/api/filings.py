"""Applications over the API: find, read, decide, note a mandate, export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request

from esspass.attestations import create_person_record
from esspass.web import now
from issuer.api import filing_shapes as shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.listing import Answered, cut_page, write_page
from issuer.api.second_looks import require_proposal
from issuer.api.shapes import Paging
from issuer.filing.activities import read_states
from issuer.filing.checks import Rule, rules
from issuer.filing.desk import FilingDesk
from issuer.filing.filings import FiledPerson, Filing, FilingState, StatusRow, UnknownFilingError
from issuer.filing.rows import create_csv
from issuer.services import services

_TAG = ["Applications"]
_JSON, _CSV = "application/json", "text/csv"
_CHARSET = "; charset=utf-8"
_STATUS, _NUMBER = "status", "document_number"
_STATES, _SHOWN = "states", 100


@blueprint.get("/applications")
@blueprint.input(shapes.ApplicationFilter, location="query", arg_name="wanted")
@blueprint.output(shapes.ApplicationPage)
@blueprint.doc(tags=_TAG)
def list_applications(wanted: shapes.ApplicationFilter) -> dict[str, Any]:
    """List what was applied for, one row per person, the latest first."""
    return _search(wanted, "")


@blueprint.post("/search/applications")
@blueprint.input(shapes.ApplicationSearch, arg_name="wanted")
@blueprint.output(shapes.ApplicationPage)
@blueprint.doc(tags=_TAG)
def search_applications(wanted: shapes.ApplicationSearch) -> dict[str, Any]:
    """Find applications by names and numbers of the persons."""
    return _search(wanted, wanted.text)


@blueprint.get("/applications/<filing_id>")
@blueprint.output(shapes.Application)
@blueprint.doc(tags=_TAG)
def get_application(filing_id: str) -> dict[str, Any]:
    """Read an application: the answers, the persons, and why a clerk was asked."""
    return write_application(find_application(filing_id))


@blueprint.get("/applications/<filing_id>/persons")
@blueprint.input(Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.FiledPersons)
@blueprint.doc(tags=_TAG)
def list_application_persons(filing_id: str, wanted: Paging) -> dict[str, Any]:
    """List the persons of an application with how each stands, by name."""
    return cut_page(_find_persons(find_application(filing_id)), wanted, lambda each: each)


@blueprint.post("/applications/<filing_id>/persons/<person_id>/decide")
@blueprint.input(shapes.Deciding, arg_name="given")
@blueprint.output(shapes.Application)
@blueprint.doc(tags=_TAG)
def decide_application(filing_id: str, person_id: str, given: shapes.Deciding) -> Answered:
    """Grant or refuse one person's part; a risky grant is put before a second person (202)."""
    person = find_person(find_application(filing_id), person_id)
    if given.outcome == "refuse":
        services().issuer.refuse(person.record_id, now(), caller().name)
    elif not services().second_looks.grant(person.record_id, caller().member, now()):
        return require_proposal(person.record_id)
    return write_application(find_application(filing_id))


def find_person(filing: Filing, person_id: str) -> FiledPerson:
    """Return a person of an application that was sent. Raises UnknownFilingError."""
    found = (each for each in _desk().filings.persons(filing) if each.id == person_id)
    person = next(found, None)
    if person is None or not person.record_id:
        raise UnknownFilingError
    return person


@blueprint.post("/applications/<filing_id>/mandate")
@blueprint.output(shapes.Mandate)
@blueprint.doc(tags=_TAG)
def confirm_mandate(filing_id: str) -> dict[str, Any]:
    """Note that the applicant may act for the employer; what waits is checked again."""
    filing = find_application(filing_id)
    if not _desk().needs_mandate(filing):
        return {"granted": 0}
    return {"granted": _desk().confirm_representative(filing, now(), caller().name)}


@blueprint.get("/applications/<filing_id>/export")
@blueprint.output(shapes.ExportedWorkers)
@blueprint.doc(tags=_TAG)
def export_application(filing_id: str) -> Answered:
    """Export the persons with how each stands, as JSON or CSV (``Accept``)."""
    rows = [
        {**person.answers, _STATUS: person.state.value, _NUMBER: person.document_number}
        for person in _desk().filings.persons(find_application(filing_id))
    ]
    if request.accept_mimetypes.best_match([_JSON, _CSV]) == _CSV:
        return Response(create_csv("en", rows, [_STATUS, _NUMBER]), content_type=_CSV + _CHARSET)
    return {"workers": rows}


def find_application(filing_id: str) -> Filing:
    """Return an application that the caller may read. Raises UnknownFilingError."""
    return services().api.begun.find(_desk().filings, filing_id, caller().client.id)


def write_application(filing: Filing) -> dict[str, Any]:
    """Write an application whole."""
    desk = _desk()
    applicant = desk.applicants.get(filing.applicant_id)
    assert applicant is not None, "an application has an applicant"
    missing = [
        question.id
        for step in desk.open_steps(filing)
        for question in step.questions
        if not (question.is_optional or filing.answers.get(question.id))
    ]
    persons = _find_persons(filing)
    own = ("id", "form", "reference", "created_at", "changed_at", "sent_at")
    return {
        **{name: getattr(filing, name) for name in own},
        "applicant": create_person_record(applicant.person),
        "answers": {name: text for name, text in filing.answers.items() if name != _STATES},
        "states": read_states(filing.answers) if filing.form.kind == "a1" else [],
        "missing": missing if filing.sent_at is None else [],
        "needs_mandate": desk.needs_mandate(filing),
        "persons": persons[:_SHOWN],
        "persons_total": len(persons),
    }


def _find_persons(filing: Filing) -> list[dict[str, Any]]:
    """The persons; those of a short draft that is complete as the rules would judge them now."""
    desk, known = _desk(), rules()
    persons = desk.filings.persons(filing)
    if filing.sent_at is None and len(persons) <= _SHOWN and not desk.open_steps(filing):
        return [_write_person(each.person, each.obstacles) for each in desk.review(filing, now())]
    return [
        _write_person(person, [known[name] for name in person.obstacles if name in known])
        for person in persons
    ]


def _write_person(person: FiledPerson, obstacles: Sequence[Rule]) -> dict[str, Any]:
    return {
        "id": person.id,
        "answers": dict(person.answers),
        "state": person.state,
        "decision": person.record_id or None,
        "number": person.document_number or None,
        "obstacles": [
            {"rule": rule.id, "level": rule.level, "source": rule.source, "text": rule.text("en")}
            for rule in obstacles
        ],
    }


def _search(wanted: shapes.ApplicationFilter, text: str) -> dict[str, Any]:
    state = FilingState(wanted.state) if wanted.state else None
    page = _desk().filings.search(text, state, wanted.page, wanted.size)
    return write_page(map(_row, page.rows), wanted, page.total)


def _row(row: StatusRow) -> dict[str, Any]:
    filing, person = row.filing, row.person
    return {
        "id": filing.id,
        "person": person.id,
        "reference": filing.reference,
        "form": filing.form,
        "state": person.state,
        "surnames": person.answers.get("surnames", ""),
        "forenames": person.answers.get("forenames", ""),
        "decision": person.record_id or None,
        "number": person.document_number or None,
        "obstacles": list(person.obstacles),
        "sent_at": filing.sent_at,
    }


def _desk() -> FilingDesk:
    return services().filing
