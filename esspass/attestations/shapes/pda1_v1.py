"""PD A1 in the first DC4EU shape, also ``urn:eudi:pda1:1``: one employer, one address.

We read it and never write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from esspass.attestations.countries import iso_country
from esspass.attestations.model import Employment, Pda1, PlaceOfWork, StateOfActivity
from esspass.attestations.shapes.claims import read_day
from esspass.attestations.shapes.dc4eu import read_authority, read_institution
from esspass.attestations.shapes.oidc_address import read_address

SHAPE = "eudi-v1"


def read_pda1(claims: Mapping[str, Any]) -> Pda1:
    """Read complete claims whose form the schema has checked."""
    employer = claims["employer"]
    address = read_address(claims["work_address"])
    return Pda1(
        document_number=claims["document_number"],
        pin=claims["personal_administrative_number"],
        legislation_country=iso_country(claims["legislation_country"]),
        starts=date.fromisoformat(claims["starting_date"]),
        ends=date.fromisoformat(claims["ending_date"]),
        status_confirmation=claims["status_confirmation"],
        employments=(
            Employment(employer["name"], employer["id"], iso_country(employer["country"])),
        ),
        states_of_activity=(StateOfActivity(address.country, (PlaceOfWork(address),)),),
        institution=read_institution(claims),
        issuing_authority=read_authority(claims),
        issued_on=date.fromisoformat(claims["date_of_issuance"]),
        expires_on=read_day(claims, "date_of_expiry"),
    )
