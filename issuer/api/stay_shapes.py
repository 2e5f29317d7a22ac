"""Certificates asked for abroad, as they go over the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from esspass.exchange.sed import read_json
from issuer.api.shapes import Body, ListPage, Moment, PersonShape, Shape
from issuer.exchange.stays import Seal

_REASONS = tuple(read_json("codes.json")["reasonRequest"])


class NewStay(Body):
    """For whom a certificate is asked, and for which days; the same ``reference`` asks once."""

    person: PersonShape  # type: ignore[valid-type]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1, where insured")]
    starts: date
    ends: date
    reason: Literal[_REASONS] = "01"  # type: ignore[valid-type]
    facility: Annotated[str, Field(max_length=155)] | None = None
    reference: Annotated[str, Field(min_length=1, max_length=64)]


class Certificate(Shape):
    """A certificate that was given, and the days it covers."""

    number: str
    starts: date
    ends: date


class Stay(Shape):
    """A certificate asked for."""

    case_id: str
    institution: str
    country: str
    person: PersonShape  # type: ignore[valid-type]
    starts: date
    ends: date
    asked_at: Moment
    answered_at: Moment | None
    status: str = Field(description="code of the answer; empty as long as there is none")
    certificate: Certificate | None
    seal: Seal


class StayPage(ListPage):
    """A page of certificates asked for, the latest first."""

    items: list[Stay]
