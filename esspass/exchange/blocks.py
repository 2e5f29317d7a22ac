"""The blocks that messages share: person, address, employers, places of work, periods.

Each is written from the canonical model and read back into it. Inside we speak ISO countries,
messages say EL and UK. Nothing is cut to fit: what is too long for a field makes
``verify_content`` refuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from esspass.attestations import (
    OPEN_END,
    Address,
    Employment,
    Institution,
    Pda1,
    Person,
    PlaceOfBirth,
    PlaceOfWork,
    StateOfActivity,
    eessi_country,
    iso_country,
)

_EMPLOYED, _SELF_EMPLOYED = "01", "02"
_GENDERS = {"1": "01", "2": "02"}


def read_person(content: Mapping[str, Any], country: str) -> Person:
    """Read the person of a message; ``country`` is the one whose number counts first (ISO)."""
    block = content["Person"]
    said, more = block["PersonIdentification"], block.get("AdditionalInformationPerson", {})
    addresses = [content["AddressPerson"]["Address"]] if "AddressPerson" in content else []
    birth = said.get("IfPINNotProvidedForEveryInstitutionPleaseProvide", {}).get("PlaceBirth")
    genders = {code: gender for gender, code in _GENDERS.items()}
    return Person(
        surnames=said["familyName"],
        forenames=said["forename"],
        date_of_birth=date.fromisoformat(said["dateBirth"]),
        pin=_read_pin(said, country),
        gender=genders.get(said.get("sex", "")),
        surname_at_birth=said.get("familyNameAtBirth"),
        forenames_at_birth=said.get("forenameAtBirth"),
        nationalities=tuple(iso_country(code) for code in more.get("nationality", ())),
        place_of_birth=_read_birth(birth) if birth else None,
        residence=tuple(_read_address(each) for each in addresses),
    )


def write_person(person: Person, institution: Institution) -> dict[str, Any]:
    """Write ``Person``; its number is the one ``institution`` knows it by."""
    nationalities = [eessi_country(code) for code in person.nationalities]
    return drop_empty({
        "PersonIdentification": write_identification(person, institution),
        "AdditionalInformationPerson": {"nationality": nationalities} if nationalities else None,
    })  # fmt: skip


def write_identification(
    person: Person, institution: Institution, *, brief: bool = False
) -> dict[str, Any]:
    """Write ``PersonIdentification``, or the ``brief`` form of a ``PersonContext``."""
    number = {
        "country": eessi_country(institution.country),
        "personalIdentificationNumber": person.pin,
        "Institution": {"institutionID": institution.id, "institutionName": institution.name},
    }
    birth = person.place_of_birth
    place = drop_empty({
        "town": birth.town if birth else None,
        "region": birth.region if birth else None,
        "country": eessi_country(birth.country) if birth and birth.country else None,
    })  # fmt: skip
    full = {
        "familyNameAtBirth": person.surname_at_birth,
        "forenameAtBirth": person.forenames_at_birth,
        "IfPINNotProvidedForEveryInstitutionPleaseProvide": {"PlaceBirth": place}
        if place
        else None,
    }
    return drop_empty({
        "familyName": person.surnames,
        "forename": person.forenames,
        "dateBirth": person.date_of_birth.isoformat(),
        "sex": _GENDERS.get(person.gender or "", "98"),
        "PINPersonInEachInstitution": {"PersonalIdentificationNumber": [number]}
        if person.pin
        else None,
        **({} if brief else full),
    })  # fmt: skip


def write_period(starts: date, ends: date) -> dict[str, Any]:
    """Write a period; one until further notice is open."""
    if ends == OPEN_END:
        return {"OpenPeriod": {"startDate": starts.isoformat(), "typeOpenPeriod": "01"}}
    return {"FixedPeriod": {"startDate": starts.isoformat(), "endDate": ends.isoformat()}}


def write_employments(document: Pda1) -> dict[str, Any]:
    """Employers here, employers abroad, and the person's own activity."""
    home, abroad, own = [], [], []
    for employment in document.employments:
        written = write_employer(employment)
        if employment.type_of_employment == _SELF_EMPLOYED:
            own.append(written)
        elif employment.country == document.legislation_country:
            home.append(written)
        else:
            abroad.append(written)
    return {
        "EmployerInMemberStateWhichLegislationApplies": home or None,
        "EmployerInOtherMemberStateConcerned": abroad or None,
        "IdentificationSelfEmployment": own or None,
    }


def write_employer(employment: Employment) -> dict[str, Any]:
    """Write an employer, or a self-employed activity."""
    number = {"typeNumber": employment.type_of_id or "98", "number": employment.id}
    address = employment.address
    return drop_empty({
        "name": employment.name,
        "IdentificationNumber": [number] if employment.id else None,
        "Address": write_address(address) if address else None,
    })  # fmt: skip


