"""The claims every DC4EU document shares: institution, issuing authority, dates of the document.

The issuing country has two dialects: ``issuing_authority.country`` (rulebook of 2025-08) and
``issuing_country`` (all running implementations). We write both and read either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from esspass.attestations.countries import is_institution_id, iso_country, parse_institution_id
from esspass.attestations.model import Authority, Institution
from esspass.attestations.shapes.claims import present


def write_common(
    pin: str,
    document_number: str,
    institution: Institution,
    authority: Authority | None,
    issued_on: date,
    expires_on: date | None,
) -> dict[str, Any]:
    """Write the block; the institution itself is the issuing authority unless one is named."""
    signer = authority or Authority(institution.id, institution.name, institution.country)
    return present(
        personal_administrative_number=pin,
        document_number=document_number,
        issuing_authority={"id": signer.id, "name": signer.name, "country": signer.country},
        issuing_country=signer.country,
        authentic_source={"id": institution.id, "name": institution.name},
        date_of_issuance=issued_on.isoformat(),
        date_of_expiry=expires_on.isoformat() if expires_on else None,
    )


def read_issuing_country(claims: Mapping[str, Any]) -> str:
    """The issuing country in either dialect, as ISO code."""
    return iso_country(claims["issuing_authority"].get("country") or claims["issuing_country"])


def read_institution(claims: Mapping[str, Any]) -> Institution:
    """The competent institution; its country is that of its code, else that of the issuer."""
    source = claims["authentic_source"]
    if is_institution_id(source["id"]):
        country = parse_institution_id(source["id"]).country
    else:
        country = read_issuing_country(claims)
    return Institution(source["id"], source["name"], country)


def read_authority(claims: Mapping[str, Any]) -> Authority:
    """The issuing authority with its country."""
    block = claims["issuing_authority"]
    return Authority(block["id"], block["name"], read_issuing_country(claims))
