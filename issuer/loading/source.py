"""Records from an institution's own system over HTTP: pages of a list, or one file.

A page is ``{"items": […], "next": "<address>"}``; ``next`` is left out on the last one and stays on
the host of the first. Anything else is a file as ``parse_rows`` reads it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from esspass.errors import MalformedError
from esspass.fetch import Fetcher, Response
from issuer.loading.rows import MAX_ROWS, Row, parse_rows

_MAX_PAGES = 1000


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Where an institution's records are; ``token`` is sent as a bearer token."""

    fetcher: Fetcher
    url: str
    token: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """What a clerk reads: the host."""
        return urlsplit(self.url).netloc

    def fetch_rows(self) -> list[Row]:
        """Fetch everything before anything is kept.

        Raises MalformedError as ``parse_rows``, ``bad_page``; UnavailableError.
        """
        rows: list[Row] = []
        url = self.url
        for _ in range(_MAX_PAGES):
            response = self._fetch(url)
            page = _read_page(response)
            if page is None:
                return parse_rows(response.body)
            rows += [_row(len(rows) + place, item) for place, item in enumerate(page["items"], 1)]
            if len(rows) > MAX_ROWS:
                raise MalformedError("the source has too many records", code="too_many_rows")
            if not page.get("next"):
                return rows
            url = self._follow(url, page["next"])
        raise MalformedError("the source has too many pages", code="too_many_rows")

    def _fetch(self, url: str) -> Response:
        headers = {"Accept": "application/json, text/csv"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.fetcher.get(url, headers).require(200)

    def _follow(self, url: str, link: Any) -> str:
        there = urljoin(url, link) if isinstance(link, str) else ""
        if urlsplit(there)[:2] != urlsplit(self.url)[:2]:
            raise MalformedError("the next page is on another host", code="bad_page")
        return there


def _read_page(response: Response) -> dict[str, Any] | None:
    try:
        value = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and "items" in value:
        if not isinstance(value["items"], list):
            raise MalformedError("a page without a list", code="bad_page")
        return value
    return None


def _row(place: int, item: Any) -> Row:
    return Row(place, item if isinstance(item, dict) else None)
