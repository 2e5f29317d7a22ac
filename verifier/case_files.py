"""A case file, uploaded: decide everybody in it anew, and say what is the same and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import get_locale, gettext

from esspass.attestations import country_name
from esspass.errors import MalformedError
from esspass.inspection import (
    CaseFile,
    CaseReport,
    PersonReport,
    explain,
    parse_case_file,
    verify_case_file,
)
from esspass.inspection.case_file import MAX_BYTES
from esspass.trust import TrustAnchors
from esspass.web import page_blueprint
from esspass.web.passkeys import login_required
from verifier.person_view import TITLES

_OVERHEAD = 64 * 1024  # of the form around the file


@dataclass(frozen=True, slots=True)
class CheckedPerson:
    """One person of an uploaded file, in words."""

    number: int
    title: str
    sentence: str
    report: PersonReport


def create_case_files(anchors: TrustAnchors) -> Blueprint:
    """Make the blueprint; files are judged under ``anchors``, not under what they bring along."""
    blueprint = page_blueprint("case_files", __name__)

    @login_required
    def upload() -> str:
        return render_template("verifier/case_files.html", errors={}, report=None)

    @login_required
    def verify() -> str | tuple[str, int]:
        given = request.files.get("file")
        data = given.read(MAX_BYTES + 1) if given else b""
        if given is not None:
            given.close()
        try:
            case = parse_case_file(data)
            report = verify_case_file(case, anchors)
        except MalformedError as error:
            errors = {"file": _explain(error, bool(data))}
            page = render_template("verifier/case_files.html", errors=errors, report=None)
            return page, 422
        return _render(case, report)

    @blueprint.before_app_request
    def admit_large_files() -> None:
        """Before anything reads the form."""
        if request.endpoint == "case_files.verify":
            request.max_content_length = MAX_BYTES + _OVERHEAD

    blueprint.add_url_rule("/case-files", "upload", upload)
    blueprint.add_url_rule("/case-files", "verify", verify, methods=["POST"])
    return blueprint


def _render(case: CaseFile, report: CaseReport) -> str:
    return render_template(
        "verifier/case_files.html",
        errors={},
        report=report,
        case=case,
        country=country_name(case.situation.country, str(get_locale())),
        persons=_describe(report.persons),
    )


def _describe(persons: Sequence[PersonReport]) -> list[CheckedPerson]:
    locale = str(get_locale())
    found = []
    for each in persons:
        title, sentence = str(TITLES.get(each.outcome, each.outcome)), ""
        if each.kept:
            decision = each.decision
            words = explain(decision.ruling, decision.facts, decision.rules, locale)
            title, sentence = words.title, words.sentence
        found.append(CheckedPerson(each.position + 1, title, sentence, each))
    return found


def _explain(error: MalformedError, given: bool) -> str:
    if not given:
        return str(gettext("Choose a case file"))
    if error.code == "case_too_large":
        return str(gettext("A case file holds at most 20 MB"))
    if error.code == "bad_sources":
        return str(gettext("A source is missing in this case file, or was changed"))
    return str(gettext("This is no case file, or it is damaged"))
