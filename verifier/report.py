"""The report of a case: what was found, for whom, as JSON and as a tagged PDF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import render_template
from flask_babel import get_locale

from esspass.errors import UnavailableError
from esspass.inspection import RuleSet
from verifier.cases import Case
from verifier.person_view import create_view, name_person
from verifier.persons import CasePerson
from verifier.purposes import find_purpose

FORMAT = "esspass-report/1"


def create_report(
    case: Case, persons: Sequence[CasePerson], rules: RuleSet | None, organization: str, now: int
) -> dict[str, Any]:
    """Return the report in the current language. Names only while what was shown is kept."""
    purpose = find_purpose(case.purpose)
    return {
        "format": FORMAT,
        "made_at": now,
        "language": str(get_locale()),
        "verifier": organization,
        "case": {
            "id": case.id,
            **case.situation.as_json(),
            "purpose": purpose.id,
            "legal_basis": purpose.describe_legal_basis(str(get_locale())),
            "reference": case.reference or None,
        },
        "counts": dict(Counter(person.outcome for person in persons)),
        "persons": [_describe(case, person, rules) for person in persons],
    }


def create_report_pdf(report: dict[str, Any], **words: Any) -> bytes:
    """Draw the report as PDF/UA-1. Raises UnavailableError, ``pdf_unavailable``."""
    try:
        from weasyprint import HTML
    except OSError as error:
        raise UnavailableError(
            "the library that draws PDF files is not installed", code="pdf_unavailable"
        ) from error
    html = render_template("verifier/report.html", report=report, **words)
    pdf: bytes = HTML(string=html, url_fetcher=_refuse).write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def _describe(case: Case, person: CasePerson, rules: RuleSet | None) -> dict[str, Any]:
    view = create_view(case, person, rules)
    document = view.facts["document"] if view.facts else {}
    return {
        "id": person.id,
        "taken_at": person.taken_at,
        "source": person.source,
        "name": name_person(person) or None,
        "document_number": document.get("number"),
        "outcome": person.outcome,
        "rule": person.ruling["rule"],
        "reason": person.ruling["reason"],
        "rules_version": person.ruling["version"],
        "title": view.title,
        "sentence": view.sentence,
        "next": view.next,
        "answers": {name: answer for name, answer in person.answers.items() if answer is not None},
        "difference_reported": bool(person.difference),
        "notes": [rule.sentence for rule in view.said if rule.sentence != view.sentence],
    }


def _refuse(url: str) -> dict[str, Any]:
    """The report needs nothing from anywhere."""
    raise ValueError(f"the report asks for {url}")
