"""Decisions over the API: find, read, add, approve, refuse, hold, suspend, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from esspass.attestations import create_person_record, create_record
from esspass.web import now
from issuer.api import shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.conditions import create_etag, verify_match
from issuer.api.listing import Answered, cut_page, pick, write_page
from issuer.api.second_looks import answer_proposal, require_proposal
from issuer.loading.mapping import parse_record_entry
from issuer.reasons import WithdrawalReason
from issuer.records import Page, Record, RecordState, UnknownRecordError
from issuer.risk import Withdrawal
from issuer.services import services

_TAG = ["Decisions"]


@blueprint.get("/decisions")
@blueprint.input(shapes.DecisionFilter, location="query", arg_name="wanted")
@blueprint.output(shapes.DecisionPage)
@blueprint.doc(tags=_TAG)
def list_decisions(wanted: shapes.DecisionFilter) -> dict[str, Any]:
    """List decisions, last changed first."""
    records = services().issuer.records
    return _page(records.search("", wanted.state, wanted.page, wanted.size), wanted)


@blueprint.post("/search/decisions")
@blueprint.input(shapes.DecisionSearch, arg_name="wanted")
@blueprint.output(shapes.DecisionPage)
@blueprint.doc(tags=_TAG)
def search_decisions(wanted: shapes.DecisionSearch) -> dict[str, Any]:
    """Find decisions by the beginnings of their words."""
    records = services().issuer.records
    return _page(records.search(wanted.text, wanted.state, wanted.page, wanted.size), wanted)


def _page(page: Page, wanted: shapes.Paging) -> dict[str, Any]:
    return write_page(map(_summary, page.records), wanted, page.total)


@blueprint.post("/decisions")
@blueprint.input(shapes.NewDecision, arg_name="given")
@blueprint.output(shapes.Decision, status_code=201)
@blueprint.doc(tags=_TAG)
def add_decision(given: shapes.NewDecision) -> Answered:
    """Enter a decision, which then waits for approval.

    A risky one is put before a second person at once (202). The same decision sent again is the
    same decision. Another one under its document number is refused.
    """
    entry = parse_record_entry(given.model_dump(mode="json", exclude_none=True))
    register = services().loading.register
    register.enter(entry, now(), caller().member, RecordState.PENDING)
    found = register.records.find_number(entry.document.document_number or "")
    if found is None:
        raise UnknownRecordError
    return answer_proposal(found.id) or show_decision(found)


@blueprint.get("/decisions/<record_id>")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def get_decision(record_id: str) -> Answered:
    """Read a decision; its ETag names this state of it."""
    return show_decision(services().issuer.records.get(record_id))


@blueprint.get("/decisions/<record_id>/history")
@blueprint.input(shapes.Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.History)
@blueprint.doc(tags=_TAG)
def get_history(record_id: str, wanted: shapes.Paging) -> dict[str, Any]:
    """Read what happened to a decision."""
    record = services().issuer.records.get(record_id)
    entries = services().issuer.history.of(record.id)
    return cut_page(entries, wanted, lambda entry: pick(entry, shapes.HistoryEntry))


@blueprint.post("/decisions/<record_id>/approve")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def approve_decision(record_id: str) -> Answered:
    """Approve a decision that waits; a risky one is put before a second person (202)."""
    with unchanged(record_id) as record:
        done = services().second_looks.grant(record.id, caller().member, now())
    return _read(record_id) if done else require_proposal(record_id)


@blueprint.post("/decisions/<record_id>/refuse")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def refuse_decision(record_id: str) -> Answered:
    """Refuse a decision that waits."""
    return _turn(services().issuer.refuse, record_id)


@blueprint.post("/decisions/<record_id>/hold")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def hold_decision(record_id: str) -> Answered:
    """Make a granted decision wait, as long as nothing was issued on it."""
    return _turn(services().issuer.hold, record_id)


@blueprint.post("/decisions/<record_id>/suspend")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def suspend_decision(record_id: str) -> Answered:
    """Suspend a document."""
    return _turn(services().issuer.suspend, record_id)


@blueprint.post("/decisions/<record_id>/reinstate")
@blueprint.output(shapes.Decision)
@blueprint.doc(tags=_TAG)
def reinstate_decision(record_id: str) -> Answered:
    """Put a suspended document back in force."""
    return _turn(services().issuer.reinstate, record_id)


def _turn(turn: Callable[[str, int, str], object], record_id: str) -> Answered:
    with unchanged(record_id) as record:
        turn(record.id, now(), caller().name)
    return _read(record_id)


@contextmanager
def unchanged(record_id: str) -> Iterator[Record]:
    """Give the decision, which stands as ``If-Match`` says until the change is made."""
    records = services().issuer.records
    with records.database.atomic():
        records.lock(record_id)
        record = records.get(record_id)
        verify_match(lambda: _decision(record))
        yield record


@blueprint.post("/decisions/<record_id>/withdraw")
@blueprint.input(shapes.Withdrawal, arg_name="given")
@blueprint.output(shapes.Withdrawn)
@blueprint.doc(tags=_TAG)
def withdraw_decision(record_id: str, given: shapes.Withdrawal) -> Answered:
    """Withdraw a document, for ever; what is risky is put before a second person (202)."""
    withdrawal = Withdrawal(WithdrawalReason(given.reason), given.effective)
    with unchanged(record_id) as record:
        count = services().second_looks.withdraw(record.id, withdrawal, caller().member, now())
    return require_proposal(record_id) if count is None else {"credentials": count}


@blueprint.post("/decisions/<record_id>/application")
@blueprint.output(shapes.Decision, status_code=201)
@blueprint.doc(tags=_TAG)
def acknowledge_decision(record_id: str) -> Answered:
    """Make the proof of application of an A1 that waits; made twice it is the same one."""
    applications = services().issuer.applications
    return _read(applications.acknowledge(record_id, now(), caller().name))


def _read(record_id: str) -> Answered:
    return show_decision(services().issuer.records.get(record_id))


def show_decision(record: Record) -> Answered:
    """Write a decision whole, with its ETag."""
    shown = _decision(record)
    return shown, {"ETag": create_etag(shown)}


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


def _decision(record: Record) -> dict[str, Any]:
    return {
        **_summary(record),
        "person": create_person_record(record.person),
        "document": create_record(record.document),
        "sector": record.sector,
        "types": services().issuer.types_of(record),
        "withdrawal_reason": record.withdrawal_reason,
        "withdrawal_date": record.withdrawal_date,
        "replaces": record.replaces or None,
    }
