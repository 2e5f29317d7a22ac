"""Choosing which institution of a State is told of an A1, where there are several."""

from __future__ import annotations

from typing import cast

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from esspass.attestations import Pda1
from esspass.attestations.wording import country_name
from esspass.exchange.contents import find_route
from esspass.exchange.partners import require_directory
from esspass.trust import Institution
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office import exchange_texts
from issuer.exchange.choices import CHOOSE
from issuer.exchange.tasks import Task
from issuer.records import Record, StateError
from issuer.services import services

blueprint = require_sign_in(page_blueprint("choosing", __name__))
exchange_texts.TASKS[CHOOSE] = _("Choose which institution of the State is told of an A1")


def find_page(task: Task) -> str:
    """The page on which the choice of a task is made."""
    record = services().issuer.records.find_number(task.reference.rsplit("/", 2)[0])
    if record is None:
        return ""
    return url_for("choosing.form", record_id=record.id, country=task.detail)


exchange_texts.TASK_PAGES[CHOOSE] = find_page


@blueprint.get("/decisions/<record_id>/institution/<country>")
def form(record_id: str, country: str) -> str:
    """Show the institutions of the State that take such cases."""
    return _render(_record(record_id, country), country, {})


@blueprint.post("/decisions/<record_id>/institution/<country>")
def choose(record_id: str, country: str) -> Response:
    """Keep the choice; the worker then tells that institution."""
    record, chosen = _record(record_id, country), request.form.get("institution", "")
    if chosen not in {each.institution_id for each in _find_partners(record, country)}:
        page = _render(record, country, {"institution": gettext("Choose an institution")})
        return Response(page, 400, mimetype="text/html")
    services().joined.notifier.choose(record, country, chosen, now(), signed_in_user().name)
    flash(gettext("The choice is kept. The institution is told within a minute."), "success")
    return redirect(url_for("decisions.show", record_id=record.id), 303)


def _record(record_id: str, country: str) -> Record:
    """The decision for which a choice is asked. Raises StateError."""
    record = services().issuer.records.get(record_id)
    if services().joined.notifier.choices.find(record.id, country) != "":
        raise StateError
    return record


def _find_partners(record: Record, country: str) -> list[Institution]:
    directory = require_directory(services().view(now()).directory, now())
    case_type, me = find_route(cast("Pda1", record.document)).case_type, services().desk.me
    found = directory.find_partners(case_type, "CP", country, now())
    others = [each for each in found if each.institution_id != me]
    return sorted(others, key=lambda each: (each.entity, each.institution_id))


def _render(record: Record, country: str, errors: dict[str, str]) -> str:
    return render_template(
        "back_office/choose_institution.html", record=record, country=country, errors=errors,
        state=country_name(country, str(get_locale())), partners=_find_partners(record, country),
    )  # fmt: skip
