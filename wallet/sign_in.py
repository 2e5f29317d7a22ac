"""Signing in at an issuer without a browser: for the command line, the demo and tests.

Follows an authorization endpoint's pages as a script would: redirects, one plain form with the
identity's fields, or the request to present a PID. Stops at the wallet's redirect URI. Knows
nothing of scripts and styles; cookies stay with the host that set them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from esspass.errors import ProtocolError, VerificationError
from esspass.fetch import Fetcher, Response
from esspass.openid4vp.link import SCHEMES

MAX_STEPS = 12
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
Present = Callable[[str], str | None]


@dataclass(slots=True)
class Form:
    """A form that is posted: where to, and its fields."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class _Page(HTMLParser):
    """Collects the links and the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        members = {name: value or "" for name, value in attrs}
        if tag == "a" and members.get("href"):
            self.links.append(members["href"])
        elif tag == "form":
            self.forms.append(Form(members.get("action", "")))
        elif tag == "input" and self.forms and members.get("name"):
            self.forms[-1].values[members["name"]] = members.get("value", "")


@dataclass(slots=True)
class HeadlessSignIn:
    """One visit. ``fields`` fill the sign-in form; ``present`` answers a request to present.

    ``present`` gets the link and returns where the verifier wants to go on. ``redirect_uri`` is
    the wallet's own, ``web_wallet`` the address under which requests to present reach it.
    """

    fetcher: Fetcher
    redirect_uri: str
    web_wallet: str
    fields: Mapping[str, str]
    present: Present
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def __call__(self, url: str) -> str:
        """Visit the sign-in at ``url``; return the address it ends at, with code and state.

        Raises VerificationError ``sign_in_refused``, ProtocolError, UnavailableError.
        """
        answer = self._get(url)
        for _ in range(MAX_STEPS):
            if answer.status in _REDIRECTS:
                url = urljoin(url, answer.headers.get("Location", ""))
                if url.startswith(f"{self.redirect_uri}?"):
                    return url
                url = self._through_wallet(url)
                answer = self._get(url)
                continue
            url, answer = self._act(url, answer)
        raise VerificationError("the sign-in leads in circles", code="sign_in_refused")

    def _through_wallet(self, url: str) -> str:
        """Present where the sign-in asks for that, else go where it says."""
        if urlsplit(url).scheme not in SCHEMES and not url.startswith(f"{self.web_wallet}?"):
            return url
        back = self.present(url)
        if back is None:
            raise ProtocolError("no identity was shown", code="access_denied")
        return back

    def _act(self, url: str, answer: Response) -> tuple[str, Response]:
        """Do what a page asks for: fill its form, or choose the way to sign in."""
        page = _Page()
        page.feed(answer.require(200).text)
        for form in page.forms:
            if self.fields and self.fields.keys() & form.values.keys():
                return self._post(urljoin(url, form.action), form)
        wanted = "/demo-eid" if self.fields else "/pid/here"
        for link in sorted(page.links, key=lambda each: not each.endswith(wanted)):
            if link.endswith((wanted, "/pid")) and not (self.fields and link.endswith("/pid")):
                address = urljoin(url, link)
                return address, self._get(address)
        raise VerificationError("the sign-in page is not understood", code="sign_in_refused")

    def _post(self, address: str, form: Form) -> tuple[str, Response]:
        filled = {**form.values, **self.fields}
        answer = self.fetcher.post_form(address, filled, self._headers(address))
        if answer.status not in _REDIRECTS:
            raise VerificationError("the sign-in was refused", code="sign_in_refused")
        return address, self._keep(address, answer)

    def _get(self, address: str) -> Response:
        return self._keep(address, self.fetcher.get(address, self._headers(address)))

    def _headers(self, address: str) -> dict[str, str]:
        jar = self.cookies.get(urlsplit(address).netloc, {})
        text = "; ".join(f"{name}={value}" for name, value in jar.items())
        return {"Accept": "text/html", **({"Cookie": text} if text else {})}

    def _keep(self, address: str, answer: Response) -> Response:
        self.cookies.setdefault(urlsplit(address).netloc, {}).update(answer.cookies)
        return answer
