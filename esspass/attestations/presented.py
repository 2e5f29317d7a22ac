"""What a verifier sees of a document: the same names for every shape, gaps where nothing was shown.

Paths per shape are a table; a value of the wrong type counts as not shown (``verify_presentation``
is the place that refuses it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from esspass.attestations.countries import is_institution_id, iso_country, parse_institution_id
from esspass.attestations.model import Authority
from esspass.attestations.registry import Kind, attestation_type
from esspass.attestations.shapes import probe_shape
from esspass.attestations.wording import parse_day

_Path = tuple[str, ...]
_FLAT: Mapping[str, _Path] = {
    "pin": ("personal_administrative_number",),
    "document_number": ("document_number",),
    "institution_id": ("authentic_source", "id"),
    "institution_name": ("authentic_source", "name"),
    "legislation_country": ("legislation_country",),
    "starts": ("starting_date",),
    "ends": ("ending_date",),
    "issued_on": ("date_of_issuance",),
    "expires_on": ("date_of_expiry",),
    "status_confirmation": ("status_confirmation",),
    "transitional": ("transitional_rules",),
}
_WEBUILD: Mapping[str, _Path] = {
    "pin": ("subject", "pin"),
    "document_number": ("documentID",),
    "institution_id": ("competentInstitution", "institutionID"),
    "institution_name": ("competentInstitution", "institutionName"),
    "institution_country": ("competentInstitution", "countryCode"),
    "legislation_country": ("memberstateAppliedLegislation", "memberstate"),
    "starts": ("memberstateAppliedLegislation", "startDate"),
    "ends": ("memberstateAppliedLegislation", "endDate"),
    "status_confirmation": ("statusConfirmation", "statusConfirmationCode"),
    "exception_description": ("statusConfirmation", "exceptionDescription"),
    "for_duration": ("memberstateAppliedLegislation", "certificateAppliesForDuranceOfStay"),
    "provisional": ("memberstateAppliedLegislation", "determinationIsProvisional"),
    "transitional": ("memberstateAppliedLegislation", "transitionRulesApplyAccordingEG"),
    "surnames": ("subject", "names", "surnames"),
    "forenames": ("subject", "names", "forenames"),
    "surname_at_birth": ("subject", "names", "surnameAtBirth"),
    "forenames_at_birth": ("subject", "names", "forenamesAtBirth"),
    "date_of_birth": ("subject", "dateOfBirth"),
}
_PID: Mapping[str, _Path] = {
    "pin": ("personal_administrative_number",),
    "document_number": ("document_number",),
    "issued_on": ("date_of_issuance",),
    "expires_on": ("date_of_expiry",),
    "surnames": ("family_name",),
    "forenames": ("given_name",),
    "surname_at_birth": ("birth_family_name",),
    "forenames_at_birth": ("birth_given_name",),
    "date_of_birth": ("birthdate",),
}
_PAPER_CARD: Mapping[str, _Path] = {
    "surnames": ("family_name",),
    "forenames": ("given_name",),
    "date_of_birth": ("birthdate",),
}
_REPRESENTED: Mapping[str, _Path] = {
    "surnames": ("subject", "familynames"),
    "forenames": ("subject", "forenames"),
    "date_of_birth": ("subject", "date_of_birth"),
}


@dataclass(frozen=True, slots=True)
class PresentedPerson:
    """What was shown of a person; at least one field is there."""

    surnames: str | None = None
    forenames: str | None = None
    surname_at_birth: str | None = None
    forenames_at_birth: str | None = None
    date_of_birth: date | None = None
    pin: str | None = None


@dataclass(frozen=True, slots=True)
class PresentedEmployer:
    """What was shown of an employer or self-employed activity."""

    name: str | None = None
    id: str | None = None
    country: str | None = None
    type_of_employment: str | None = None


@dataclass(frozen=True, slots=True)
class PresentedPlace:
    """What was shown of a place of work; ``country`` is the State it is listed under."""

    country: str | None = None
    name: str | None = None
    town: str | None = None
    street: str | None = None
    flag_base_home_state: str | None = None
    address_country: str | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """What was shown of a document. ``represented``: the EHIC is of this person, not the holder's.

    Countries are ISO codes. ``states_of_activity`` are those shown; there may be more. Lists of
    employers and places are None where nothing of the kind was shown. ``more_on_paper`` names what
    a QR code on paper left out: ``employers``, ``places``, ``exception_text``.
    """

    kind: Kind
    shape: str
    person: PresentedPerson | None = None
    represented: PresentedPerson | None = None
    pin: str | None = None
    document_number: str | None = None
    institution_id: str | None = None
    institution_name: str | None = None
    institution_country: str | None = None
    issuing_authority: Authority | None = None
    issuing_country: str | None = None
    legislation_country: str | None = None
    starts: date | None = None
    ends: date | None = None
    issued_on: date | None = None
    expires_on: date | None = None
    status_confirmation: str | None = None
    states_of_activity: tuple[str, ...] = ()
    exception_description: str | None = None
    for_duration: bool | None = None
    provisional: bool | None = None
    transitional: bool | None = None
    employers: tuple[PresentedEmployer, ...] | None = None
    places: tuple[PresentedPlace, ...] | None = None
    no_fixed_place: tuple[str, ...] | None = None
    more_on_paper: tuple[str, ...] = ()


def read_presented(vct: str, claims: Mapping[str, Any]) -> Presented:
    """Read what was shown. Raises MalformedError, ``unknown_type`` or ``unknown_shape``."""
    kind, shape = attestation_type(vct).kind, probe_shape(vct, claims)
    nested = shape == "we-build-1.0"
    paths = _WEBUILD if nested else _PID if kind == "pid" else _FLAT
    country = _issuing_country(claims)
    return Presented(
        kind=kind,
        shape=shape,
        person=_read_person(claims, _PAPER_CARD if kind == "ehic" else paths),
        represented=_read_person(claims, _REPRESENTED) if kind == "ehic" else None,
        pin=_text(claims, paths, "pin"),
        document_number=_text(claims, paths, "document_number"),
        institution_id=_text(claims, paths, "institution_id"),
        institution_name=_text(claims, paths, "institution_name"),
        institution_country=_institution_country(claims, paths) or country,
        issuing_authority=_read_authority(claims, country),
        issuing_country=country,
        legislation_country=_country(_text(claims, paths, "legislation_country")),
        starts=_day(claims, paths, "starts"),
        ends=_day(claims, paths, "ends"),
        issued_on=_day(claims, paths, "issued_on"),
        expires_on=_day(claims, paths, "expires_on"),
        status_confirmation=_text(claims, paths, "status_confirmation"),
        states_of_activity=tuple(dict.fromkeys(_states(claims))),
        exception_description=_text(claims, paths, "exception_description"),
        for_duration=_flag(claims, paths, "for_duration"),
        provisional=_flag(claims, paths, "provisional"),
        transitional=_flag(claims, paths, "transitional"),
        employers=_read_employers(claims),
        places=_read_places(claims),
        no_fixed_place=_read_no_fixed_place(claims),
        more_on_paper=_read_more(claims),
    )


def select_value(claims: Any, path: Sequence[str | int | None]) -> Any:
    """The value at ``path``, or None."""
    for part in path:
        if isinstance(part, str) and isinstance(claims, Mapping):
            claims = claims.get(part)
        elif isinstance(part, int) and isinstance(claims, list) and part < len(claims):
            claims = claims[part]
        else:
            return None
    return claims


def _read_person(claims: Mapping[str, Any], paths: Mapping[str, _Path]) -> PresentedPerson | None:
    if "surnames" not in paths:
        return None
    person = PresentedPerson(
        surnames=_text(claims, paths, "surnames"),
        forenames=_text(claims, paths, "forenames"),
        surname_at_birth=_text(claims, paths, "surname_at_birth"),
        forenames_at_birth=_text(claims, paths, "forenames_at_birth"),
        date_of_birth=_day(claims, paths, "date_of_birth"),
        pin=_text(claims, paths, "pin"),
    )
    return person if person != PresentedPerson() else None


def _text(claims: Mapping[str, Any], paths: Mapping[str, _Path], field: str) -> str | None:
    value = select_value(claims, paths[field]) if field in paths else None
    return value if isinstance(value, str) else None


def _flag(claims: Mapping[str, Any], paths: Mapping[str, _Path], field: str) -> bool | None:
    value = select_value(claims, paths[field]) if field in paths else None
    return value if isinstance(value, bool) else None


def _day(claims: Mapping[str, Any], paths: Mapping[str, _Path], field: str) -> date | None:
    return parse_day(_text(claims, paths, field))


def _country(code: str | None) -> str | None:
    return iso_country(code) if code else None


def _institution_country(claims: Mapping[str, Any], paths: Mapping[str, _Path]) -> str | None:
    identifier = _text(claims, paths, "institution_id")
    if identifier and is_institution_id(identifier):
        return parse_institution_id(identifier).country
    return _country(_text(claims, paths, "institution_country"))


def _issuing_country(claims: Mapping[str, Any]) -> str | None:
    for path in (("issuing_authority", "country"), ("issuing_country",)):
        value = select_value(claims, path)
        if isinstance(value, str):
            return iso_country(value)
    return None


def _read_authority(claims: Mapping[str, Any], country: str | None) -> Authority | None:
    identifier, name = (
        select_value(claims, ("issuing_authority", member)) for member in ("id", "name")
    )
    if not isinstance(identifier, str) or not isinstance(name, str) or country is None:
        return None
    return Authority(identifier, name, country)


def _read_employers(claims: Mapping[str, Any]) -> tuple[PresentedEmployer, ...] | None:
    """Employers of all shapes: We Build's list, the flat one's, and the single one of v1."""
    nested, flat = claims.get("employmentSituations"), claims.get("employer")
    if isinstance(nested, list):
        return tuple(_read_employment(item) for item in nested)
    entries = [flat] if isinstance(flat, Mapping) else flat
    if not isinstance(entries, list):
        return None
    return tuple(
        PresentedEmployer(
            _member(item, "name"),
            _member(item, "id"),
            _country(_member(item, "country")),
            _member(item, "type"),
        )
        for item in entries
    )


def _read_employment(item: Any) -> PresentedEmployer:
    return PresentedEmployer(
        _member(item, "name"),
        _member(item, "employerID"),
        _country(_member(item, "address", "countryCode")),
        _member(item, "typeOfEmployment"),
    )


def _read_places(claims: Mapping[str, Any]) -> tuple[PresentedPlace, ...] | None:
    states, addresses = claims.get("placesOfWork"), _addresses(claims)
    if isinstance(states, Mapping):
        return tuple(
            _read_place(iso_country(state), place)
            for state, places in states.items()
            for place in (places if isinstance(places, list) else ())
        )
    if addresses is None and _no_fixed_country(claims) is None:
        return None
    return tuple(_read_address(address) for address in addresses or ())


def _read_place(state: str, place: Any) -> PresentedPlace:
    return PresentedPlace(
        country=state,
        name=_member(place, "companyOrVesselName"),
        town=_member(place, "address", "town"),
        street=_member(place, "address", "streetAndNumber"),
        flag_base_home_state=_member(place, "flagBaseHomeState"),
        address_country=_country(_member(place, "address", "countryCode")),
    )


def _read_address(address: Any) -> PresentedPlace:
    country = _country(_member(address, "country"))
    return PresentedPlace(
        country=country,
        name=_member(address, "company_name"),
        town=_member(address, "locality"),
        street=_member(address, "street_address"),
        flag_base_home_state=_member(address, "flag_base_home"),
        address_country=country,
    )


def _read_no_fixed_place(claims: Mapping[str, Any]) -> tuple[str, ...] | None:
    """States without a fixed address (5.3); None where no State was shown at all."""
    states, country = claims.get("placesOfWork"), _no_fixed_country(claims)
    if isinstance(states, Mapping):
        return tuple(iso_country(state) for state, places in states.items() if places == [])
    if country is not None:
        return (country,)
    return None if _addresses(claims) is None else ()


def _read_more(claims: Mapping[str, Any]) -> tuple[str, ...]:
    named = claims.get("more_on_paper")
    return tuple(each for each in named if isinstance(each, str)) if isinstance(named, list) else ()


def _no_fixed_country(claims: Mapping[str, Any]) -> str | None:
    return _country(_member(claims, "work_information", "no_fixed_place_of_work"))


def _addresses(claims: Mapping[str, Any]) -> list[Any] | None:
    """Addresses of work of the flat shape, or the single one of v1."""
    listed = select_value(claims, ("work_information", "work_address"))
    single = claims.get("work_address")
    if isinstance(single, Mapping):
        return [single]
    return listed if isinstance(listed, list) else None


def _member(value: Any, *path: str) -> str | None:
    found = select_value(value, path)
    return found if isinstance(found, str) else None


def _states(claims: Mapping[str, Any]) -> Iterable[str]:
    states, country = claims.get("placesOfWork"), _no_fixed_country(claims)
    if isinstance(states, Mapping):
        yield from (iso_country(code) for code in states)
    if country is not None:
        yield country
    codes = claims.get("states_of_work")
    for code in codes if isinstance(codes, list) else ():
        if isinstance(code, str):
            yield iso_country(code)
    for address in _addresses(claims) or ():
        shown = _member(address, "country")
        if shown is not None:
            yield iso_country(shown)
