"""The further States of an application: one by one, each with place, period and share of time."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from issuer.endpoints import apply_texts as texts
from issuer.endpoints.applicant import require_applicant, show
from issuer.endpoints.apply import desk, draft, page_of
from issuer.filing.activities import (
    MAX_STATES,
    SEVERAL,
    add_other,
    describe_states,
    parse_state,
    read_others,
    remove_other,
)
from issuer.filing.checks import rules
from issuer.filing.filings import Filing
from issuer.filing.form import Step, state_questions, steps
from issuer.services import services

blueprint = require_applicant(page_blueprint("filing_states", __name__))


@blueprint.get("/apply/<filing_id>/states")
def states(filing_id: str) -> str:
    """Show the States named so far, and the form for one more."""
    filing = draft(filing_id)
    return _show(filing, _find_step(filing))


def _find_step(filing: Filing) -> Step:
    step = desk().find_step(filing, "states")
    if step is None:
        raise NotFound
    return step


def _show(filing: Filing, step: Step, **values: Any) -> str:
    shown: dict[str, Any] = {"answers": {}, "errors": {}, **values}
    pages = steps(filing.form, filing.answers)
    place = [each.id for each in pages].index(step.id)
    work = filing.answers.get("work", "")
    questions = state_questions(work)
    return show(
        "apply/states.html", filing=filing, others=read_others(filing.answers), questions=questions,
        summary=texts.summarize(questions, filing.form, shown["errors"]), locale=str(get_locale()),
        facts=describe_states(filing.answers, services().config.country),
        is_regular=work in SEVERAL, back=page_of(filing, pages[place - 1]),
        following=page_of(filing, desk().next_step(filing, step.id)), number=place + 1,
        total=len(pages) + 1, own_country=services().config.country, **shown,
    )  # fmt: skip


@blueprint.post("/apply/<filing_id>/states/add")
def add(filing_id: str) -> Response:
    """Add one State; what is wrong is shown beside its question."""
    filing = draft(filing_id)
    step = _find_step(filing)
    work = filing.answers.get("work", "")
    answers, wrong = parse_state(request.form, work)
    problems = {question.id: problem for question, problem in wrong}
    errors = texts.describe_problems(state_questions(work), problems)
    if not errors and answers["ends"] and answers["starts"] > answers["ends"]:
        errors["ends"] = rules()["P-01"].text(str(get_locale()))
    if not errors and len(read_others(filing.answers)) >= MAX_STATES:
        errors["work_country"] = gettext("These are too many countries for one application.")
    if errors:
        page = _show(filing, step, answers=answers, errors=errors)
        return Response(page, 400, mimetype="text/html")
    desk().filings.save(filing, add_other(filing.answers, answers), now())
    flash(gettext("The country is added."), "success")
    return redirect(url_for("filing_states.states", filing_id=filing.id), 303)


@blueprint.post("/apply/<filing_id>/states/<state_id>/remove")
def remove(filing_id: str, state_id: str) -> Response:
    """Take a State out again."""
    filing = draft(filing_id)
    _find_step(filing)
    desk().filings.save(filing, remove_other(filing.answers, state_id), now())
    return redirect(url_for("filing_states.states", filing_id=filing.id), 303)
