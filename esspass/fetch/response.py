"""An answer that has been read whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from requests.structures import CaseInsensitiveDict

from esspass.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers (by any case), body, and the cookies it sets."""

    status: int
    raw_headers: Mapping[str, str]
    body: bytes = field(repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        return CaseInsensitiveDict(self.raw_headers)

    @property
    def text(self) -> str:
        """The body as UTF-8. Raises UnavailableError."""
        try:
            return self.body.decode("utf-8").strip()
        except UnicodeDecodeError as error:
            raise UnavailableError("answer is not text") from error

    def require(self, *statuses: int) -> Response:
        """Return self when the status is one of ``statuses``; raises UnavailableError."""
        if self.status not in statuses:
            raise UnavailableError(f"answered with HTTP {self.status}")
        return self

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises UnavailableError."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise UnavailableError("answer is not JSON") from error
        if not isinstance(value, dict):
            raise UnavailableError("answer is not a JSON object")
        return value
