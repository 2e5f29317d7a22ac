"""Writing an application over the API: begin, answer, add workers, send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esspass.attestations import parse_person_record
from esspass.errors import MalformedError, VerificationError
from esspass.web import now
from issuer.api import filing_shapes as shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.filings import find_application, write_application
from issuer.api.problems import AnswersError
from issuer.filing.activities import (
    MAX_STATES,
    add_other,
    parse_state,
    read_others,
    remove_other,
)
from issuer.filing.desk import FilingDesk
from issuer.filing.filings import MAX_PERSONS, Filing
from issuer.filing.form import steps
from issuer.filing.rows import mask, parse_worker
from issuer.names import fold_number
from issuer.services import services

_TAG = ["Applications"]


class NoWorkersError(VerificationError):
    """Only an employer's application has workers."""

    code = "not_for_workers"


@blueprint.post("/applications")
@blueprint.input(shapes.NewApplication, arg_name="given")
@blueprint.output(shapes.Application, status_code=201)
@blueprint.doc(tags=_TAG)
def start_application(given: shapes.NewApplication) -> dict[str, Any]:
    """Begin a draft with what the register knows; nobody but this program reads it until sent."""
    person = parse_person_record(given.model_dump(mode="json", exclude_none=True)["applicant"])
    with _desk().filings.database.atomic():
        applicant = _desk().applicants.admit(person, now())
        filing_id = _desk().start(applicant, given.form, now())
        services().api.begun.add(filing_id, caller().client.id)
    return write_application(find_application(filing_id))


@blueprint.post("/applications/<filing_id>/answers")
@blueprint.input(shapes.NewAnswers, arg_name="given")
@blueprint.output(shapes.Application)
@blueprint.doc(tags=_TAG)
def answer_application(filing_id: str, given: shapes.NewAnswers) -> dict[str, Any]:
    """Answer questions of a draft; a wrong answer is named, and none of this call is kept."""
    filing = find_application(filing_id)
    answers = parse_answers(filing, given.answers)
    _desk().filings.save(filing, {**filing.answers, **answers}, now())
    return write_application(find_application(filing_id))


def parse_answers(filing: Filing, given: Mapping[str, str]) -> dict[str, str]:
    """Read answers to questions that are asked of this application. Raises AnswersError."""
    asked = steps(filing.form, {**filing.answers, **given})
    questions = {question.id: question for step in asked for question in step.questions}
    answers, places = {}, []
    for name, text in given.items():
        if name not in questions:
            places.append({"place": f"json.answers.{name}"[:200], "reason": "not_asked"})
            continue
        answers[name], problem = questions[name].parse(text)
        if problem is not None:
            places.append({"place": f"json.answers.{name}", "reason": problem.value})
    if places:
        raise AnswersError(places)
    return answers


@blueprint.post("/applications/<filing_id>/states")
@blueprint.input(shapes.NewState, arg_name="given")
@blueprint.output(shapes.Application)
@blueprint.doc(tags=_TAG)
def add_state(filing_id: str, given: shapes.NewState) -> dict[str, Any]:
    """Name one more State of the work in a draft."""
    filing = find_application(filing_id)
    answers, wrong = parse_state(given.answers, filing.answers.get("work", ""))
    places = [{"place": f"json.answers.{q.id}", "reason": why.value} for q, why in wrong]
    if not places and answers["ends"] and answers["starts"] > answers["ends"]:
        places.append({"place": "json.answers.ends", "reason": "end_before_start"})
    if _desk().find_step(filing, "states") is None:
        places.append({"place": "json.answers", "reason": "not_asked"})
    if len(read_others(filing.answers)) >= MAX_STATES:
        places.append({"place": "json.answers", "reason": "too_many"})
    if places:
        raise AnswersError(places)
    _desk().filings.save(filing, add_other(filing.answers, answers), now())
    return write_application(find_application(filing_id))


@blueprint.post("/applications/<filing_id>/states/<state_id>/remove")
@blueprint.output(shapes.Application)
@blueprint.doc(tags=_TAG)
def remove_state(filing_id: str, state_id: str) -> dict[str, Any]:
    """Take a State of the work out of a draft."""
    filing = find_application(filing_id)
    _desk().filings.save(filing, remove_other(filing.answers, state_id), now())
    return write_application(find_application(filing_id))


@blueprint.post("/applications/<filing_id>/workers")
@blueprint.input(shapes.NewWorkers, arg_name="given")
@blueprint.output(shapes.TakenWorkers)
@blueprint.doc(tags=_TAG)
def add_workers(filing_id: str, given: shapes.NewWorkers) -> dict[str, Any]:
    """Add workers to an employer's draft: sound rows join it, each wrong one is named."""
    filing = _employers_draft(filing_id)
    taken: dict[str, Mapping[str, str]] = {}
    repeated, errors = [], []
    for line, row in enumerate(given.rows, 1):
        answers, wrong = parse_worker(row)
        for question, problem in wrong:
            masked = mask(row.get(question.id, ""))
            errors.append(
                {"line": line, "field": question.id, "code": problem.value, "masked": masked}
            )
        if wrong:
            continue
        number = fold_number(answers["number"])
        if number in taken:
            repeated.append(line)
        taken[number] = answers
    _put(filing, taken)
    return {"taken": len(taken), "repeated": repeated, "errors": errors}


def _put(filing: Filing, workers: Mapping[str, Mapping[str, str]]) -> None:
    filings = _desk().filings
    with filings.database.atomic():
        for answers in workers.values():
            filings.put_person(filing, answers)
        if len(filings.persons(filing)) > MAX_PERSONS:
            raise MalformedError("too many workers", code="file_too_many")
        filings.save(filing, filing.answers, now())


@blueprint.post("/applications/<filing_id>/workers/<person_id>/remove")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def remove_worker(filing_id: str, person_id: str) -> tuple[str, int]:
    """Take a worker out of a draft."""
    _desk().filings.remove_person(_employers_draft(filing_id), person_id)
    return "", 204


def _employers_draft(filing_id: str) -> Filing:
    filing = find_application(filing_id)
    if not filing.form.is_employer:
        raise NoWorkersError
    return filing


@blueprint.post("/applications/<filing_id>/send")
@blueprint.output(shapes.Application)
@blueprint.doc(tags=_TAG)
def send_application(filing_id: str) -> dict[str, Any]:
    """Send a draft: every person becomes a decision, granted where every rule is met."""
    _desk().send(find_application(filing_id), now())
    return write_application(find_application(filing_id))


@blueprint.post("/applications/<filing_id>/discard")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def discard_application(filing_id: str) -> tuple[str, int]:
    """Throw a draft away."""
    _desk().filings.drop(find_application(filing_id))
    return "", 204


def _desk() -> FilingDesk:
    return services().filing
