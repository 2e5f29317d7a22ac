"""A person's browser reduced to what a script needs: cookies, redirects and plain forms.

It exists so that the demo signs in where a person would, at the issuer's own pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from esspass.errors import UnavailableError
from esspass.fetch import Fetcher, Response

_MAX_REDIRECTS = 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Page:
    """Where the browser ended. ``form`` are the hidden fields of the first form to be posted."""

    url: str
    status: int
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Browser:
    """Keeps cookies for one person. It leaves no site: a redirect elsewhere ends the visit."""

    fetcher: Fetcher
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, url: str) -> Page:
        """Open ``url`` and follow redirects on the same origin."""
        return self._follow(url, self._remember(self.fetcher.get(url, self._headers(url))))

    def submit(self, page: Page, values: Mapping[str, str]) -> Page:
        """Post the form of ``page`` with ``values`` in it."""
        form = {**page.form, **values}
        answer = self.fetcher.post_form(page.url, form, self._headers(page.url))
        return self._follow(page.url, self._remember(answer))

    def _follow(self, url: str, answer: Response) -> Page:
        for _ in range(_MAX_REDIRECTS):
            if answer.status not in _REDIRECTS:
                return Page(url, answer.status, _read_hidden_fields(answer.text))
            target = urljoin(url, answer.headers.get("Location", ""))
            if _origin(target) != _origin(url):
                return Page(target, answer.status)
            url = target
            answer = self._remember(self.fetcher.get(url, self._headers(url)))
        raise UnavailableError("the site redirects without end")

    def _headers(self, url: str) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies, "Origin": _origin(url), "Accept-Language": "en"}

    def _remember(self, answer: Response) -> Response:
        self.cookies.update(answer.cookies)
        return answer


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _read_hidden_fields(html: str) -> dict[str, str]:
    parser = _HiddenFields()
    parser.feed(html)
    return parser.fields


class _HiddenFields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.fields.setdefault(str(given["name"]), given.get("value") or "")
