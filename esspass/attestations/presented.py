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
class Presented:
    """What was shown of a document. ``represented``: the EHIC is of this person, not the holder's.

    Countries are ISO codes. ``states_of_activity`` are those shown; there may be more.
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


def read_presented(vct: str, claims: Mapping[str, Any]) -> Presented:
    """Read what was shown. Raises MalformedError, ``unknown_type`` or ``unknown_shape``."""
    kind, shape = attestation_type(vct).kind, probe_shape(vct, claims)
    nested = shape == "we-build-1.0"
    paths = _WEBUILD if nested else _PID if kind == "pid" else _FLAT
    country = _issuing_country(claims)
    return Presented(
        kind=kind,
        shape=shape,
        person=_read_person(claims, paths),
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


def _states(claims: Mapping[str, Any]) -> Iterable[str]:
    places = claims.get("placesOfWork")
    if isinstance(places, Mapping):
        yield from (iso_country(code) for code in places)
    codes = claims.get("states_of_work")
    for code in codes if isinstance(codes, list) else ():
        if isinstance(code, str):
            yield iso_country(code)
    for path in (
        ("work_address", "country"),
        ("work_information", "no_fixed_place_of_work"),
    ):
        value = select_value(claims, path)
        if isinstance(value, str):
            yield iso_country(value)
    addresses = select_value(claims, ("work_information", "work_address"))
    for address in addresses if isinstance(addresses, list) else ():
        value = select_value(address, ("country",))
        if isinstance(value, str):
            yield iso_country(value)
