"""Applying for an A1 or a health insurance card: one thing per page, a summary, then sending.

Drafts are kept after every page; whoever comes back goes on where something is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from issuer.endpoints import apply_texts as texts
from issuer.endpoints.applicant import applicant, current_applicant, require_applicant, show
from issuer.filing.activities import SEVERAL, read_others
from issuer.filing.checks import rules
from issuer.filing.desk import AT_ONCE, FilingDesk, Review
from issuer.filing.examining import IncompleteError
from issuer.filing.filings import FiledPerson, Filing, FilingState, SentError
from issuer.filing.form import Form, Step, steps
from issuer.services import services

home_blueprint = page_blueprint("apply", __name__)
blueprint = require_applicant(page_blueprint("filing", __name__))
_SHOWN = 50
home_blueprint.add_app_template_filter(texts.iso_day)
home_blueprint.add_app_template_filter(texts.percent)


@home_blueprint.get("/apply")
def home() -> str:
    """Say what can be applied for, what is needed, and who fills in what."""
    return show("apply/home.html", forms=texts.FORMS, started=current_applicant() is not None)


@blueprint.get("/apply/mine")
def mine() -> str:
    """List drafts and what was sent, with how each stands."""
    person, own = applicant(), desk()
    own.letters.write_due(now())
    found = [
        (filing, own.filings.count_states(filing)) for filing in own.filings.of_applicant(person.id)
    ]
    return show("apply/mine.html", found=found, forms=texts.FORMS, states=texts.STATES)


@blueprint.post("/apply/new")
def new() -> Response:
    """Begin a draft, prefilled from the records."""
    name = request.form.get("form", "")
    if name not in list(Form):
        raise NotFound
    filing_id = desk().start(applicant(), Form(name), now())
    return redirect(url_for("filing.open_filing", filing_id=filing_id), 303)


@blueprint.get("/apply/<filing_id>")
def open_filing(filing_id: str) -> Response | str:
    """Go on with a draft where it was left, or show how an application stands."""
    filing = own_filing(filing_id)
    if filing.sent_at is None:
        waiting = desk().open_steps(filing)
        step = waiting[0] if waiting else None
        if step is None and filing.form.is_employer and not desk().filings.count_persons(filing):
            step = desk().find_step(filing, "workers")
        return redirect(page_of(filing, step), 303)
    return show_sent(filing)


def show_sent(
    filing: Filing, errors: Mapping[str, str] = MappingProxyType({}),
    typed: Mapping[str, str] = MappingProxyType({}),
) -> str:  # fmt: skip
    """Show how an application stands; ``errors`` and ``typed`` are of answers, by question."""
    own = desk()
    own.examine_due(now(), filing)
    own.letters.write_due(now())
    page = own.filings.persons_page(filing, max(1, request.args.get("page", 1, type=int)))
    waiting = [person for person in page.persons if person.state is FilingState.WAITING]
    shared = _shared_obstacles(waiting)
    counted = own.filings.count_states(filing)
    return show(
        "apply/sent.html", filing=filing, page=page, persons=page.persons, states=texts.STATES,
        forms=texts.FORMS, counted=counted, done=_count_examined(counted),
        posted_to=texts.posted_to, enquiries=own.enquiries.of(filing),
        errors=errors, typed=typed, corrections=own.corrector.corrections.of(filing),
        change=texts.describe_change, shared=_reasons(filing, shared),
        reasons=lambda person: _reasons(
            filing, tuple(name for name in person.obstacles if name not in shared)
        ),
    )  # fmt: skip


def _count_examined(counted: Sequence[tuple[FilingState, int]]) -> int:
    return sum(number for state, number in counted if state is not FilingState.ARRIVED)


@blueprint.get("/apply/<filing_id>/progress")
def progress(filing_id: str) -> Response:
    """Tell the page that waits to show itself anew once more was checked than it has ``seen``."""
    filing = own_filing(filing_id)
    desk().examine_due(now(), filing)
    done = _count_examined(desk().filings.count_states(filing))
    if done > request.args.get("seen", 0, type=int):
        return jsonify(location=url_for("filing.open_filing", filing_id=filing.id))
    return jsonify({})


def _shared_obstacles(waiting: Sequence[FiledPerson]) -> tuple[str, ...]:
    """What stands against all of them: said once."""
    if not waiting:
        return ()
    common = set(waiting[0].obstacles).intersection(*(each.obstacles for each in waiting))
    return tuple(name for name in waiting[0].obstacles if name in common)


def _reasons(filing: Filing, names: tuple[str, ...]) -> list[str]:
    """Why a person must look at it, as far as the applicant may know."""
    known = [rules()[name] for name in names if name in rules()]
    locale = str(get_locale())
    return [
        rule.text(locale) for rule in known if not (filing.form.is_employer and rule.from_register)
    ]


@blueprint.get("/apply/<filing_id>/<step_id>")
def step(filing_id: str, step_id: str) -> str:
    """Show one page of a draft."""
    filing = draft(filing_id)
    return _show_step(filing, _find_step(filing, step_id), filing.answers, {})


@blueprint.post("/apply/<filing_id>/<step_id>")
def save_step(filing_id: str, step_id: str) -> Response:
    """Keep a page of a draft and go on; what is wrong is shown beside its question."""
    filing = draft(filing_id)
    page = _find_step(filing, step_id)
    given, problems = page.parse(request.form)
    errors = texts.describe_problems(page.questions, problems)
    if not errors and given.get("starts", "") > given.get("ends", ""):
        errors["ends"] = rules()["P-01"].text(str(get_locale()))
    if errors:
        shown = {**filing.answers, **given}
        return Response(_show_step(filing, page, shown, errors), 400, mimetype="text/html")
    desk().filings.save(filing, {**filing.answers, **given}, now())
    saved = desk().filings.get(filing.id)
    if request.form.get("then") == "later":
        flash(gettext("Your answers are kept. Come back whenever you like."), "success")
        return redirect(url_for("filing.mine"), 303)
    if request.args.get("from") == "check":
        waiting = desk().open_steps(saved)
        return redirect(page_of(saved, waiting[0] if waiting else None), 303)
    return redirect(page_of(saved, desk().next_step(saved, page.id)), 303)


def _find_step(filing: Filing, step_id: str) -> Step:
    found = desk().find_step(filing, step_id)
    if found is None or not found.questions:
        raise NotFound
    return found


def _show_step(filing: Filing, page: Step, answers: object, errors: dict[str, str]) -> str:
    pages = steps(filing.form, filing.answers)
    place = [each.id for each in pages].index(page.id)
    back = page_of(filing, pages[place - 1]) if place else url_for("filing.mine")
    return show(
        "apply/step.html", filing=filing, step=page, answers=answers, errors=errors,
        summary=texts.summarize(page.questions, filing.form, errors),
        number=place + 1, total=len(pages) + 1, back=back, locale=str(get_locale()),
        title=texts.step_title(page), autocomplete=texts.AUTOCOMPLETE,
        from_check=request.args.get("from") == "check",
    )  # fmt: skip


@blueprint.get("/apply/<filing_id>/check")
def check(filing_id: str) -> Response | str:
    """Show the summary: every answer, and what the rules say."""
    filing = draft(filing_id)
    waiting = desk().open_steps(filing)
    if waiting or not desk().filings.count_persons(filing):
        return redirect(url_for("filing.open_filing", filing_id=filing.id), 303)
    return _show_check(filing)


def _show_check(filing: Filing) -> str:
    reviews = desk().review(filing, now())
    pages = steps(filing.form, filing.answers)
    return show(
        "apply/check.html", filing=filing, steps=pages, locale=str(get_locale()),
        title_of=texts.step_title, reviews=reviews, value_of=texts.describe_answer,
        shown=reviews[:_SHOWN], is_long=len(reviews) > AT_ONCE, others=read_others(filing.answers),
        is_regular=filing.answers.get("work") in SEVERAL,
        own_country=services().config.country, to_correct=_gather(filing, reviews, to_correct=True),
        passed_on=_gather(filing, reviews, to_correct=False),
        total=len(pages) + 1,
    )  # fmt: skip


def _gather(filing: Filing, reviews: list[Review], *, to_correct: bool) -> list[tuple[str, int]]:
    """Each sentence once, with how many persons it is about."""
    counted: dict[str, int] = {}
    for review in reviews:
        for rule in review.obstacles:
            hidden = filing.form.is_employer and rule.from_register
            if (rule in review.to_correct) is to_correct and not hidden:
                text = rule.text(str(get_locale()))
                counted[text] = counted.get(text, 0) + 1
    return list(counted.items())


@blueprint.post("/apply/<filing_id>/send")
def send(filing_id: str) -> Response:
    """Send a draft."""
    filing = draft(filing_id)
    try:
        desk().send(filing, now())
    except IncompleteError:
        return redirect(page_of(filing, None), 303)
    return redirect(url_for("filing.open_filing", filing_id=filing.id), 303)


@blueprint.post("/apply/<filing_id>/drop")
def drop(filing_id: str) -> Response:
    """Throw a draft away."""
    desk().filings.drop(own_filing(filing_id))
    flash(gettext("The draft is deleted."), "success")
    return redirect(url_for("filing.mine"), 303)


def desk() -> FilingDesk:
    """Return the desk of this institution."""
    return services().filing


def own_filing(filing_id: str) -> Filing:
    """Return an application of whoever is signed in. Raises UnknownFilingError."""
    return desk().filings.get(filing_id, applicant().id)


def draft(filing_id: str) -> Filing:
    """Return a draft of whoever is signed in. Raises UnknownFilingError, SentError."""
    filing = own_filing(filing_id)
    if filing.sent_at is not None:
        raise SentError
    return filing


def page_of(filing: Filing, page: Step | None) -> str:
    """Return the address of a page of a draft; of the summary after the last one."""
    if page is None:
        return url_for("filing.check", filing_id=filing.id)
    if not page.questions:
        return url_for(f"filing_{page.id}.{page.id}", filing_id=filing.id)
    return url_for("filing.step", filing_id=filing.id, step_id=page.id)
