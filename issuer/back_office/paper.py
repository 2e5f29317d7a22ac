"""Paper in the back office: choose the languages, receive the sealed file."""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import get_locale

from esspass.attestations import Application, Pda1
from esspass.web import LOCALES, now, page_blueprint
from esspass.web.languages import languages
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office.decisions import name_of
from issuer.endpoints.paper import answer_pdf
from issuer.paper import SPOKEN, Wish
from issuer.records import Record, RecordState, StateError
from issuer.services import services

blueprint = require_sign_in(page_blueprint("back_office_paper", __name__))


@blueprint.get("/decisions/<record_id>/paper")
def form(record_id: str) -> str:
    """Ask for the language of issue, and for that of the authority abroad."""
    record = services().issuer.records.get(record_id)
    if record.state is not RecordState.GRANTED:
        raise StateError
    first = SPOKEN.get(services().config.country, str(get_locale()))
    return render_template(
        "back_office/paper.html", record=record, name=name_of(record), offered=languages(),
        first=first, second=_guess_second(record, first),
    )  # fmt: skip


def _guess_second(record: Record, first: str) -> str:
    """The language of the first State abroad that we print in, else English."""
    document = record.document
    states: tuple[str, ...] = ()
    if isinstance(document, Pda1):
        states = tuple(state.country for state in document.states_of_activity)
    elif isinstance(document, Application):
        states = document.states_of_work
    spoken = [SPOKEN[state] for state in states if state in SPOKEN]
    return next((locale for locale in (*spoken, *LOCALES) if locale != first), "")


@blueprint.get("/decisions/<record_id>/paper.pdf")
def pdf(record_id: str) -> Response:
    """Return the file. ``language``, not ``lang``: that would change the page's own."""
    wish = Wish(request.args.get("language", str(get_locale())), request.args.get("second") or None)
    made = services().paper.create(record_id, wish, now(), signed_in_user().name)
    return answer_pdf(made.pdf, made.number)
