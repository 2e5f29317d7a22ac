"""EHIC, ``urn:eudi:ehic:1``: the DC4EU rulebook of 2025-08 with the local profile of its schema."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from esspass.attestations.model import Ehic, Person
from esspass.attestations.shapes.claims import present, read_day, write_day
from esspass.attestations.shapes.dc4eu import read_authority, read_institution, write_common

SHAPE = "ehic"


def write_ehic(document: Ehic) -> dict[str, Any]:
    """Write the business claims."""
    return {
        **write_common(
            document.pin,
            document.document_number,
            document.institution,
            document.issuing_authority,
            document.issued_on,
            document.expires_on,
        ),
        **present(
            starting_date=write_day(document.starts),
            ending_date=write_day(document.ends),
            subject=_write_subject(document.represented),
        ),
    }


def _write_subject(person: Person | None) -> dict[str, str] | None:
    if person is None:
        return None
    return {
        "forenames": person.forenames,
        "familynames": person.surnames,
        "date_of_birth": person.date_of_birth.isoformat(),
    }


def read_ehic(claims: Mapping[str, Any]) -> Ehic:
    """Read complete claims whose form the schema has checked."""
    subject = claims.get("subject")
    return Ehic(
        document_number=claims["document_number"],
        pin=claims["personal_administrative_number"],
        institution=read_institution(claims),
        issuing_authority=read_authority(claims),
        issued_on=date.fromisoformat(claims["date_of_issuance"]),
        expires_on=read_day(claims, "date_of_expiry"),
        starts=read_day(claims, "starting_date"),
        ends=read_day(claims, "ending_date"),
        represented=_read_subject(subject) if subject else None,
    )


def _read_subject(subject: Mapping[str, Any]) -> Person:
    day = date.fromisoformat(subject["date_of_birth"])
    return Person(subject["familynames"], subject["forenames"], day)
