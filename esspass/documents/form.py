"""The sections of a paper form, each box with its number, name and content in every language.

Names, order and wording are those of ``specs/types/pda1-webuild/form.json``, whichever shape the
document will be issued in; boxes about which the decision says nothing are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from esspass.attestations import (
    PDA1_WEBUILD,
    Address,
    Employment,
    Institution,
    Pda1,
    Person,
    PlaceOfWork,
    StateOfActivity,
)
from esspass.attestations.describe import DescribedClaim, describe_claims
from esspass.attestations.wording import date_name
from esspass.documents.languages import Language

_SECTIONS: Mapping[str, str] = {
    "subject": "1",
    "memberstateAppliedLegislation": "2",
    "statusConfirmation": "3",
    "employmentSituations": "4",
    "placesOfWork": "5",
    "competentInstitution": "6",
}


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the form. Texts are one per language; equal contents are given once."""

    number: str
    labels: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Boxes under a title of their own, one title per language: an employer, a place of work."""

    titles: tuple[str, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section of the form and its parts."""

    number: str
    parts: tuple[Part, ...]


def create_sections(
    document: Pda1, person: Person, issued_on: date, languages: Sequence[Language]
) -> tuple[Section, ...]:
    """Fill in the six sections of the form A1."""
    claims = _write_form(document, person)
    described = [describe_claims(PDA1_WEBUILD, claims, language.locale) for language in languages]
    rows = [row for row in zip(*described, strict=True) if str(row[0].path[0]) in _SECTIONS]
    sections = [
        Section(number, tuple(_create_parts(list(found), document.status_confirmation)))
        for number, found in groupby(rows, key=lambda row: _SECTIONS[str(row[0].path[0])])
    ]
    return (*sections[:-1], _add_issue(sections[-1], document, issued_on, languages))


def _create_parts(rows: list[tuple[DescribedClaim, ...]], status: str) -> Iterator[Part]:
    for titles, found in groupby(rows, key=lambda row: tuple(claim.group for claim in row)):
        yield Part(titles, tuple(_create_box(row, status) for row in found))


def _create_box(row: tuple[DescribedClaim, ...], status: str) -> Box:
    number = row[0].box if "." in row[0].box else ""  # 4 and 6 vary between language versions
    if row[0].path[-1] == "statusConfirmationCode":
        number = f"3.{int(status)}"
    return Box(number, tuple(claim.label for claim in row), merge_equal(c.value for c in row))


def merge_equal(values: Iterator[str] | Sequence[str]) -> tuple[str, ...]:
    """Return the texts, once if all languages say the same."""
    texts = tuple(values)
    return texts[:1] if len(set(texts)) == 1 else texts


def _add_issue(
    section: Section, document: Pda1, issued_on: date, languages: Sequence[Language]
) -> Section:
    """Add what section 6 says of this piece of paper, and who signs for the institution."""
    boxes = [*section.parts[-1].boxes]
    if document.issuing_authority is not None:
        name = f"{document.issuing_authority.name} ({document.issuing_authority.id})"
        boxes.append(Box("", tuple(_("Issuing authority") for _ in languages), (name,)))
    dates = merge_equal([date_name(issued_on.isoformat(), _.locale) for _ in languages])
    boxes.append(Box("", tuple(_("Date of issue") for _ in languages), dates))
    return Section(section.number, (Part(section.parts[-1].titles, (*boxes,)),))


def _write_form(document: Pda1, person: Person) -> dict[str, Any]:
    """The claims that the form describes, with gaps where the decision says nothing."""
    claims = {
        "subject": _write_person(document, person),
        "memberstateAppliedLegislation": {
            "memberstate": document.legislation_country,
            "startDate": document.starts.isoformat(),
            "endDate": document.ends.isoformat(),
            "certificateAppliesForDuranceOfStay": document.applies_for_duration,
            "determinationIsProvisional": document.is_provisional,
            "transitionRulesApplyAccordingEG": document.transitional_rules,
        },
        "statusConfirmation": {
            "statusConfirmationCode": document.status_confirmation,
            "exceptionDescription": document.exception_description,
        },
        "employmentSituations": [_write_employment(item) for item in document.employments],
        "placesOfWork": _write_states(document.states_of_activity),
        "competentInstitution": _write_institution(document.institution),
    }
    return {name: _filled(value) for name, value in claims.items()}


def _write_person(document: Pda1, person: Person) -> dict[str, Any]:
    birth = person.place_of_birth
    return {
        "pin": document.pin,
        "gender": person.gender if person.gender in ("1", "2") else None,
        "names": {
            "surnames": person.surnames,
            "forenames": person.forenames,
            "surnameAtBirth": person.surname_at_birth,
            "forenamesAtBirth": person.forenames_at_birth,
        },
        "dateOfBirth": person.date_of_birth.isoformat(),
        "nationalities": list(person.nationalities) or None,
        "placeOfBirth": birth
        and {"town": birth.town, "region": birth.region, "countryCode": birth.country},
        "address": {
            "stateOfResidence": [_write_address(item) for item in person.residence] or None,
            "stateOfStay": [_write_address(item) for item in person.stay] or None,
        },
    }


def _write_employment(employment: Employment) -> dict[str, Any]:
    return {
        "typeOfEmployment": employment.type_of_employment,
        "name": employment.name,
        "employerID": employment.id,
        "typeOfID": employment.type_of_id,
        "address": _write_address(employment.address)
        if employment.address
        else {"countryCode": employment.country},
    }


def _write_states(states: Sequence[StateOfActivity]) -> dict[str, list[dict[str, Any]]]:
    """The places by State; one that comes twice keeps all of them."""
    places: dict[str, list[dict[str, Any]]] = {}
    for state in states:
        places.setdefault(state.country, []).extend(map(_write_place, state.places))
    return places


def _write_place(place: PlaceOfWork) -> dict[str, Any]:
    return {
        "companyOrVesselName": place.name,
        "flagBaseHomeState": place.flag_base_home_state,
        "companyID": place.id,
        "typeOfID": place.type_of_id,
        "address": _write_address(place.address),
    }


def _write_institution(institution: Institution) -> dict[str, Any]:
    return {
        "institutionName": institution.name,
        "institutionID": institution.id,
        "countryCode": institution.country,
        "address": institution.address and _write_address(institution.address),
        "officeFaxNumber": institution.fax,
        "officePhoneNumber": institution.phone,
        "email": institution.email,
    }


def _write_address(address: Address) -> dict[str, Any]:
    return {
        "streetAndNumber": address.street_and_number,
        "postcode": address.postcode,
        "town": address.town,
        "region": address.region,
        "countryCode": address.country,
    }


def _filled(node: Any) -> Any:
    """Without what is None; an empty list stays, for it says "no fixed address"."""
    if isinstance(node, dict):
        return {key: _filled(value) for key, value in node.items() if value is not None}
    if isinstance(node, list):
        return [_filled(item) for item in node]
    return node
