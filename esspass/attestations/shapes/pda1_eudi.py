"""PD A1 as in the DC4EU rulebook of 2025-08, ``urn:eudi:pda1:1``: flat, without the holder's name.

Who the holder is comes from the PID presented with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from esspass.attestations.countries import iso_country
from esspass.attestations.model import Employment, Pda1, PlaceOfWork, StateOfActivity
from esspass.attestations.shapes.claims import needed, present, read_day
from esspass.attestations.shapes.dc4eu import read_authority, read_institution, write_common
from esspass.attestations.shapes.oidc_address import read_address, write_address
from esspass.errors import MalformedError

SHAPE = "eudi-2025-08"


def write_pda1(document: Pda1) -> dict[str, Any]:
    """Write the business claims; the holder's name is not among them."""
    return {
        **write_common(
            document.pin,
            document.document_number,
            document.institution,
            document.issuing_authority,
            needed(document.issued_on, "the date of issue"),
            document.expires_on,
        ),
        "starting_date": document.starts.isoformat(),
        "ending_date": document.ends.isoformat(),
        "employer": [_write_employment(item) for item in document.employments],
        "work_information": _write_work(document.states_of_activity),
        "legislation_country": document.legislation_country,
        "status_confirmation": document.status_confirmation,
        **present(transitional_rules=document.transitional_rules),
    }


def _write_employment(employment: Employment) -> dict[str, Any]:
    return {
        "type": needed(employment.type_of_employment, "the type of employment"),
        "id": employment.id,
        "name": employment.name,
        "country": employment.country,
    }


def _write_work(states: Iterable[StateOfActivity]) -> dict[str, Any]:
    open_states = [state.country for state in states if not state.places]
    if len(open_states) > 1:
        raise MalformedError(
            "this shape knows one State without fixed address only", code="not_expressible"
        )
    addresses = [_write_place(place) for state in states for place in state.places]
    return present(
        no_fixed_place_of_work=open_states[0] if open_states else None,
        work_address=addresses or None,
    )


def _write_place(place: PlaceOfWork) -> dict[str, Any]:
    workplace = present(
        company_name=place.name, company_id=place.id, flag_base_home=place.flag_base_home_state
    )
    return write_address(place.address) | workplace


def read_pda1(claims: Mapping[str, Any]) -> Pda1:
    """Read complete claims whose form the schema has checked."""
    return Pda1(
        document_number=claims["document_number"],
        pin=claims["personal_administrative_number"],
        legislation_country=iso_country(claims["legislation_country"]),
        starts=date.fromisoformat(claims["starting_date"]),
        ends=date.fromisoformat(claims["ending_date"]),
        status_confirmation=claims["status_confirmation"],
        transitional_rules=claims.get("transitional_rules"),
        employments=tuple(_read_employment(item) for item in claims["employer"]),
        states_of_activity=_read_states(claims["work_information"]),
        institution=read_institution(claims),
        issuing_authority=read_authority(claims),
        issued_on=date.fromisoformat(claims["date_of_issuance"]),
        expires_on=read_day(claims, "date_of_expiry"),
    )


def _read_employment(item: Mapping[str, Any]) -> Employment:
    return Employment(
        name=item["name"],
        id=item["id"],
        country=iso_country(item["country"]),
        type_of_employment=item["type"],
    )


def _read_states(work: Mapping[str, Any]) -> tuple[StateOfActivity, ...]:
    places: dict[str, list[PlaceOfWork]] = {}
    for item in work.get("work_address", ()):
        place = _read_place(item)
        places.setdefault(place.address.country, []).append(place)
    if "no_fixed_place_of_work" in work:
        places.setdefault(iso_country(work["no_fixed_place_of_work"]), [])
    return tuple(StateOfActivity(country, tuple(found)) for country, found in places.items())


def _read_place(item: Mapping[str, Any]) -> PlaceOfWork:
    return PlaceOfWork(
        address=read_address(item),
        name=item.get("company_name"),
        id=item.get("company_id"),
        flag_base_home_state=item.get("flag_base_home"),
    )
