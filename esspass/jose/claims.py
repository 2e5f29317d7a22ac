"""Registered JWT claims that several formats share: times, and the reference to a status list.

NumericDate of JWT, and Token Status List, section 6.1. They live here because the
formats that carry them and the status list that resolves them do not know each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError

MAX_DATE = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second calendars agree on
MAX_URI_CHARACTERS = 2048


@dataclass(frozen=True, slots=True)
class StatusReference:
    """Where the status of a token is kept: a status list's address and an index into it."""

    uri: str
    index: int


def parse_date(claims: Mapping[str, Any], name: str) -> int | None:
    """Return a NumericDate claim in epoch seconds, or None when absent. Raises MalformedError."""
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_DATE:
        raise MalformedError(f"{name} is not a date", code="bad_date")
    return int(value)


def parse_status_reference(claims: Mapping[str, Any]) -> StatusReference | None:
    """Read the ``status`` claim; None when there is none.

    Raises MalformedError, also for a status mechanism we do not know: a credential whose status
    we cannot ask for must not pass as one without status.
    """
    if "status" not in claims:
        return None
    status = claims["status"]
    entry = status.get("status_list") if isinstance(status, Mapping) else None
    if not isinstance(entry, Mapping):
        raise MalformedError("unknown status mechanism", code="bad_status_reference")
    uri, index = entry.get("uri"), entry.get("idx")
    if not isinstance(uri, str) or not _is_address(uri):
        raise MalformedError("status list has no usable address", code="bad_status_reference")
    if isinstance(index, bool) or not isinstance(index, int) or index < 0:
        raise MalformedError("status index is not a whole number", code="bad_status_reference")
    return StatusReference(uri, index)


def _is_address(uri: str) -> bool:
    return uri.startswith(("https://", "http://")) and len(uri) <= MAX_URI_CHARACTERS
