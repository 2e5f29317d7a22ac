"""Addresses in the claims of OpenID Connect Core 1.0, section 5.1.1, with ``region`` and the like.

The PID Rulebook and the DC4EU rulebook use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esspass.attestations.countries import iso_country
from esspass.attestations.model import Address
from esspass.attestations.shapes.claims import present


def write_address(address: Address) -> dict[str, Any]:
    """Write an address."""
    return present(
        street_address=address.street_and_number,
        postal_code=address.postcode,
        locality=address.town,
        region=address.region,
        country=address.country,
    )


def read_address(item: Mapping[str, Any]) -> Address:
    """Read an address with a town and a country; v1 says ``building_number``."""
    number = item.get("house_number") or item.get("building_number")
    street = " ".join(part for part in (item.get("street_address"), number) if part)
    return Address(
        town=item["locality"],
        country=iso_country(item["country"]),
        street_and_number=street or None,
        postcode=item.get("postal_code"),
        region=item.get("region"),
    )
