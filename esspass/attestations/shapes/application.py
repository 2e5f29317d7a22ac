"""Proof of application for an A1, ``urn:esspass:pda1-application:1``: a type of our own.

It says that somebody applied, and nothing about the legislation that applies. Common claims are
those of DC4EU, so that a verifier reads them like any other document's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from esspass.attestations.countries import iso_country
from esspass.attestations.model import Application, Employment
from esspass.attestations.shapes.claims import needed, read_day
from esspass.attestations.shapes.dc4eu import read_authority, read_institution, write_common

SHAPE = "application"


def write_application(document: Application) -> dict[str, Any]:
    """Write the business claims. Raises MalformedError ``not_expressible``."""
    return {
        **write_common(
            document.pin,
            document.document_number,
            document.institution,
            document.issuing_authority,
            document.issued_on,
            document.expires_on,
        ),
        "application_date": document.applied_on.isoformat(),
        "legislation_country": document.legislation_country,
        "starting_date": document.starts.isoformat(),
        "ending_date": document.ends.isoformat(),
        "employer": [_write_employment(item) for item in document.employments],
        "states_of_work": list(document.states_of_work),
    }


def _write_employment(employment: Employment) -> dict[str, Any]:
    return {
        "type": needed(employment.type_of_employment, "the type of employment"),
        "id": employment.id,
        "name": employment.name,
        "country": employment.country,
    }


def read_application(claims: Mapping[str, Any]) -> Application:
    """Read complete claims whose form the schema has checked."""
    return Application(
        document_number=claims["document_number"],
        pin=claims["personal_administrative_number"],
        applied_on=date.fromisoformat(claims["application_date"]),
        legislation_country=iso_country(claims["legislation_country"]),
        starts=date.fromisoformat(claims["starting_date"]),
        ends=date.fromisoformat(claims["ending_date"]),
        employments=tuple(_read_employment(item) for item in claims["employer"]),
        states_of_work=tuple(iso_country(code) for code in claims["states_of_work"]),
        institution=read_institution(claims),
        issuing_authority=read_authority(claims),
        issued_on=date.fromisoformat(claims["date_of_issuance"]),
        expires_on=read_day(claims, "date_of_expiry"),
    )


def _read_employment(item: Mapping[str, Any]) -> Employment:
    return Employment(item["name"], item["id"], iso_country(item["country"]), item["type"])
