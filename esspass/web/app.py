"""The Flask app every role starts from: headers, languages, errors, health, templates, sessions."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from flask_babel import gettext
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from esspass.storage import Database
from esspass.web.csrf import configure_csrf
from esspass.web.dialogue import configure_dialogue
from esspass.web.error_pages import configure_errors
from esspass.web.findings import configure_findings
from esspass.web.headers import configure_headers
from esspass.web.health import create_health_blueprint
from esspass.web.languages import PROTOCOL_BLUEPRINTS, configure_languages
from esspass.web.qr import create_qr_svg
from esspass.web.request_log import configure_log, log_bug
from esspass.web.settings import WebSettings

_FORM_FIELDS = 500
_HERE = Path(__file__).parent


class WebApp(Flask):
    """A Flask app whose log keeps no personal data."""

    log_exception = staticmethod(log_bug)  # type: ignore[assignment]


def create_web_app(
    import_name: str, settings: WebSettings, database: Database | None = None
) -> Flask:
    """Make the app of one role; register its blueprints on what this returns.

    ``database`` is asked by ``/readyz``. The session cookie is signed, not encrypted: it may hold
    opaque identifiers only.
    """
    app = WebApp(import_name)
    app.extensions["esspass.web"] = settings
    app.extensions[PROTOCOL_BLUEPRINTS] = set()
    app.config.update(_flask_settings(settings))
    configure_languages(app, settings)
    _configure_templates(app, settings)
    configure_log(app)
    configure_headers(app, settings)
    configure_csrf(app)
    configure_errors(app)
    app.register_blueprint(_create_kernel_blueprint())
    app.register_blueprint(create_health_blueprint(database))
    return app


def _flask_settings(settings: WebSettings) -> dict[str, object]:
    prefix = "__Host-" if settings.secure else ""
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": prefix + settings.session_cookie,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure,
        "TRUSTED_HOSTS": [settings.host, *settings.trusted_hosts],
        "MAX_CONTENT_LENGTH": settings.max_body,
        "MAX_FORM_MEMORY_SIZE": settings.max_body,
        "MAX_FORM_PARTS": _FORM_FIELDS,
        "PREFERRED_URL_SCHEME": "https" if settings.secure else "http",
    }


def _configure_templates(app: Flask, settings: WebSettings) -> None:
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    own = app.jinja_loader
    app.jinja_loader = ChoiceLoader([govuk, *([own] if own else [])])
    app.jinja_env.globals.update(
        service_name=settings.service_name,
        create_qr_svg=create_qr_svg,
        claims_by_group=claims_by_group,
        error_message=error_message,
    )
    configure_findings(app)
    configure_dialogue(app)


def error_message(text: str | None) -> dict[str, str] | None:
    """Give a form field its error; screen readers hear "Error" before it, in their language."""
    return {"text": text, "visuallyHiddenText": gettext("Error")} if text else None


def claims_by_group(claims: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """Gather neighbours that share a ``group``, in the order given."""
    return [(group, list(members)) for group, members in groupby(claims, attrgetter("group"))]


def _create_kernel_blueprint() -> Blueprint:
    """Serve the templates and static files that all apps share."""
    return Blueprint(
        "esspass",
        __name__,
        template_folder=str(_HERE / "templates"),
        static_folder=str(_HERE / "static"),
        static_url_path="/static/esspass",
    )
