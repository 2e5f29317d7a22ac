"""PD A1 as in the We Build rulebook v1.0, ``eu.we-build.pda1.1``: nested, camelCase."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from esspass.attestations.model import (
    Address,
    Employment,
    Institution,
    Pda1,
    Person,
    PlaceOfBirth,
    PlaceOfWork,
    StateOfActivity,
)
from esspass.attestations.shapes.claims import needed, present

SHAPE = "we-build-1.0"
_GENDERS = frozenset({"0", "1", "2"})


def write_pda1(document: Pda1) -> dict[str, Any]:
    """Write the business claims; dates of issue and expiry live in the envelope (iat, exp)."""
    return {
        "subject": _write_subject(document),
        "memberstateAppliedLegislation": present(
            memberstate=document.legislation_country,
            startDate=document.starts.isoformat(),
            endDate=document.ends.isoformat(),
            certificateAppliesForDuranceOfStay=document.applies_for_duration,
            determinationIsProvisional=document.is_provisional,
            transitionRulesApplyAccordingEG=document.transitional_rules,
        ),
        "employmentSituations": [_write_employment(item) for item in document.employments],
        "placesOfWork": {
            state.country: [_write_place(place) for place in state.places]
            for state in document.states_of_activity
        },
        "statusConfirmation": present(
            statusConfirmationCode=document.status_confirmation,
            exceptionDescription=document.exception_description,
        ),
        "documentID": document.document_number,
        "competentInstitution": _write_institution(document.institution),
    }


def _write_subject(document: Pda1) -> dict[str, Any]:
    person = needed(document.person, "the holder's personal details")
    birth = needed(person.place_of_birth, "the place of birth")
    return {
        "pin": document.pin,
        "gender": person.gender if person.gender in _GENDERS else "0",
        "names": present(
            surnames=person.surnames,
            forenames=person.forenames,
            surnameAtBirth=person.surname_at_birth,
            forenamesAtBirth=person.forenames_at_birth,
        ),
        "dateOfBirth": person.date_of_birth.isoformat(),
        "nationalities": list(person.nationalities),
        "placeOfBirth": {
            "town": needed(birth.town, "the town of birth"),
            "countryCode": needed(birth.country, "the country of birth"),
        },
        "address": present(
            stateOfResidence=[_write_address(item) for item in person.residence] or None,
            stateOfStay=[_write_address(item) for item in person.stay] or None,
        ),
    }


def _write_address(address: Address) -> dict[str, Any]:
    return present(
        streetAndNumber=address.street_and_number,
        town=address.town,
        postcode=address.postcode,
        countryCode=address.country,
    )


def _write_employment(employment: Employment) -> dict[str, Any]:
    return {
        "typeOfEmployment": needed(employment.type_of_employment, "the type of employment"),
        "name": employment.name,
        "employerID": employment.id,
        "typeOfID": employment.type_of_id or "98",
        "address": _write_address(needed(employment.address, "the employer's address")),
    }


def _write_place(place: PlaceOfWork) -> dict[str, Any]:
    return present(
        companyOrVesselName=needed(place.name, "the name of the place of work"),
        flagBaseHomeState=place.flag_base_home_state,
        companyID=place.id,
        typeOfID=(place.type_of_id or "98") if place.id else None,
        address=_write_address(place.address),
    )


def _write_institution(institution: Institution) -> dict[str, Any]:
    address = needed(institution.address, "the institution's address")
    return present(
        institutionID=institution.id,
        institutionName=institution.name,
        countryCode=institution.country,
        address=_write_address(address),
        officeFaxNumber=institution.fax,
        officePhoneNumber=institution.phone,
        email=institution.email,
    )


def read_pda1(claims: Mapping[str, Any]) -> Pda1:
    """Read complete claims whose form the schema has checked."""
    legislation = claims["memberstateAppliedLegislation"]
    confirmation = claims["statusConfirmation"]
    return Pda1(
        document_number=claims["documentID"],
        pin=claims["subject"]["pin"],
        legislation_country=legislation["memberstate"],
        starts=date.fromisoformat(legislation["startDate"]),
        ends=date.fromisoformat(legislation["endDate"]),
        status_confirmation=confirmation["statusConfirmationCode"],
        exception_description=confirmation.get("exceptionDescription"),
        applies_for_duration=legislation.get("certificateAppliesForDuranceOfStay"),
        is_provisional=legislation.get("determinationIsProvisional"),
        transitional_rules=legislation.get("transitionRulesApplyAccordingEG"),
        employments=tuple(_read_employment(item) for item in claims["employmentSituations"]),
        states_of_activity=tuple(
            StateOfActivity(country, tuple(_read_place(place) for place in places))
            for country, places in claims["placesOfWork"].items()
        ),
        institution=_read_institution(claims["competentInstitution"]),
        person=_read_person(claims["subject"]),
    )


def _read_person(subject: Mapping[str, Any]) -> Person:
    names, birth, address = subject["names"], subject["placeOfBirth"], subject["address"]
    return Person(
        surnames=names["surnames"],
        forenames=names["forenames"],
        surname_at_birth=names.get("surnameAtBirth"),
        forenames_at_birth=names.get("forenamesAtBirth"),
        date_of_birth=date.fromisoformat(subject["dateOfBirth"]),
        pin=subject["pin"],
        gender=subject["gender"],
        nationalities=tuple(subject["nationalities"]),
        place_of_birth=PlaceOfBirth(birth["countryCode"], birth["town"]),
        residence=tuple(_read_address(item) for item in address.get("stateOfResidence", ())),
        stay=tuple(_read_address(item) for item in address.get("stateOfStay", ())),
    )


def _read_address(address: Mapping[str, Any]) -> Address:
    return Address(
        town=address["town"],
        country=address["countryCode"],
        street_and_number=address.get("streetAndNumber"),
        postcode=address.get("postcode"),
    )


def _read_employment(item: Mapping[str, Any]) -> Employment:
    address = _read_address(item["address"])
    return Employment(
        name=item["name"],
        id=item["employerID"],
        country=address.country,
        type_of_employment=item["typeOfEmployment"],
        type_of_id=item["typeOfID"],
        address=address,
    )


def _read_place(place: Mapping[str, Any]) -> PlaceOfWork:
    return PlaceOfWork(
        address=_read_address(place["address"]),
        name=place["companyOrVesselName"],
        id=place.get("companyID"),
        type_of_id=place.get("typeOfID"),
        flag_base_home_state=place.get("flagBaseHomeState"),
    )


def _read_institution(block: Mapping[str, Any]) -> Institution:
    return Institution(
        id=block["institutionID"],
        name=block["institutionName"],
        country=block["countryCode"],
        address=_read_address(block["address"]),
        phone=block.get("officePhoneNumber"),
        fax=block.get("officeFaxNumber"),
        email=block.get("email"),
    )
