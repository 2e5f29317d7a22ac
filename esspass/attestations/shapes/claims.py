"""Small pieces every shape is written with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from esspass.errors import MalformedError

T = TypeVar("T")


def present(**claims: Any) -> dict[str, Any]:
    """An object of the claims that have a value."""
    return {name: value for name, value in claims.items() if value is not None}


def needed(value: T | None, what: str) -> T:
    """Return the value. Raises MalformedError ``not_expressible`` if the document lacks it."""
    if value is None:
        raise MalformedError(f"this shape needs {what}", code="not_expressible")
    return value


def write_day(day: date | None) -> str | None:
    """ISO full-date."""
    return day.isoformat() if day else None


def read_day(claims: Mapping[str, Any], name: str) -> date | None:
    """A date that may be absent; the schema has checked its form."""
    return date.fromisoformat(claims[name]) if name in claims else None