def write_places(states: Sequence[StateOfActivity]) -> dict[str, Any]:
    """Write ``PlaceWork``: the States of the work, and the places in them."""
    countries = [
        drop_empty({
            "countryWork": eessi_country(state.country),
            "PlaceWork": [_write_place(place) for place in state.places] or None,
        })
        for state in states
    ]  # fmt: skip
    fixed = any(state.places for state in states)
    return {"CountriesWork": countries, "aFixedPlaceWorkExistsIndicator": fixed}


def _write_place(place: PlaceOfWork) -> dict[str, Any]:
    flag = place.flag_base_home_state
    return drop_empty({
        "companyNameVesselName": place.name,
        "Address": write_address(place.address),
        "flagStatehomeBase": eessi_country(flag) if flag else None,
    })  # fmt: skip


def write_address(address: Address) -> dict[str, Any]:
    """Write ``Address``."""
    return drop_empty({
        "street": address.street_and_number,
        "town": address.town,
        "postalCode": address.postcode,
        "region": address.region,
        "country": eessi_country(address.country),
    })  # fmt: skip


def _read_pin(said: Mapping[str, Any], country: str) -> str | None:
    numbers = said.get("PINPersonInEachInstitution", {}).get("PersonalIdentificationNumber", ())
    own = [each for each in numbers if iso_country(each["country"]) == country]
    chosen = (*own, *numbers)
    return chosen[0]["personalIdentificationNumber"] if chosen else None


def _read_birth(place: Mapping[str, Any]) -> PlaceOfBirth:
    country = place.get("country")
    return PlaceOfBirth(
        iso_country(country) if country else None, place.get("town"), place.get("region")
    )


def read_period(period: Mapping[str, Any]) -> tuple[date, date]:
    """Read a period; an open one ends on ``OPEN_END``."""
    if "OpenPeriod" in period:
        return date.fromisoformat(period["OpenPeriod"]["startDate"]), OPEN_END
    fixed = period["FixedPeriod"]
    return date.fromisoformat(fixed["startDate"]), date.fromisoformat(fixed["endDate"])


def read_employments(content: Mapping[str, Any]) -> Iterator[Employment]:
    """Read every employer and activity; who names no address sits where the legislation applies."""
    home = iso_country(
        content["DecisionLegislationApplicable"]["memberStateWhichLegislationApplies"]
    )
    for member, kind in (
        ("EmployerInMemberStateWhichLegislationApplies", _EMPLOYED),
        ("EmployerInOtherMemberStateConcerned", _EMPLOYED),
        ("IdentificationSelfEmployment", _SELF_EMPLOYED),
    ):
        for each in content.get(member, ()):
            yield _read_employer(each, kind, home)


def _read_employer(said: Mapping[str, Any], kind: str, home: str) -> Employment:
    numbers = said.get("IdentificationNumber", ({},))
    address = _read_address(said["Address"]) if "Address" in said else None
    return Employment(
        name=said["name"],
        id=numbers[0].get("number", ""),
        country=address.country if address else home,
        type_of_employment=kind,
        type_of_id=numbers[0].get("typeNumber"),
        address=address,
    )


def read_places(said: Mapping[str, Any]) -> tuple[StateOfActivity, ...]:
    """Read ``PlaceWork``; a place without an address is none."""
    return tuple(
        StateOfActivity(
            iso_country(each["countryWork"]),
            tuple(_read_place(p) for p in each.get("PlaceWork", ()) if "Address" in p),
        )
        for each in said.get("CountriesWork", ())
    )


def _read_place(said: Mapping[str, Any]) -> PlaceOfWork:
    flag = said.get("flagStatehomeBase")
    return PlaceOfWork(
        address=_read_address(said["Address"]),
        name=said.get("companyNameVesselName"),
        flag_base_home_state=iso_country(flag) if flag else None,
    )


def _read_address(said: Mapping[str, Any]) -> Address:
    return Address(
        town=said["town"],
        country=iso_country(said["country"]),
        street_and_number=said.get("street"),
        postcode=said.get("postalCode"),
        region=said.get("region"),
    )


def read_day(text: str | None) -> date | None:
    """Read a day that may be absent; the schema has checked its form."""
    return date.fromisoformat(text) if text else None


def write_day(day: date | None) -> str | None:
    """Write a day that may be absent."""
    return day.isoformat() if day else None


def drop_empty(members: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the members that have a value."""
    return {name: value for name, value in members.items() if value is not None}
