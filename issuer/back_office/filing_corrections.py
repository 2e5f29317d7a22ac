"""Putting declared data right: all answers of an application, one worker, or one State.

The page shows what stands now; the reason goes to the applicant by letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.attestations import plain_text
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from esspass.web.settings import Text
from issuer.endpoints import apply_texts as texts
from issuer.filing.activities import parse_state, read_others, replace_other
from issuer.filing.corrections import DecidedError, Reason, SplitError, UnchangedError
from issuer.filing.filings import FiledPerson, Filing, SentError
from issuer.filing.form import Problem, Question, Step, all_steps, state_questions, worker_questions
from issuer.filing.rows import parse_worker
from issuer.services import services

blueprint = require_sign_in(page_blueprint("filing_corrections", __name__))
MAX_REASON = 500
Answers = Mapping[str, str]
_REFUSALS: Mapping[str, Text] = {
    DecidedError.code: _("Everything here is decided. Nothing waits that could be corrected."),
    UnchangedError.code: _("Nothing is different from what stood before."),
    SentError.code: _(
        "Somebody changed this meanwhile, or the number is another worker's. Look again."
    ),
    SplitError.code: _(
        "With this change other documents would be asked for. Refuse this application and ask for"
        " a new one."
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """What is put right on one page: groups of questions, what stands now, what is wrong."""

    title: str
    groups: Sequence[tuple[str, Sequence[Question]]]
    answers: Answers
    errors: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@blueprint.get("/applications/<filing_id>/correct")
def answers(filing_id: str) -> str:
    """Show every answer of an application."""
    filing = _sent(filing_id)
    return _show(filing, Page(gettext("The application"), _groups(filing), filing.answers))


@blueprint.post("/applications/<filing_id>/correct")
def save_answers(filing_id: str) -> Response:
    """Put the answers of an application right."""
    filing = _sent(filing_id)
    given, problems = _parse(filing)
    questions = [question for _title, group in _groups(filing) for question in group]
    page = Page(
        gettext("The application"), _groups(filing), {**filing.answers, **given},
        texts.describe_problems(questions, problems),
    )  # fmt: skip
    return _save(filing, None, {**filing.answers, **given}, page)


def _groups(filing: Filing) -> list[tuple[str, Sequence[Question]]]:
    return [(texts.step_title(step), step.questions) for step in _steps(filing)]


def _steps(filing: Filing) -> list[Step]:
    return [step for step in all_steps(filing.form) if step.questions]


def _parse(filing: Filing) -> tuple[dict[str, str], dict[str, Problem]]:
    """Read every page; one that is not needed after these answers may stay empty."""
    given: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    for step in _steps(filing):
        read, wrong = step.parse(request.form)
        given |= read
        if step.applies(filing.form, {**filing.answers, **given}):
            problems |= wrong
    return given, problems


@blueprint.get("/applications/<filing_id>/correct/workers/<person_id>")
def worker(filing_id: str, person_id: str) -> str:
    """Show what was declared about one worker."""
    filing = _sent(filing_id)
    return _show(filing, _worker_page(_find_worker(filing, person_id)))


def _find_worker(filing: Filing, person_id: str) -> FiledPerson:
    found = [each for each in services().filing.filings.persons(filing) if each.id == person_id]
    if not found or not filing.form.is_employer:
        raise NotFound
    return found[0]


def _worker_page(person: FiledPerson) -> Page:
    title = f"{person.answers['forenames']} {person.answers['surnames']}"
    return Page(title, [("", worker_questions())], person.answers)


@blueprint.post("/applications/<filing_id>/correct/workers/<person_id>")
def save_worker(filing_id: str, person_id: str) -> Response:
    """Put right what was declared about one worker."""
    filing = _sent(filing_id)
    person = _find_worker(filing, person_id)
    given, wrong = parse_worker(request.form)
    shown = _worker_page(person)
    return _save(filing, person, given, Page(shown.title, shown.groups, given, _errors(wrong)))


@blueprint.get("/applications/<filing_id>/correct/states/<state_id>")
def state(filing_id: str, state_id: str) -> str:
    """Show what was declared about one further State."""
    filing = _sent(filing_id)
    return _show(filing, _state_page(filing, _find_state(filing, state_id)))


def _find_state(filing: Filing, state_id: str) -> Answers:
    found = [each for each in read_others(filing.answers) if each["id"] == state_id]
    if not found:
        raise NotFound
    return found[0]


def _state_page(filing: Filing, found: Answers) -> Page:
    questions = state_questions(filing.answers.get("work", ""))
    return Page(gettext("Another country of the work"), [("", questions)], found)


@blueprint.post("/applications/<filing_id>/correct/states/<state_id>")
def save_state(filing_id: str, state_id: str) -> Response:
    """Put right what was declared about one further State."""
    filing = _sent(filing_id)
    shown = _state_page(filing, _find_state(filing, state_id))
    given, wrong = parse_state(request.form, filing.answers.get("work", ""))
    after = replace_other(filing.answers, state_id, given)
    return _save(filing, None, after, Page(shown.title, shown.groups, given, _errors(wrong)))


def _errors(wrong: Sequence[tuple[Question, Problem]]) -> dict[str, str]:
    return {question.id: texts.describe_problem(question, each) for question, each in wrong}


def _sent(filing_id: str) -> Filing:
    filing = services().filing.filings.get(filing_id)
    if filing.sent_at is None:
        raise NotFound
    return filing


def _save(filing: Filing, person: FiledPerson | None, after: Answers, page: Page) -> Response:
    text = " ".join(plain_text(request.form.get("reason", "")[: MAX_REASON * 2]).split())
    errors = dict(page.errors)
    if not text or len(text) > MAX_REASON:
        errors["reason"] = gettext("Say in a sentence why; the applicant reads it")
    if not errors.keys() & {"starts", "ends"} and _is_backwards(after):
        errors["ends"] = texts.rule_text("P-01")
    shown = Page(page.title, page.groups, page.answers, errors, text)
    if errors:
        return Response(_show(filing, shown), 400, mimetype="text/html")
    why = Reason(text, signed_in_user().name)
    try:
        granted = services().filing.corrector.correct(filing, person, after, why, now())
    except (DecidedError, UnchangedError, SplitError, SentError) as error:
        flash(str(_REFUSALS[error.code]), "error")
        return Response(_show(filing, shown), 409, mimetype="text/html")
    told = ngettext("%(num)s document was granted.", "%(num)s documents were granted.", granted)
    flash(
        f"{gettext('Put right, and checked again. The applicant gets a letter.')} {told}", "success"
    )
    return redirect(url_for("back_office_filings.show", filing_id=filing.id), 303)


def _is_backwards(answers: Answers) -> bool:
    starts, ends = answers.get("starts"), answers.get("ends")
    return bool(starts and ends and starts > ends)


def _show(filing: Filing, page: Page) -> str:
    questions = [question for _title, group in page.groups for question in group]
    labelled = {name: words for name, words in page.errors.items() if name != "reason"}
    summary = texts.summarize(questions, filing.form, labelled)
    if "reason" in page.errors:
        summary["reason"] = page.errors["reason"]
    return render_template(
        "back_office/filing_correct.html", filing=filing, page=page, summary=summary,
        locale=str(get_locale()), max_reason=MAX_REASON,
    )  # fmt: skip
