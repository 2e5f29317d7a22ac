"""Security headers: a page may load, send and be framed only by itself.

A response may widen one directive for itself: the page before a redirect to another party's
address (``allow_form_action``; browsers apply ``form-action`` to redirects too) and the page with
the camera (``allow_camera``).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, g
from werkzeug.wrappers import Response

from esspass.errors import MalformedError
from esspass.web.settings import WebSettings

_PAGE_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
PROTOCOL_POLICY = "default-src 'none'; frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FEATURES = ("geolocation", "microphone", "payment", "usb", "display-capture")


def configure_headers(app: Flask, settings: WebSettings) -> None:
    """Add the headers to every response that does not bring its own."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _page_policy())
        response.headers.setdefault("Permissions-Policy", _permissions())
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    app.jinja_env.globals["allow_camera"] = allow_camera


def allow_form_action(url: str) -> None:
    """Let forms on this response end at the origin (or the app scheme) of ``url``.

    Raises MalformedError for anything that could break out of the directive.
    """
    parts = urlsplit(url)
    source = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    if not parts.scheme or any(c in source for c in " \t\r\n;,'\"*@\\") or not source.isascii():
        raise MalformedError("not an address a form may lead to", code="bad_redirect")
    g.setdefault("form_action", []).append(source)


def allow_camera() -> str:
    """Let this page use the camera; returns nothing to print, so a template can call it."""
    g.camera = True
    return ""


def _page_policy() -> str:
    policy = dict(_PAGE_POLICY)
    policy["form-action"] = " ".join((policy["form-action"], *g.get("form_action", ())))
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


def _permissions() -> str:
    camera = "(self)" if g.get("camera") else "()"
    return ", ".join((f"camera={camera}", *(f"{feature}=()" for feature in _FEATURES)))
