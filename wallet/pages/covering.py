"""Would it cover me? A country and a day, and the answer in the words of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from esspass.attestations import attestation_type, country_name, parse_day, pda1_states
from esspass.errors import MalformedError
from esspass.inspection import Situation
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from wallet.cards import create_card
from wallet.covering import SITUATIONS, Cover, read_employers
from wallet.credentials import HeldCredential
from wallet.pages.access import holder_id, locale
from wallet.pages.access import the_wallet as wallet
from wallet.type_metadata import clean_text

OTHER = "other"
_MAX_TEXT = 120
_ANSWERS = {"yes": True, "no": False}
_CARE = ("planned_care", "resides_here")


def create_covering_blueprint() -> Blueprint:
    """Make the blueprint of the question; all of it is for signed-in citizens."""
    blueprint = require_sign_in(page_blueprint("covering", __name__))
    blueprint.add_url_rule("/documents/<credential_id>/cover", "ask", ask)
    blueprint.add_url_rule("/documents/<credential_id>/cover", "answer", answer, methods=["POST"])
    return blueprint


def ask(credential_id: str) -> ResponseReturnValue:
    """Ask for the situation."""
    held = _find(credential_id)
    today = datetime.fromtimestamp(now(), UTC).date().isoformat()
    return _page(held, {"day": today, "employer": "0", "provider": "statutory"}, {}, None)


def answer(credential_id: str) -> ResponseReturnValue:
    """Answer for the situation of the form."""
    held, values = _find(credential_id), _read_form()
    errors = _find_errors(held, values)
    if errors:
        return _page(held, values, errors, None)
    answers = {question: _ANSWERS.get(values[question]) for question in _CARE}
    found = wallet().cover(held, _create_situation(held, values), answers, locale(), now())
    return _page(held, values, {}, found)


def _find(credential_id: str) -> HeldCredential:
    held = wallet().find(holder_id(), credential_id)
    if attestation_type(held.vct).kind not in SITUATIONS:
        raise MalformedError("no rules are about this document", code="unknown_purpose")
    return held


def _read_form() -> dict[str, str]:
    names = ("country", "day", "until", "employer", "employer_name", "place", "provider", *_CARE)
    return {name: clean_text(request.form.get(name, ""), _MAX_TEXT) for name in names}


def _find_errors(held: HeldCredential, values: Mapping[str, str]) -> dict[str, str]:
    day, until = parse_day(values["day"]), parse_day(values["until"])
    errors = {}
    if values["country"] not in pda1_states():
        errors["country"] = gettext("Choose a country.")
    if day is None:
        errors["day"] = gettext("Enter a day.")
    if values["until"] and (until is None or (day is not None and until < day)):
        errors["until"] = gettext("Enter a day that is not before the first, or leave it empty.")
    if _is_work(held) and values["employer"] == OTHER and not values["employer_name"]:
        errors["employer_name"] = gettext("Enter the name of the employer.")
    return errors


def _create_situation(held: HeldCredential, values: Mapping[str, str]) -> Situation:
    work = _is_work(held)
    name, number = _choose_employer(held, values) if work else (None, None)
    return Situation(
        kind=SITUATIONS[attestation_type(held.vct).kind],
        country=values["country"],
        date=values["day"],
        until=values["until"] or None,
        employer_name=name,
        employer_id=number,
        place=(values["place"] or None) if work else None,
        provider=values["provider"] if values["provider"] in {"statutory", "private"} else None,
    )


def _choose_employer(
    held: HeldCredential, values: Mapping[str, str]
) -> tuple[str | None, str | None]:
    if values["employer"] == OTHER:
        return values["employer_name"], None
    employers = _employers(held)
    place = int(values["employer"]) if values["employer"].isdecimal() else len(employers)
    name, number = employers[place] if place < len(employers) else ("", "")
    return name or None, number or None


def _employers(held: HeldCredential) -> tuple[tuple[str, str], ...]:
    return read_employers(wallet().check(held, now()).evidence)


def _is_work(held: HeldCredential) -> bool:
    return attestation_type(held.vct).kind == "pda1"


def _page(
    held: HeldCredential, values: Mapping[str, Any], errors: Mapping[str, str], cover: Cover | None
) -> ResponseReturnValue:
    language = locale()
    names = ((code, country_name(code, language)) for code in pda1_states())
    page = render_template(
        "wallet/cover.html",
        card=create_card(held, language, now()),
        countries=sorted(names, key=lambda each: each[1]),
        employers=_employers(held) if _is_work(held) else (),
        work=_is_work(held),
        values=values,
        errors=errors,
        cover=cover,
    )
    return page, 400 if errors else 200
