"""The facts that rules are asked about: one JSON document, the same in Python and in browsers.

Every member is always there; null is what was not shown or is not known. Dates are ISO, countries
ISO alpha-2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from esspass.attestations import (
    OPEN_END,
    Presented,
    PresentedEmployer,
    PresentedPerson,
    PresentedPlace,
)
from esspass.inspection.checks import CHECKS
from esspass.inspection.derived import derive
from esspass.inspection.situation import Situation
from esspass.verdict import Finding, Outcome

NOT_RUN = "NOT_RUN"
_UNSHOWN = (
    "kind", "shape", "medium", "number", "issuing_country", "legislation", "starts", "ends",
    "open_ended", "issued_on", "expires_on", "code", "exception_text", "provisional",
    "transitional", "for_duration", "employers", "states", "places", "no_fixed_place",
    "more_on_paper", "pin_length", "person",
)  # fmt: skip
_ITEMS = {
    "document.employers": ("name", "id", "country", "type"),
    "document.places": ("country", "name", "town", "street", "flag", "address_country"),
}


def create_facts(
    document: Mapping[str, Any],
    findings: Iterable[Finding],
    situation: Situation,
    answers: Mapping[str, bool | None],
    history: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Join what was checked, shown, said and answered. ``answers`` names every question."""
    said = situation.as_json()
    return {
        "checks": _describe_checks(findings),
        "document": dict(document),
        "situation": said,
        "derived": derive(document, said, history),
        "answers": dict(answers),
    }


def create_empty_document(medium: str) -> dict[str, Any]:
    """Return the document of which nothing is known: what was scanned is none of ours."""
    empty: dict[str, Any] = dict.fromkeys(_UNSHOWN)
    institution = dict.fromkeys(("id", "name", "country"))
    return {**empty, "medium": medium, "institution": institution, "represented": False}


def describe_document(presented: Presented, medium: str, issued_at: int | None) -> dict[str, Any]:
    """Describe what was shown; ``issued_at`` is ``iat``, the day of issue where none is shown."""
    institution = (
        presented.institution_id,
        presented.institution_name,
        presented.institution_country,
    )
    exception = None
    if presented.shape == "we-build-1.0" and presented.status_confirmation is not None:
        exception = presented.exception_description is not None
    issued = presented.issued_on.isoformat() if presented.issued_on else day_of(issued_at)
    return {
        **create_empty_document(medium),
        "kind": presented.kind,
        "shape": presented.shape,
        "number": presented.document_number,
        "institution": dict(zip(("id", "name", "country"), institution, strict=True)),
        "issuing_country": presented.issuing_country or presented.institution_country,
        "legislation": presented.legislation_country,
        "starts": _iso(presented.starts),
        "ends": _iso(presented.ends),
        "open_ended": None if presented.ends is None else presented.ends == OPEN_END,
        "issued_on": issued,
        "expires_on": _iso(presented.expires_on),
        "code": presented.status_confirmation,
        "exception_text": exception,
        "provisional": presented.provisional,
        "transitional": presented.transitional,
        "for_duration": presented.for_duration,
        "employers": _all(presented.employers, _describe_employer),
        "states": list(presented.states_of_activity) or None,
        "places": _all(presented.places, _describe_place),
        "no_fixed_place": _all(presented.no_fixed_place, str),
        "more_on_paper": list(presented.more_on_paper) or None,
        "pin_length": len(presented.pin) if presented.pin else None,
        "represented": presented.represented is not None,
        "person": _describe_person(presented.represented or presented.person),
    }


def fact_variables(questions: Iterable[str]) -> frozenset[str]:
    """Return every dotted path a condition may ask for; ``[]`` stands for an item of a list."""
    situation = Situation("work", "LT", "2026-01-01").as_json()
    names = {f"document.{name}" for name in create_empty_document("online")}
    names |= {f"document.institution.{name}" for name in ("id", "name", "country")}
    names |= {f"document.person.{name}" for name in ("surnames", "forenames", "date_of_birth")}
    names |= {f"{path}[].{name}" for path, members in _ITEMS.items() for name in members}
    names |= {f"situation.{name}" for name in situation} | {
        f"situation.employer.{n}" for n in ("name", "id")
    }
    names |= {f"checks.{check}.{part}" for check in CHECKS for part in ("outcome", "reason")}
    names |= {
        f"derived.{name}"
        for name in ("employer_match", "place_match", "basis", "number_country_matches")
    }
    names |= {f"derived.postings.{name}" for name in ("gap_under_two_months", "over_24_months")}
    return frozenset(names | {f"answers.{question}" for question in questions})


def day_of(moment: int | None) -> str | None:
    """Return the UTC day of epoch seconds; None where there is no such day."""
    if moment is None:
        return None
    try:
        return datetime.fromtimestamp(moment, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return None


def _describe_checks(findings: Iterable[Finding]) -> dict[str, dict[str, str]]:
    ended = {finding.check: _describe_finding(finding) for finding in findings}
    return {name: ended.get(name, {"outcome": NOT_RUN, "reason": ""}) for name in CHECKS}


def _describe_finding(finding: Finding) -> dict[str, str]:
    if finding.outcome is Outcome.INDETERMINATE and finding.reason == "not_run":
        return {"outcome": NOT_RUN, "reason": ""}
    return {"outcome": finding.outcome.value, "reason": finding.reason}


def _describe_employer(employer: PresentedEmployer) -> dict[str, str | None]:
    return {
        "name": employer.name,
        "id": employer.id,
        "country": employer.country,
        "type": employer.type_of_employment,
    }


def _describe_place(place: PresentedPlace) -> dict[str, str | None]:
    return {
        "country": place.country,
        "name": place.name,
        "town": place.town,
        "street": place.street,
        "flag": place.flag_base_home_state,
        "address_country": place.address_country,
    }


def _describe_person(person: PresentedPerson | None) -> dict[str, str | None] | None:
    if person is None:
        return None
    described = {
        "surnames": person.surnames,
        "forenames": person.forenames,
        "date_of_birth": _iso(person.date_of_birth),
    }
    return described if any(described.values()) else None


def _all(items: Sequence[Any] | None, describe: Any) -> list[Any] | None:
    return None if items is None else [describe(item) for item in items]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
