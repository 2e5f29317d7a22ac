"""Changing a decision: a form with the present values, what becomes different, who hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from flask import flash, redirect, request, url_for
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from esspass.attestations import Pda1, pda1_states
from esspass.attestations.specification import read_json
from esspass.attestations.wording import code_name, country_name
from esspass.exchange.contents import find_route, find_states_concerned
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from esspass.web.settings import Text
from issuer.amendments import AmendmentError
from issuer.back_office import amendment_form as form
from issuer.back_office import texts
from issuer.back_office.access import signed_in_member
from issuer.back_office.decisions import render_decision
from issuer.reasons import AmendmentReason
from issuer.records import Record, RecordState, StateError
from issuer.services import services

blueprint = require_sign_in(page_blueprint("amending", __name__))
_REFUSALS: Mapping[str, tuple[str, Text]] = {
    "nothing_changed": ("starts", _("Nothing is changed yet. Change what has become different.")),
    "not_issuable": ("ground", _("A document with these contents cannot be issued.")),
}


@blueprint.get("/decisions/<record_id>/change")
def edit(record_id: str) -> str:
    """Show the decision as a form."""
    record = _record(record_id)
    return _render_form(record, form.write_values(cast("Pda1", record.document)), {})


@blueprint.post("/decisions/<record_id>/change")
def review(record_id: str) -> Response:
    """Show what becomes different and who hears of it, or what is missing."""
    record, values = _record(record_id), form.read_values(request.form)
    if "back" in request.form:
        return Response(_render_form(record, values, {}), mimetype="text/html")
    errors = form.find_errors(values) or _try(record, values)
    if errors:
        return Response(_render_form(record, values, errors), 400, mimetype="text/html")
    before, after = cast("Pda1", record.document), _read(record, values)
    page = render_decision(
        "back_office/amendment_review.html", record, values=values,
        differences=form.find_differences(before, after),
        reason=texts.AMENDMENTS[AmendmentReason(values["reason"])],
        told=list(_find_told(record, after)), needs_second=_needs_second(record, after),
    )  # fmt: skip
    return Response(page, mimetype="text/html")


@blueprint.post("/decisions/<record_id>/change/confirm")
def confirm(record_id: str) -> Response:
    """Decide."""
    record, values = _record(record_id), form.read_values(request.form)
    if form.find_errors(values):
        return redirect(url_for("amending.edit", record_id=record_id), 303)
    reason, document = AmendmentReason(values["reason"]), _read(record, values)
    made = services().second_looks.amend(record.id, document, reason, signed_in_member(), now())
    if made.state is RecordState.PENDING:
        words = gettext("This change needs a second person. Until then the old document counts.")
        flash(words, "warning")
    else:
        flash(gettext("The decision is changed. This is the new document."), "success")
    return redirect(url_for("decisions.show", record_id=made.id), 303)


def _record(record_id: str) -> Record:
    """The decision, if it can be changed now. Raises StateError."""
    issuer = services().issuer
    record = issuer.records.get(record_id)
    possible = record.state is RecordState.GRANTED and isinstance(record.document, Pda1)
    if not possible or issuer.records.replacement_of(record.id) is not None:
        raise StateError
    return record


def _read(record: Record, values: form.Values) -> Pda1:
    return form.read_document(cast("Pda1", record.document), values)


def _try(record: Record, values: form.Values) -> dict[str, str]:
    try:
        services().issuer.check_amendment(record, _read(record, values), now())
    except AmendmentError as error:
        field, words = _REFUSALS.get(error.code, _REFUSALS["not_issuable"])
        return {field: str(words)}
    return {}


def _needs_second(record: Record, after: Pda1) -> bool:
    four_eyes = services().issuer.four_eyes
    return four_eyes.is_needed(four_eyes.assess(replace(record, document=after), None, now()))


def _find_told(record: Record, after: Pda1) -> Iterator[tuple[str, str]]:
    """Each State that was told or will be, and how it hears of the change."""
    joined, locale = services().joined, str(get_locale())
    made = replace(record, id="", document=after, replaces=record.id)
    concerned = find_states_concerned(after, after.person or record.person)
    earlier = joined.notifier.versions.find_earlier(made, find_route(after), frozenset(concerned))
    versions = {each.country for each in earlier}
    for country in concerned:
        words = gettext("gets a new version of what it was told, in the same case")
        if country not in versions:
            words = gettext("is told of the new document")
        yield country_name(country, locale), words
    for told in joined.notified.of_record(record.id):
        if told.country not in concerned:
            words = gettext("hears that the document no longer counts there")
            yield country_name(told.country, locale), words


def _render_form(record: Record, values: form.Values, errors: dict[str, str]) -> str:
    locale = str(get_locale())
    countries = sorted(
        ((code, country_name(code, locale)) for code in pda1_states()), key=lambda each: each[1]
    )
    grounds = [
        (code, code_name("status_confirmation", code, locale))
        for code in read_json("codes.json")["status_confirmation"]
    ]
    return render_decision(
        "back_office/amendment.html", record, values=values, errors=errors, countries=countries,
        grounds=grounds,
        rows={kind: form.count_rows(values, kind) for kind in ("employer", "place")},
    )  # fmt: skip
