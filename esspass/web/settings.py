"""Settings that every app of ours hands to the web layer once, at its start."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast
from urllib.parse import urlsplit

from flask import current_app
from flask_babel.speaklater import LazyString

from esspass.errors import MalformedError

Text: TypeAlias = str | LazyString
MIN_SECRET_KEY = 32


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What a person reads about one error code: a heading, one sentence, the next step."""

    title: Text
    sentence: Text
    next_step: Text = ""


def read_clock() -> int:
    """Return the current time in seconds since 1970, UTC."""
    return int(time.time())


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How an app is reached and what it is called.

    ``base_url`` is the public address without a path, ``session_cookie`` a name no other app on
    the same host has (cookies ignore ports), ``translation_directories`` the app's catalogues
    beside the kernel's, ``error_texts`` its own words per error code, ``max_body`` in bytes.
    Raises MalformedError for an address or a secret key that cannot serve.
    """

    base_url: str
    secret_key: str = field(repr=False)
    session_cookie: str
    service_name: Text
    translation_directories: tuple[Path, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    error_texts: Mapping[str, ErrorText] = field(default_factory=dict)
    max_body: int = 1024 * 1024
    clock: Callable[[], int] = read_clock

    def __post_init__(self) -> None:
        url = urlsplit(self.base_url)
        if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/"):
            raise MalformedError("the base URL is not http(s)://host[:port]", code="bad_base_url")
        if len(self.secret_key) < MIN_SECRET_KEY:
            raise MalformedError(
                f"the secret key is shorter than {MIN_SECRET_KEY} characters",
                code="weak_secret_key",
            )

    @property
    def origin(self) -> str:
        """Scheme, host and port, as browsers write them in ``Origin``."""
        url = urlsplit(self.base_url)
        default = {"http": 80, "https": 443}[url.scheme]
        port = "" if url.port in {None, default} else f":{url.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{url.scheme}://{host}{port}"

    @property
    def host(self) -> str:
        """The host name; also the relying party id of passkeys (WebAuthn, section 5.1.2)."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether the app is reached over TLS."""
        return self.base_url.startswith("https:")


def web_settings() -> WebSettings:
    """Return the settings of the current app."""
    return cast("WebSettings", current_app.extensions["esspass.web"])


def now() -> int:
    """Return the time at the edge of HTTP, in seconds since 1970, UTC; pass it inwards."""
    return web_settings().clock()
