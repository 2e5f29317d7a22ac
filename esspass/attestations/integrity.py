"""Data integrity: what must hold between claims and no schema can say.

Each rule looks at what was disclosed and is silent about the rest. An open end, 2499-01-01, is a
date like any other here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from esspass.attestations.countries import is_institution_id, iso_country, parse_institution_id
from esspass.attestations.presented import Presented, read_presented, select_value
from esspass.errors import VerificationError

_Rule = Callable[[Presented, Mapping[str, Any]], None]


def verify_integrity(vct: str, claims: Mapping[str, Any]) -> None:
    """Apply every rule to processed claims.

    Raises VerificationError: ``end_before_start``, ``expiry_before_issuance``,
    ``birth_after_start``, ``country_mismatch``; MalformedError as ``read_presented``.
    """
    presented = read_presented(vct, claims)
    for rule in _RULES:
        rule(presented, claims)


def _verify_period(presented: Presented, _claims: Mapping[str, Any]) -> None:
    if _after(presented.starts, presented.ends):
        raise VerificationError("the period ends before it starts", code="end_before_start")


def _verify_expiry(presented: Presented, claims: Mapping[str, Any]) -> None:
    backwards = _time(claims, "exp", math.inf) <= _time(claims, "iat", 0)
    if backwards or _after(presented.issued_on, presented.expires_on):
        raise VerificationError(
            "the document expires before it was issued", code="expiry_before_issuance"
        )


def _verify_birth(presented: Presented, _claims: Mapping[str, Any]) -> None:
    person = presented.represented or presented.person
    if person is not None and _after(person.date_of_birth, presented.starts):
        raise VerificationError(
            "the period starts before the person was born", code="birth_after_start"
        )


def _verify_places(_presented: Presented, claims: Mapping[str, Any]) -> None:
    """The State a place of work is listed under is the State of its address (We Build)."""
    states = claims.get("placesOfWork")
    for state, places in states.items() if isinstance(states, Mapping) else ():
        for place in places if isinstance(places, list) else ():
            _verify_same(state, select_value(place, ("address", "countryCode")), "a place of work")


def _verify_issuing_country(_presented: Presented, claims: Mapping[str, Any]) -> None:
    """``issuing_country`` and ``issuing_authority.country`` are two dialects of one fact."""
    inner = select_value(claims, ("issuing_authority", "country"))
    _verify_same(claims.get("issuing_country"), inner, "the issuing authority")


def _verify_institution(presented: Presented, claims: Mapping[str, Any]) -> None:
    identifier = presented.institution_id
    block = claims.get("competentInstitution")
    if identifier and is_institution_id(identifier) and isinstance(block, Mapping):
        country = parse_institution_id(identifier).country
        if country != "EU":
            _verify_same(country, block.get("countryCode"), "the institution")


def _verify_same(one: Any, other: Any, what: str) -> None:
    if isinstance(one, str) and isinstance(other, str) and iso_country(one) != iso_country(other):
        raise VerificationError(f"two countries are given for {what}", code="country_mismatch")


def _time(claims: Mapping[str, Any], name: str, default: float) -> float:
    value = claims.get(name)
    return value if isinstance(value, int) else default


def _after(earlier: date | None, later: date | None) -> bool:
    return earlier is not None and later is not None and earlier > later


_RULES: tuple[_Rule, ...] = (
    _verify_period,
    _verify_expiry,
    _verify_birth,
    _verify_places,
    _verify_issuing_country,
    _verify_institution,
)
