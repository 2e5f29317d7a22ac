"""Persons that come by code: posted by the scan page, or typed and pasted here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from esspass.attestations.specification import pda1_states
from esspass.errors import MalformedError
from esspass.inspection import Submission, parse_answers, parse_situation, parse_submission
from esspass.inspection.submission import MAX_TEXT, read_code
from esspass.jose.jws import parse_json_object
from esspass.web import now, page_blueprint
from esspass.web.passkeys import login_required, signed_in_user
from verifier.case_export import describe_decision
from verifier.cases import Case
from verifier.casework import MAX_DIFFERENCE, Scan, create_id
from verifier.person_view import describe_refusal
from verifier.persons import PAPER, SCAN
from verifier.purposes import find_purpose, parse_place
from verifier.service import Verifier

MAX_BODY = 20 * 1024 * 1024  # a bundle of sources comes with each check
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def create_intake(verifier: Verifier) -> Blueprint:
    """Make the blueprint; every address needs a signed-in member of staff."""
    intake = _Intake(verifier)
    blueprint = page_blueprint("intake", __name__)
    case = "/cases/<case_id>"
    for address, view, method in (
        (f"{case}/persons", intake.add, "POST"),
        (f"{case}/paper", intake.paper, "GET"),
        (f"{case}/paper", intake.read_paper, "POST"),
    ):
        blueprint.add_url_rule(address, view.__name__, login_required(view), methods=[method])
    return blueprint


@dataclass(frozen=True, slots=True)
class _Intake:
    verifier: Verifier

    def add(self, case_id: str) -> Response:
        """Take one check of the scan page; the same id again gives the same answer."""
        request.max_content_length = MAX_BODY
        body = parse_json_object(request.get_data())
        person = self.verifier.casework.add_submission(
            self._case(case_id, body.get("case")), _parse_scan(body), now()
        )
        return jsonify(decision=describe_decision(person))

    def paper(self, case_id: str) -> str:
        return self._form(self.verifier.casework.find(case_id, signed_in_user().id), "", {})

    def read_paper(self, case_id: str) -> Response | tuple[str, int]:
        case = self.verifier.casework.find(case_id, signed_in_user().id)
        text = request.form.get("text", "").strip()
        try:
            content = read_code(text[:MAX_TEXT])
        except MalformedError as error:
            return self._form(case, text, {"text": self._explain(error)}), 422
        medium = "paper" if content.paper is not None else "qr"
        submission = Submission(medium, text, purpose=case.purpose)
        source = PAPER if medium == "paper" else SCAN
        scan = Scan(create_id(), source, now(), submission)
        person = self.verifier.casework.add_submission(case, scan, now())
        return redirect(url_for("cases.person", case_id=case.id, person_id=person.id), 303)

    def _form(self, case: Case, text: str, errors: Mapping[str, str]) -> str:
        return render_template("verifier/paper.html", case=case, text=text[:4000], errors=errors)

    def _explain(self, error: MalformedError) -> str:
        rules = self.verifier.casework.judge.rule_set(now())
        sentence = describe_refusal(error.code, rules, str(get_locale()))
        return sentence or gettext("This is no code of ours, or it is not whole.")

    def _case(self, case_id: str, described: Any) -> Case:
        """Return the case; one that was set up without a network is opened now."""
        casework, inspector = self.verifier.casework, signed_in_user().id
        if casework.cases.find(case_id) is None and isinstance(described, Mapping):
            keep = self.verifier.config.claims_retention
            casework.open(_parse_case(case_id, described, inspector, keep, now()))
        return casework.find(case_id, inspector)


def _parse_case(
    case_id: str, described: Mapping[str, Any], inspector: str, keep: int, opened_at: int
) -> Case:
    if not _ID.fullmatch(case_id):
        raise MalformedError("the id of the case has another form", code="bad_case")
    names = ("kind", "country", "date", "until", "place", "employer", "provider")
    situation = parse_situation({name: described.get(name) for name in names})
    if situation.country not in pda1_states():
        raise MalformedError("the case names no country of ours", code="bad_case")
    return Case(
        id=case_id,
        inspector=inspector,
        kind="",
        purpose=find_purpose(str(described.get("purpose"))).id,
        country=situation.country,
        day=situation.date,
        until=situation.until,
        place=parse_place(situation.place or ""),
        employer_name=situation.employer_name or "",
        employer_id=situation.employer_id or "",
        provider=situation.provider or "",
        keep=0 if described.get("verdict_only") else keep,
        created_at=opened_at,
    )


def _parse_scan(body: Mapping[str, Any]) -> Scan:
    identifier, taken_at = body.get("id"), body.get("taken_at")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise MalformedError("the id of the check has another form", code="bad_check")
    if type(taken_at) is not int:
        raise MalformedError("the check names no time", code="bad_check")
    submission, bundle = body.get("submission"), body.get("source")
    if not isinstance(bundle, dict | None):
        raise MalformedError("the check comes without its sources", code="bad_sources")
    return Scan(
        id=identifier,
        source=SCAN,
        taken_at=taken_at,
        submission=parse_submission(submission) if submission is not None else None,
        answers=parse_answers(body.get("answers") or {}),
        bundle=bundle,
        difference=_parse_difference(body.get("difference")),
    )


def _parse_difference(value: Any) -> str:
    """What a paper says instead: a text, or only that it differs."""
    if isinstance(value, str):
        return " ".join(value.split())[:MAX_DIFFERENCE] or "-"
    return "-" if value else ""
