"""PID, ``urn:eudi:pid:1``: the claim names of the PID Rulebook, section 4.1.1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from esspass.attestations.countries import iso_country
from esspass.attestations.model import Address, Person, Pid, PlaceOfBirth
from esspass.attestations.shapes.claims import needed, present, read_day, write_day
from esspass.attestations.shapes.oidc_address import read_address, write_address
from esspass.errors import MalformedError

SHAPE = "pid"


def write_pid(document: Pid) -> dict[str, Any]:
    """Write the business claims."""
    person = document.person
    return present(
        family_name=person.surnames,
        given_name=person.forenames,
        birthdate=person.date_of_birth.isoformat(),
        place_of_birth=_write_birth(needed(person.place_of_birth, "the place of birth")),
        nationalities=list(person.nationalities),
        address=_write_address(person.residence),
        personal_administrative_number=person.pin,
        birth_family_name=person.surname_at_birth,
        birth_given_name=person.forenames_at_birth,
        picture=document.portrait,
        sex=int(person.gender) if person.gender else None,
        email=document.email,
        phone_number=document.phone_number,
        document_number=document.document_number,
        issuing_authority=document.issuing_authority,
        issuing_country=document.issuing_country,
        issuing_jurisdiction=document.issuing_jurisdiction,
        date_of_issuance=write_day(document.issued_on),
        date_of_expiry=document.expires_on.isoformat(),
    )


def _write_birth(birth: PlaceOfBirth) -> dict[str, Any]:
    return present(locality=birth.town, region=birth.region, country=birth.country)


def _write_address(addresses: tuple[Address, ...]) -> dict[str, Any] | None:
    if not addresses:
        return None
    if len(addresses) > 1:
        raise MalformedError("a PID holds one address", code="not_expressible")
    return write_address(addresses[0])


def read_pid(claims: Mapping[str, Any]) -> Pid:
    """Read complete claims whose form the schema has checked."""
    return Pid(
        person=_read_person(claims),
        issuing_authority=claims["issuing_authority"],
        issuing_country=iso_country(claims["issuing_country"]),
        issuing_jurisdiction=claims.get("issuing_jurisdiction"),
        issued_on=read_day(claims, "date_of_issuance"),
        expires_on=date.fromisoformat(claims["date_of_expiry"]),
        document_number=claims.get("document_number"),
        email=claims.get("email"),
        phone_number=claims.get("phone_number"),
        portrait=claims.get("picture"),
    )


def _read_person(claims: Mapping[str, Any]) -> Person:
    sex = claims.get("sex")
    return Person(
        surnames=claims["family_name"],
        forenames=claims["given_name"],
        date_of_birth=date.fromisoformat(claims["birthdate"]),
        pin=claims.get("personal_administrative_number"),
        gender=None if sex is None else str(sex),
        surname_at_birth=claims.get("birth_family_name"),
        forenames_at_birth=claims.get("birth_given_name"),
        nationalities=tuple(iso_country(code) for code in claims["nationalities"]),
        place_of_birth=_read_birth(claims["place_of_birth"]),
        residence=_read_address(claims.get("address")),
    )


def _read_birth(place: Mapping[str, Any]) -> PlaceOfBirth:
    country = place.get("country")
    return PlaceOfBirth(
        iso_country(country) if country else None, place.get("locality"), place.get("region")
    )


def _read_address(address: Mapping[str, Any] | None) -> tuple[Address, ...]:
    """An address needs a town and a country to be one of ours."""
    if not address or not {"locality", "country"} <= set(address):
        return ()
    return (read_address(address),)
