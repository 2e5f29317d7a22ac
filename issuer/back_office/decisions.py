"""Decisions: the list with search, one decision with its document, credentials and history."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from esspass.attestations import write_claims
from esspass.attestations.card import render_card
from esspass.attestations.describe import describe_claims, describe_type
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office import texts
from issuer.back_office.access import signed_in_member
from issuer.paper import PAPER
from issuer.records import Record, RecordState
from issuer.sectors import parse_sector, sector_choices
from issuer.services import services

blueprint = require_sign_in(page_blueprint("decisions", __name__))
PAGE_SIZE = 15


@blueprint.get("/decisions")
@blueprint.post("/decisions")
def index() -> str:
    """List decisions; search by name, number or document.

    What is searched for is personal data, so it is posted and never stands in an address.
    """
    text = request.form.get("q", "").strip()
    state = _state(request.values.get("state", ""))
    number = request.values.get("page", 1, type=int)
    page = services().issuer.records.search(text, state, max(1, number), PAGE_SIZE)
    return render_template(
        "back_office/decisions.html", page=page, text=text, state=state, states=texts.STATES,
        name_of=name_of, all_states=list(RecordState),
    )  # fmt: skip


def _state(text: str) -> RecordState | None:
    return RecordState(text) if text in list(RecordState) else None


def name_of(record: Record) -> str:
    """Return the name of a document in the reader's language."""
    types = services().issuer.types_of(record)
    return describe_type(types[0], str(get_locale())) if types else record.kind


@blueprint.get("/decisions/<record_id>")
def show(record_id: str) -> str:
    """Show one decision."""
    record = services().issuer.records.get(record_id)
    return render_decision("back_office/decision.html", record)


def render_decision(template: str, record: Record, **values: Any) -> str:
    """Render a page about one decision."""
    issuer, locale, at = services().issuer, str(get_locale()), now()
    types = issuer.types_of(record)
    claims = write_claims(record.document, types[0]) if types else {}
    return render_template(
        template, record=record, types=types, now=at, name=name_of(record),
        card=render_card(types[0], claims, locale) if types else "",
        claims=describe_claims(types[0], claims, locale) if types else [],
        type_names={
            PAPER: gettext("On paper"), **{vct: describe_type(vct, locale) for vct in types}
        },
        credentials=issuer.credentials.of_record(record.id),
        offers=issuer.offers.of_record(record.id),
        history=issuer.history.of(record.id),
        texts=texts, can_suspend=services().config.status_bits > 1,
        can_acknowledge=issuer.can_acknowledge(record),
        notified=services().joined.notified.of_record(record.id),
        second_look=issuer.four_eyes.of_record(record.id), sectors=sector_choices(locale),
        replacement=issuer.records.replacement_of(record.id),
        replaced=issuer.records.get(record.replaces) if record.replaces else None,
        **values,
    )  # fmt: skip


@blueprint.post("/decisions/<record_id>/sector")
def note_sector(record_id: str) -> Response:
    """Note what the employer does."""
    issuer, sector = services().issuer, parse_sector(request.form.get("sector", "")[:20])
    issuer.note_sector(issuer.records.get(record_id).id, sector, now(), signed_in_user().name)
    flash(gettext("Noted: %(sector)s.", sector=texts.name_sector(sector)), "success")
    return redirect(url_for("decisions.show", record_id=record_id), 303)


@blueprint.post("/decisions/<record_id>/hold")
def hold(record_id: str) -> Response:
    """Put a decision on hold until it is approved; wallets that ask for it wait."""
    services().issuer.hold(record_id, now(), signed_in_user().name)
    flash(gettext("The document is on hold. Wallets that ask for it wait for approval."), "success")
    return redirect(url_for("decisions.show", record_id=record_id), 303)


@blueprint.post("/decisions/<record_id>/suspend")
def suspend(record_id: str) -> Response:
    """Suspend a document; checks then say so."""
    services().issuer.suspend(record_id, now(), signed_in_user().name)
    flash(gettext("The document is suspended. Whoever checks it is told so."), "success")
    return redirect(url_for("decisions.show", record_id=record_id), 303)


@blueprint.post("/decisions/<record_id>/reinstate")
def reinstate(record_id: str) -> Response:
    """Put a suspended document back in force."""
    services().issuer.reinstate(record_id, now(), signed_in_user().name)
    flash(gettext("The document is back in force."), "success")
    return redirect(url_for("decisions.show", record_id=record_id), 303)


@blueprint.post("/decisions/<record_id>/approve")
def approve(record_id: str) -> Response:
    """Approve a decision that waits; wallets that asked get their credentials."""
    if not services().second_looks.grant(record_id, signed_in_member(), now()):
        flash(gettext("This decision needs a second person. It waits for an approver."), "warning")
        return redirect(url_for("decisions.show", record_id=record_id), 303)
    flash(gettext("The document is approved. Wallets that asked for it receive it now."), "success")
    return redirect(url_for("decisions.show", record_id=record_id), 303)


@blueprint.post("/decisions/<record_id>/refuse")
def refuse(record_id: str) -> Response:
    """Refuse a decision that waits."""
    services().issuer.refuse(record_id, now(), signed_in_user().name)
    flash(gettext("The document is refused. Wallets that asked for it are told so."), "success")
    return redirect(url_for("decisions.show", record_id=record_id), 303)
