"""Cross-site request forgery: a page's forms carry a secret of the session.

The secret is a form field ``csrf_token`` or the header ``X-CSRF-Token``. A browser that names
another ``Origin`` is refused as well.
"""

from __future__ import annotations

import hmac
import secrets

from flask import Flask, request, session
from markupsafe import Markup

from esspass.errors import VerificationError
from esspass.web.settings import web_settings

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
_KEY = "csrf"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class CsrfError(VerificationError):
    """The form does not belong to this session."""

    code = "form_expired"


def configure_csrf(app: Flask) -> None:
    """Give templates ``csrf_token()`` and ``csrf_field()``."""
    app.jinja_env.globals.update(csrf_token=csrf_token, csrf_field=csrf_field)


def csrf_token() -> str:
    """Return the secret of this session, made on first use."""
    token: str = session.setdefault(_KEY, secrets.token_urlsafe(32))
    return token


def csrf_field() -> Markup:
    """Return the hidden form field."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def verify_csrf() -> None:
    """Check a request that changes something. Raises CsrfError."""
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != web_settings().origin:
        raise CsrfError("the form was sent from another site", code="foreign_origin")
    expected = session.get(_KEY, "")
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise CsrfError
