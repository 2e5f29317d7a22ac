"""The pages of an inspector: begin a check, follow it, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from esspass.errors import MalformedError
from esspass.openid4vp.relying_party import Flow
from esspass.web import now, page_blueprint
from esspass.web.passkeys import login_required, signed_in_user
from verifier.purposes import PURPOSES, find_purpose
from verifier.service import Result, Stage, Started, Verifier, Wish
from verifier.wording import KIND_NAMES

_SECRETS = "inspections"
_MAX_SECRETS = 5
_OVER = frozenset({Stage.CONCLUDED, Stage.EXPIRED, Stage.CANCELLED, Stage.REFUSED})


def create_pages(verifier: Verifier) -> Blueprint:
    """Make the blueprint; all pages but the privacy notice need a signed-in member of staff."""
    pages = _Pages(verifier)
    blueprint = page_blueprint("pages", __name__)
    one = "/inspections/<inspection_id>"
    for address, view, method in (
        ("/", pages.begin, "GET"),
        ("/", pages.start, "POST"),
        (one, pages.show, "GET"),
        (f"{one}/state", pages.state, "GET"),
        (f"{one}/return", pages.come_back, "GET"),
        (f"{one}/cancel", pages.cancel, "POST"),
    ):
        guarded = login_required(view)
        blueprint.add_url_rule(address, view.__name__, guarded, methods=[method])
    blueprint.add_url_rule("/privacy", "privacy", pages.privacy)
    return blueprint


@dataclass(frozen=True, slots=True)
class _Pages:
    verifier: Verifier

    def begin(self) -> str:
        return self._form({"purpose": request.args.get("purpose", ""), "with_pid": "1"}, {})

    def start(self) -> Response | tuple[str, int]:
        if not request.form.get("purpose"):
            return self._form(request.form, {"purpose": gettext("Choose what to check")}), 422
        purpose = find_purpose(request.form["purpose"])
        wish = Wish(
            kind=purpose.kind,
            with_pid=bool(request.form.get("with_pid")),
            purpose=purpose.id,
            place=request.form.get("place", ""),
            flow=request.form.get("flow", Flow.CROSS_DEVICE),
            inspector=signed_in_user().id,
        )
        try:
            return follow(self.verifier.start(wish, now=now()))
        except MalformedError as error:
            if error.code != "place_too_long":
                raise
            return self._form(request.form, {"place": gettext("Write a shorter place")}), 422

    def show(self, inspection_id: str) -> str | Response:
        result = self._result(inspection_id)
        if result.stage is Stage.CONCLUDED:
            return redirect(_verdict_address(result), 303)
        return self._render_progress(result)

    def state(self, inspection_id: str) -> Response:
        result = self._result(inspection_id)
        remaining = max(0, result.inspection.expires_at - now())
        here = url_for("pages.show", inspection_id=inspection_id)
        location = here if result.stage in _OVER else None
        return jsonify(stage=result.stage.value, remaining=remaining, location=location)

    def come_back(self, inspection_id: str) -> Response:
        secret = session.get(_SECRETS, {}).get(inspection_id, "")
        code = request.args.get("response_code", "")
        result = self._result(inspection_id)
        if result.stage is not Stage.CONCLUDED:
            self.verifier.confirm(inspection_id, secret, code, now())
        return redirect(_verdict_address(result), 303)

    def cancel(self, inspection_id: str) -> Response:
        case_id = self._result(inspection_id).inspection.case_id
        self.verifier.cancel(inspection_id, now(), signed_in_user().id)
        flash(gettext("The check is cancelled. Nothing was shown."), "success")
        case = self.verifier.casework.find(case_id, signed_in_user().id)
        if case.single:
            return redirect(url_for("pages.begin"), 303)
        return redirect(url_for("cases.show", case_id=case_id), 303)

    def privacy(self) -> str:
        config = self.verifier.config
        return render_template(
            "verifier/privacy.html",
            minutes=config.claims_retention // 60,
            days=config.verdict_retention // 86400,
            name=self.verifier.organization,
        )

    def _form(self, values: Any, errors: dict[str, str]) -> str:
        return render_template(
            "verifier/start.html", values=values, errors=errors, choices=purpose_choices()
        )

    def _result(self, inspection_id: str) -> Result:
        return self.verifier.result(inspection_id, now(), signed_in_user().id)

    def _render_progress(self, result: Result) -> str:
        inspection = result.inspection
        app_link, web_link = self.verifier.links(inspection)
        case = self.verifier.casework.find(inspection.case_id, None)
        return render_template(
            "verifier/progress.html",
            inspection=inspection,
            case=case,
            stage=result.stage,
            remaining=max(0, inspection.expires_at - now()),
            app_link=app_link,
            web_link=web_link,
            kinds=KIND_NAMES,
            purpose=purpose_names().get(inspection.purpose, ""),
            again=again_address(case.single, inspection.case_id, inspection.purpose),
        )


def follow(started: Started) -> Response:
    """Go to the page of a request just made; its secret stays in this browser."""
    known = list(session.get(_SECRETS, {}).items())[-(_MAX_SECRETS - 1) :]
    session[_SECRETS] = dict([*known, (started.id, started.browser_secret)])
    return redirect(url_for("pages.show", inspection_id=started.id), 303)


def purpose_names() -> dict[str, str]:
    """Return every purpose in words."""
    return {each.id: each.describe(str(get_locale())) for each in PURPOSES}


def purpose_choices() -> list[tuple[str, str, str]]:
    """Id, label and hint of each purpose: the document and the name, then the question."""
    choices = []
    for each in PURPOSES:
        name, _, question = each.describe(str(get_locale())).partition(": ")
        label = f"{KIND_NAMES[each.kind]} \N{EN DASH} {name}"
        choices.append((each.id, label, question[:1].upper() + question[1:]))
    return choices


def again_address(single: bool, case_id: str, purpose: str) -> str:
    """Return where the next check begins: in this case, or on the start page."""
    if single:
        return f"{url_for('pages.begin')}?{urlencode({'purpose': purpose})}"
    return url_for("cases.show", case_id=case_id)


def _verdict_address(result: Result) -> str:
    inspection = result.inspection
    return url_for("cases.person", case_id=inspection.case_id, person_id=inspection.id)
