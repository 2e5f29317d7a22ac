"""Certificates asked for from institutions abroad: the list, and the form that asks."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from esspass.attestations import Institution, Person, country_name
from esspass.errors import MalformedError
from esspass.exchange.entitlement import (
    CASE_TYPE,
    MAX_STAY_DAYS,
    REQUEST,
    EntitlementRequest,
    create_request,
)
from esspass.exchange.form import fill_form
from esspass.exchange.model import Role
from esspass.exchange.sed import read_json
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office import incoming_texts as texts
from issuer.back_office.access import signed_in_member
from issuer.bearer import create_identifier
from issuer.exchange.drafts import KeptDraft, Place
from issuer.exchange.stays import Stay
from issuer.renewals import day_of
from issuer.services import services

blueprint = require_sign_in(page_blueprint("stays", __name__))
_TOO_LONG = _("Shorten what you typed: a field is too long")
_NOBODY = _("No institution there takes such requests now. Write to it on paper")
_FIELDS = (
    "country", "surnames", "forenames", "born", "pin", "starts", "ends", "reason", "facility",
)  # fmt: skip


@blueprint.get("/entitlement-requests")
def index() -> str:
    """List the last hundred requests, the latest first."""
    stays = services().joined.entitlements.stays.latest()
    statuses = read_json("codes.json")["statusReply"]
    return render_template(
        "back_office/stays/index.html", stays=stays, texts=texts, statuses=statuses,
        locale=str(get_locale()),
    )  # fmt: skip


@blueprint.get("/entitlement-requests/new")
def new() -> str:
    """Show the form."""
    today = day_of(now()).isoformat()
    return _render({"starts": today, "ends": today, "reason": "01"}, {}, create_identifier())


@blueprint.post("/entitlement-requests/new")
def create() -> Response:
    """Send the request; the form's own number makes sure that it is sent once."""
    values = {name: request.form.get(name, "").strip() for name in _FIELDS}
    reference = request.form.get("reference", "")[:64]
    errors = _find_errors(values)
    stay = None
    if not errors and services().drafts.approval:
        draft, errors = _propose(values, reference)
        if draft is not None:
            return redirect(url_for("drafts.show", draft_id=draft.id), 303)
    elif not errors:
        stay, errors = _ask(values, reference)
    if stay is None:
        return Response(_render(values, errors, reference), 400, mimetype="text/html")
    flash(gettext("The request is on its way. The answer appears here."), "success")
    return redirect(url_for("stays.index"), 303)


def _propose(values: dict[str, str], reference: str) -> tuple[KeptDraft | None, dict[str, str]]:
    """Where two people stand behind each message, the request is a draft first."""
    member, country = signed_in_member(), values["country"]
    found = services().desk.find_partners(CASE_TYPE, Role.COUNTERPARTY, country, now())
    if not found:
        return None, {"country": str(_NOBODY)}
    whom = min(found)
    try:
        content = create_request(_read(values), Institution(whom, whom, country))
    except MalformedError:
        return None, {"surnames": str(_TOO_LONG)}
    form = {**fill_form(content), "receivers": [whom]}
    drafts, place = services().drafts.drafts, Place(CASE_TYPE, REQUEST)
    return drafts.save(reference, place, form, (member.id, member.name), now()), {}


def _ask(values: dict[str, str], reference: str) -> tuple[Stay | None, dict[str, str]]:
    office, actor = services().joined.entitlements, signed_in_user().name
    try:
        stay = office.ask(_read(values), values["country"], now(), actor, reference)
    except MalformedError:
        return None, {"surnames": str(_TOO_LONG)}
    if stay is None:
        return None, {"country": str(_NOBODY)}
    return stay, {}


def _render(values: dict[str, str], errors: dict[str, str], reference: str) -> str:
    locale = str(get_locale())
    reasons = [
        (code, words.get(locale, words["en"]))
        for code, words in read_json("codes.json")["reasonRequest"].items()
    ]
    return render_template(
        "back_office/stays/new.html", values=values, errors=errors, reasons=reasons,
        countries=_countries(locale), reference=reference or create_identifier(),
    )  # fmt: skip


def _countries(locale: str) -> list[tuple[str, str]]:
    """States in which an institution takes such requests now, by name."""
    directory, at = services().view(now()).directory, now()
    me = services().config.institution_id
    found = {
        listed.country
        for listed in (directory.institutions if directory else ())
        if listed.institution_id != me
        and listed.exchange is not None
        and listed.exchange.is_competent(CASE_TYPE, "CP", at)
    }
    named = [(code, country_name(code, locale)) for code in found]
    return sorted(named, key=lambda each: each[1])


def _find_errors(values: dict[str, str]) -> dict[str, str]:
    errors = {}
    if len(values["country"]) != 2:
        errors["country"] = gettext("Choose where the person is insured")
    if not values["surnames"]:
        errors["surnames"] = gettext("Enter the surnames")
    if not values["forenames"]:
        errors["forenames"] = gettext("Enter the forenames")
    for name in ("born", "starts", "ends"):
        if _day(values[name]) is None:
            errors[name] = gettext("Enter the date as year-month-day")
    if values["reason"] not in read_json("codes.json")["reasonRequest"]:
        errors["reason"] = gettext("Choose a reason")
    return errors or _find_period_errors(values)


def _find_period_errors(values: dict[str, str]) -> dict[str, str]:
    starts, ends = _day(values["starts"]), _day(values["ends"])
    assert starts is not None  # looked at before
    assert ends is not None
    if ends < starts:
        return {"ends": gettext("The last day must not lie before the first")}
    if (ends - starts).days > MAX_STAY_DAYS:
        return {"ends": gettext("A temporary stay lasts at most a year")}
    return {}


def _read(values: dict[str, str]) -> EntitlementRequest:
    person = Person(
        values["surnames"],
        values["forenames"],
        date.fromisoformat(values["born"]),
        pin=values["pin"] or None,
    )
    first, last = date.fromisoformat(values["starts"]), date.fromisoformat(values["ends"])
    return EntitlementRequest(person, first, last, values["reason"], values["facility"] or None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
