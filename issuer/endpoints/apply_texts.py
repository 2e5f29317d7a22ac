"""The words of the pages for applicants: forms, states, what is wrong with an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from flask_babel import format_percent, get_locale, gettext
from flask_babel import lazy_gettext as _

from esspass.attestations import country_name, date_name
from esspass.web.settings import Text
from issuer.filing.activities import split_postings
from issuer.filing.checks import rules
from issuer.filing.corrections import Correction
from issuer.filing.examining import find_details
from issuer.filing.filings import FiledPerson, Filing, FilingState
from issuer.filing.form import Form, Problem, Question, Step, all_steps, localize, worker_questions

FORMS: Mapping[Form, tuple[Text, Text]] = {
    Form.A1_SELF: (
        _("A1 for me"),
        _("You work for a while in another country. The A1 proves that you stay insured here."),
    ),
    Form.A1_EMPLOYER: (
        _("A1 for my workers"),
        _("You send one or many workers to another country. One application for all of them."),
    ),
    Form.EHIC_SELF: (
        _("Health insurance card"),
        _("The European card for the doctor or hospital when you travel, for you or your child."),
    ),
}
STATES: Mapping[FilingState, tuple[Text, str]] = {
    FilingState.DRAFT: (_("Draft"), "neutral"),
    FilingState.ARRIVED: (_("Being checked"), "info"),
    FilingState.WAITING: (_("We are looking at it"), "unsure"),
    FilingState.GRANTED: (_("Granted"), "good"),
    FilingState.REFUSED: (_("Refused"), "bad"),
    FilingState.SUSPENDED: (_("Suspended"), "unsure"),
    FilingState.WITHDRAWN: (_("Withdrawn"), "bad"),
}
_PROBLEMS: Mapping[Problem, Text] = {
    Problem.MISSING: _("Please fill this in"),
    Problem.TOO_LONG: _("This is too long"),
    Problem.NO_DAY: _("Enter a day, for example 31.12.2027"),
    Problem.NO_COUNTRY: _("Choose a country from the list"),
    Problem.NO_CHOICE: _("Choose one of the answers"),
    Problem.FORMULA: _("Enter the value itself, not a formula"),
    Problem.NO_SHARE: _("Enter a whole number from 0 to 100"),
}
_FILE_ERRORS: Mapping[str, Text] = {
    "file_too_large": _("The file is larger than two megabytes, or unpacks to too much."),
    "file_unreadable": _("We cannot read this file. Save it as XLSX, as CSV (UTF-8) or as JSON."),
    "file_headings": _("Columns are missing. Start from our file, and keep its first line."),
    "file_too_many": _("An application holds at most 5,000 workers. Divide the list."),
    "file_empty": _("Choose a file with at least one worker in it."),
}
AUTOCOMPLETE = {
    "residence_street": "address-line1",
    "residence_town": "address-level2",
    "residence_postcode": "postal-code",
    "residence_country": "country",
    "employer_name": "organization",
}


def describe_problem(question: Question, problem: Problem) -> str:
    """Return what is wrong with an answer, in words."""
    if problem is Problem.MISSING and question.kind == "choice":
        problem = Problem.NO_CHOICE
    if problem is Problem.MISSING and question.kind == "country":
        problem = Problem.NO_COUNTRY
    return str(_PROBLEMS[problem])


def describe_problems(
    questions: Iterable[Question], problems: Mapping[str, Problem]
) -> dict[str, str]:
    """Return the sentences by question."""
    return {
        question.id: describe_problem(question, problems[question.id])
        for question in questions
        if question.id in problems
    }


def summarize(
    questions: Sequence[Question], form: Form, errors: Mapping[str, str]
) -> dict[str, str]:
    """Return the sentences for the top of the page; where there are several, each says of what."""
    if len(questions) == 1:
        return dict(errors)
    labels = {question.id: question.label(form, str(get_locale())) for question in questions}
    return {name: f"{sentence}: {labels[name]}" for name, sentence in errors.items()}


def describe_file_error(code: str) -> str:
    """Return why a file was not taken."""
    return str(_FILE_ERRORS.get(code, _FILE_ERRORS["file_unreadable"]))


def step_title(step: Step) -> str:
    """Return the heading of a page."""
    return localize(step.title, str(get_locale()))


def describe_answer(question: Question, answers: Mapping[str, str], form: Form) -> str:
    """Return an answer in words."""
    value, locale = answers.get(question.id, ""), str(get_locale())
    if question.kind == "day" and value:
        return date_name(value, locale)
    return question.describe(value, form, locale) or gettext("not given")


def iso_day(text: str) -> str:
    """Return an ISO date in words; nothing stays nothing."""
    return date_name(text, str(get_locale())) if text else ""


def percent(share: int) -> str:
    """Return whole per cent in words."""
    return str(format_percent(share / 100))


def rule_text(name: str) -> str:
    """Return the sentence of a rule."""
    return rules()[name].text(str(get_locale()))


def posted_to(filing: Filing, person: FiledPerson) -> str:
    """Return the State of one of several postings, as an ISO code; empty where there is one."""
    is_split = filing.sent_at is not None and len(split_postings(filing.answers)) > 1
    return find_details(filing, person).get("work_country", "") if is_split else ""


def describe_change(filing: Filing, correction: Correction) -> list[tuple[str, str, str]]:
    """Return label, former and new answer of each thing that was put right, in words."""
    locale = str(get_locale())
    asked = worker_questions() if correction.person_id else _questions(filing)
    return [
        (
            question.label(filing.form, locale),
            describe_answer(question, correction.before, filing.form),
            describe_answer(question, correction.after, filing.form),
        )
        for question in asked
        if question.id in correction.after
    ] + _describe_states(correction)


def _questions(filing: Filing) -> list[Question]:
    return [question for step in all_steps(filing.form) for question in step.questions]


def _describe_states(correction: Correction) -> list[tuple[str, str, str]]:
    if "states" not in correction.after:
        return []
    was, now = (_name_states(a) for a in (correction.before, correction.after))
    return [(gettext("Other countries"), was, now)]


def _name_states(answers: Mapping[str, str]) -> str:
    locale = str(get_locale())
    return "; ".join(
        " ".join(filter(None, (country_name(each["work_country"], locale), each.get("work_town"),
                               iso_day(each.get("starts", "")), iso_day(each.get("ends", "")),
                               each.get("share") and f"{each['share']} %")))
        for each in json.loads(answers.get("states") or "[]")
    )  # fmt: skip
