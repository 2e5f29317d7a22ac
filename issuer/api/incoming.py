"""The register of documents from abroad over the API: find, read, check again, acknowledge."""

from __future__ import annotations

from typing import Any

from esspass.attestations import create_person_record, create_record
from esspass.web import now
from issuer.api import incoming_shapes as shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.listing import pick, write_page
from issuer.exchange.incoming import IncomingDocuments, Search
from issuer.exchange.notification import IncomingDocument
from issuer.exchange.registering import CONTRADICTION
from issuer.services import services

_TAG = ["Documents from abroad"]


@blueprint.get("/incoming")
@blueprint.input(shapes.IncomingFilter, location="query", arg_name="wanted")
@blueprint.output(shapes.IncomingPage)
@blueprint.doc(tags=_TAG)
def list_incoming(wanted: shapes.IncomingFilter) -> dict[str, Any]:
    """List documents from abroad, last changed first."""
    return _search(wanted, "")


@blueprint.post("/search/incoming")
@blueprint.input(shapes.IncomingSearch, arg_name="wanted")
@blueprint.output(shapes.IncomingPage)
@blueprint.doc(tags=_TAG)
def search_incoming(wanted: shapes.IncomingSearch) -> dict[str, Any]:
    """Find documents from abroad by their words."""
    return _search(wanted, wanted.text)


@blueprint.get("/incoming/<document_id>")
@blueprint.output(shapes.Incoming)
@blueprint.doc(tags=_TAG)
def get_incoming(document_id: str) -> dict[str, Any]:
    """Read a document from abroad, and what was noticed on its arrival."""
    return _write(_register().get(document_id))


@blueprint.post("/incoming/<document_id>/check")
@blueprint.output(shapes.Incoming)
@blueprint.doc(tags=_TAG)
def check_incoming(document_id: str) -> dict[str, Any]:
    """Check again: with the status, the rules and the register of now."""
    services().joined.registrar.check(_register().get(document_id), now())
    return _write(_register().get(document_id))


@blueprint.post("/incoming/<document_id>/acknowledge")
@blueprint.output(shapes.Acknowledged)
@blueprint.doc(tags=_TAG)
def acknowledge_incoming(document_id: str) -> dict[str, Any]:
    """Note that somebody has read it, and looked at what contradicts it."""
    document, desk, at = _register().get(document_id), services().desk, now()
    desk.mark_read(document.notification.case_id, at, caller().name)
    was_open = desk.tasks.done_about(CONTRADICTION, document.id, at, caller().name)
    return {"was_open": was_open}


def _register() -> IncomingDocuments:
    return services().joined.incoming


def _search(wanted: shapes.IncomingFilter, text: str) -> dict[str, Any]:
    search = Search(text, wanted.state, wanted.grade)
    page = _register().search(search, wanted.page, wanted.size)
    return write_page(map(_summary, page.documents), wanted, page.total)


def _summary(found: IncomingDocument) -> dict[str, Any]:
    return {
        "id": found.id,
        "institution": found.notification.institution_id,
        "number": found.number,
        "state": found.state,
        "grade": found.arrival.grade,
        "surnames": found.person.surnames,
        "forenames": found.person.forenames,
        "starts": found.document.starts,
        "ends": found.document.ends,
        "received_at": found.received_at,
        "changed_at": found.changed_at,
        "checked_at": found.checked_at or None,
    }


def _write(found: IncomingDocument) -> dict[str, Any]:
    notified = found.notification
    others = _register().of_person(found.person)
    return {
        **_summary(found),
        "person": create_person_record(found.person),
        "document": create_record(found.document),
        "case_id": notified.case_id,
        "set_id": notified.set_id,
        "version": notified.version,
        "sed": notified.sed,
        "findings": [
            {**pick(each, shapes.Finding), "parameters": dict(each.parameters)}
            for each in found.arrival.findings
        ],
        "others": [each.id for each in others if each.id != found.id],
        "withdrawal_reason": found.withdrawal_reason,
        "withdrawal_date": found.withdrawal_date,
    }
