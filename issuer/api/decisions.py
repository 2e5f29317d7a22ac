"""Decisions over the API: find, read, add, approve, refuse, hold, suspend, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from esspass.attestations import create_person_record, create_record
from esspass.web import now
from issuer.api import shapes
from issuer.api.blueprint import blueprint, caller
from issuer.loading.mapping import parse_record_entry
from issuer.records import Page, Record, RecordState, UnknownRecordError
from issuer.services import services

_TAG = ["Decisions"]


@blueprint.get("/decisions")
@blueprint.input(shapes.DecisionFilter, location="query", arg_name="wanted")
@blueprint.output(shapes.DecisionPage)
@blueprint.doc(tags=_TAG)
def list_decisions(wanted: shapes.DecisionFilter) -> dict[str, Any]:
    """List decisions, last changed first."""
    records = services().issuer.records
    return _page(records.search("", wanted.state, wanted.page, wanted.size))


@blueprint.post("/search/decisions")
@blueprint.input(shapes.DecisionSearch, arg_name="wanted")
@blueprint.output(shapes.DecisionPage)
@blueprint.doc(tags=_TAG)
def search_decisions(wanted: shapes.DecisionSearch) -> dict[str, Any]:
    """Find decisions by the beginnings of their words."""
    records = services().issuer.records
    return _page(records.search(wanted.text, wanted.state, wanted.page, wanted.size))


def _page(page: Page) -> dict[str, Any]:
    items = [_summary(record) for record in page.records]
    return {"items": items, "page": page.number, "size": page.size, "total": page.total}


@blueprint.post("/decisions")
@blueprint.input(shapes.NewDecision, arg_name="given")
@blueprint.output(shapes.Decision, status_code=201)
@blueprint.doc(tags=_TAG)
def add_decision(given: shapes.NewDecision) -> dict[str, Any]:
    """Enter a decision, which then waits for approval.

    The same decision sent again is the same decision. Another one under its document number is
    refused.
    """
    entry = given.model_dump(mode="json", exclude_none=True)
    person, document = parse_record_entry(entry)
    register = services().loading.register
    register.enter(person, document, now(), caller().name, RecordState.PENDING)
    found = register.records.find_number(document.document_number or "")
    if found is None:
        raise UnknownRecordError
    return write_decision(found)


@blueprint.get("/decisions/<record_id>")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def get_decision(record_id: str) -> dict[str, Any]:
    """Read a decision."""
    return write_decision(services().issuer.records.get(record_id))


@blueprint.get("/decisions/<record_id>/history")
@blueprint.output(shapes.History)
@blueprint.doc(tags=_TAG)
def get_history(record_id: str) -> dict[str, Any]:
    """Read what happened to a decision."""
    record = services().issuer.records.get(record_id)
    entries = services().issuer.history.of(record.id)
    return {
        "items": [
            {"at": e.at, "event": e.event, "actor": e.actor, "detail": e.detail} for e in entries
        ]
    }


@blueprint.post("/decisions/<record_id>/approve")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def approve_decision(record_id: str) -> dict[str, Any]:
    """Approve a decision that waits."""
    return _turn(services().issuer.approve, record_id)


@blueprint.post("/decisions/<record_id>/refuse")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def refuse_decision(record_id: str) -> dict[str, Any]:
    """Refuse a decision that waits."""
    return _turn(services().issuer.refuse, record_id)


@blueprint.post("/decisions/<record_id>/hold")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def hold_decision(record_id: str) -> dict[str, Any]:
    """Make a granted decision wait, as long as nothing was issued on it."""
    return _turn(services().issuer.hold, record_id)


@blueprint.post("/decisions/<record_id>/suspend")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def suspend_decision(record_id: str) -> dict[str, Any]:
    """Suspend a document."""
    return _turn(services().issuer.suspend, record_id)


@blueprint.post("/decisions/<record_id>/reinstate")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def reinstate_decision(record_id: str) -> dict[str, Any]:
    """Put a suspended document back in force."""
    return _turn(services().issuer.reinstate, record_id)


def _turn(turn: Callable[[str, int, str], object], record_id: str) -> dict[str, Any]:
    record = services().issuer.records.get(record_id)
    turn(record.id, now(), caller().name)
    return write_decision(services().issuer.records.get(record_id))


@blueprint.post("/decisions/<record_id>/withdraw")
@blueprint.input(shapes.Withdrawal, arg_name="given")
@blueprint.output(shapes.Withdrawn)
@blueprint.doc(tags=_TAG)
def withdraw_decision(record_id: str, given: shapes.Withdrawal) -> dict[str, Any]:
    """Withdraw a document, for ever."""
    record = services().issuer.records.get(record_id)
    count = services().issuer.withdraw(
        record.id, given.reason, given.effective, now(), caller().name
    )
    return {"credentials": count}


def _summary(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "kind": record.kind,
        "number": record.number,
        "state": record.state,
        "surnames": record.person.surnames,
        "forenames": record.person.forenames,
        "created_at": record.created_at,
        "changed_at": record.changed_at,
    }


def write_decision(record: Record) -> dict[str, Any]:
    """Write a decision whole."""
    return {
        **_summary(record),
        "person": create_person_record(record.person),
        "document": create_record(record.document),
        "types": services().issuer.types_of(record),
        "withdrawal_reason": record.withdrawal_reason,
        "withdrawal_date": record.withdrawal_date,
        "replaces": record.replaces or None,
    }
