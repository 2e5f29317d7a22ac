"""The one time format of lists: ``YYYY-MM-DDThh:mm:ssZ`` (ETSI TS 119 602, clause 6.1.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from esspass.errors import MalformedError

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def create_timestamp(moment: int) -> str:
    """Write epoch seconds."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_timestamp(value: Any) -> int:
    """Read epoch seconds: no fractions, no offsets. Raises MalformedError."""
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        raise MalformedError("a list holds a time that is not YYYY-MM-DDThh:mm:ssZ")
    try:
        return int(datetime.fromisoformat(value).timestamp())
    except (ValueError, OverflowError) as error:
        raise MalformedError("a list holds a time that does not exist") from error
