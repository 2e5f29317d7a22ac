"""GET and POST under a policy; what does not answer as it should is an UnavailableError."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter

from esspass.errors import MalformedError, UnavailableError
from esspass.fetch.response import Response

_CHUNK = 64 * 1024
# All that is assigned to hosts of the Internet; outside it lie NAT64 and other ways to IPv4.
_UNICAST = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What an app may reach.

    ``allow_loopback`` admits plain http and loopback addresses: a demo on one machine.
    ``ca_file`` is a PEM file of additional TLS roots. ``timeout`` in seconds is for the whole
    exchange, ``max_bytes`` for the body.
    """

    allow_loopback: bool = False
    ca_file: str | None = None
    timeout: float = 10.0
    max_bytes: int = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Speaks HTTP outwards; one per app."""

    policy: FetchPolicy = field(default_factory=FetchPolicy)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """GET ``url``. Raises MalformedError for a forbidden URL, UnavailableError otherwise."""
        return self._request("GET", url, headers=headers)

    def post_form(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Response:
        """POST ``application/x-www-form-urlencoded``."""
        return self._request("POST", url, headers=headers, data=dict(form))

    def post(
        self, url: str, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """POST a body of the given content type."""
        typed = {**(headers or {}), "Content-Type": content_type}
        return self._request("POST", url, headers=typed, data=body)

    def _request(
        self, method: str, url: str, headers: Mapping[str, str] | None, data: Any = None
    ) -> Response:
        parts = self._checked(url)
        address = self._resolve(parts)
        plain = {"Accept-Encoding": "identity", **(headers or {})}
        with requests.Session() as session:
            session.trust_env = False
            session.verify = self.policy.ca_file or True
            adapter = _PinnedAdapter(parts, address)
            session.mount(f"{parts.scheme}://", adapter)
            try:
                with adapter.deadline(self.policy.timeout), session.request(
                    method, url, headers=plain, data=data, stream=True,
                    allow_redirects=False, timeout=self.policy.timeout,
                ) as answer:  # fmt: skip
                    body = self._read(answer)
                    return Response(
                        answer.status_code, dict(answer.headers), body, _read_cookies(answer)
                    )
            except requests.RequestException as error:
                raise UnavailableError(f"{parts.hostname} did not answer") from error
            except UnicodeError as error:
                raise MalformedError("a header or form that cannot be sent") from error

    def _checked(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018  (reading it validates it)
        except ValueError as error:
            raise MalformedError("not a URL", code="forbidden_url") from error
        schemes = {"https", "http"} if self.policy.allow_loopback else {"https"}
        if parts.scheme not in schemes or not parts.hostname or parts.username or parts.fragment:
            raise MalformedError("URL not allowed", code="forbidden_url")
        return parts

    def _resolve(self, parts: SplitResult) -> str:
        """Return the one address to connect to, after looking at all of them."""
        try:
            answers = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise UnavailableError(f"{parts.hostname} is not known") from error
        addresses = sorted({str(answer[4][0]) for answer in answers}, key=lambda a: ":" in a)
        if not addresses or not all(self._allowed(address, parts.scheme) for address in addresses):
            raise MalformedError("address not allowed", code="forbidden_url")
        return addresses[0]

    def _allowed(self, text: str, scheme: str) -> bool:
        address = ipaddress.ip_address(text.partition("%")[0])
        if address.is_loopback:
            return self.policy.allow_loopback
        if address.version == 6 and (address not in _UNICAST or address.sixtofour):
            return False
        return scheme == "https" and address.is_global and not address.is_multicast

    def _read(self, answer: requests.Response) -> bytes:
        body = bytearray()
        for chunk in answer.iter_content(_CHUNK):
            body += chunk
            if len(body) > self.policy.max_bytes:
                raise UnavailableError("answer too large", code="answer_too_large")
        return bytes(body)


def _read_cookies(answer: requests.Response) -> Mapping[str, str]:
    """Return what the answer sets; the header may stand there several times."""
    lines = answer.raw.headers.getlist("Set-Cookie")
    pairs = (line.partition(";")[0].partition("=") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs}


class _PinnedAdapter(HTTPAdapter):
    """Connects to the address that was checked; TLS still names and verifies the host."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(max_retries=0)
        self._parts, self._address = parts, address
        self._opened: list[socket.socket] = []

    @contextlib.contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Cut the connection after ``seconds``: the socket's own timeout starts anew at each byte.

        Raises UnavailableError, also for an answer that only ended because it was cut.
        """
        ends = time.monotonic() + seconds
        watch = threading.Timer(seconds, self._cut)
        watch.daemon = True
        watch.start()
        try:
            yield
            if time.monotonic() >= ends:
                raise UnavailableError("answer too slow")
        finally:
            watch.cancel()

    def _cut(self) -> None:
        for opened in self._opened:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(opened, socket.SHUT_RDWR)  # beneath TLS, whose state is busy

    def get_connection_with_tls_context(
        self,
        request: Any,
        verify: Any,
        proxies: Any = None,  # noqa: ARG002  (the signature is requests' own)
        cert: Any = None,
    ) -> Any:
        host, pool = self.build_connection_pool_key_attributes(request, verify, cert)
        name = self._parts.hostname
        named = {"server_hostname": name, "assert_hostname": name}
        tls: dict[str, Any] = {**pool, **(named if self._parts.scheme == "https" else {})}
        request.headers["Host"] = self._parts.netloc
        connections = self.poolmanager.connection_from_host(
            self._address, port=host["port"], scheme=host["scheme"], pool_kwargs=tls
        )
        connections.ConnectionCls = _noting(connections.ConnectionCls, self._opened)
        return connections


def _noting(connection_type: Any, opened: list[socket.socket]) -> Any:
    """A connection that says which socket it opened."""

    class Noted(connection_type):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            opened.append(self.sock)

    return Noted
