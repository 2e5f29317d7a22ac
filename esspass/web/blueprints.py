"""Two kinds of blueprint: pages for people, endpoints for protocols."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Blueprint, Flask, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from esspass.errors import EsspassError
from esspass.web.csrf import verify_csrf
from esspass.web.error_pages import answer_page, answer_protocol
from esspass.web.headers import PROTOCOL_POLICY
from esspass.web.languages import PROTOCOL_BLUEPRINTS, switch_language

B = TypeVar("B", bound=Blueprint)
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, DPoP, If-None-Match, "
    "OAuth-Client-Attestation, OAuth-Client-Attestation-PoP",
    "Access-Control-Expose-Headers": "DPoP-Nonce, ETag, Location, "
    "OAuth-Client-Attestation-Challenge, WWW-Authenticate",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def page_blueprint(name: str, import_name: str, *, max_body: int = 0, **settings: Any) -> Blueprint:
    """Make a blueprint of HTML pages: CSRF on every change, localized error pages, no caching.

    ``max_body`` in bytes replaces the app's limit, for pages that take files; ``settings`` are
    those of ``flask.Blueprint``.
    """
    blueprint = Blueprint(name, import_name, **settings)
    _limit_body(blueprint, max_body)
    blueprint.before_request(verify_csrf)
    blueprint.before_request(switch_language)
    blueprint.after_request(_forbid_caching)
    blueprint.register_error_handler(EsspassError, answer_page)
    blueprint.register_error_handler(HTTPException, answer_page)
    return blueprint


def protocol_blueprint(
    name: str, import_name: str, *, cors: bool = False, max_body: int = 0, **settings: Any
) -> Blueprint:
    """Make a blueprint of protocol endpoints: JSON errors, no session, no CSRF, no caching.

    ``cors`` admits scripts of every origin (there are no cookies to abuse); ``max_body`` in bytes
    replaces the app's limit. ``Cache-Control`` of a view wins.
    """
    return make_protocol(Blueprint(name, import_name, **settings), cors=cors, max_body=max_body)


def make_protocol(blueprint: B, *, cors: bool = False, max_body: int = 0) -> B:
    """Turn a blueprint of any kind into one of protocol endpoints, as ``protocol_blueprint``."""
    blueprint.record(_note_protocol)
    blueprint.register_error_handler(EsspassError, answer_protocol)
    blueprint.register_error_handler(HTTPException, answer_protocol)

    _limit_body(blueprint, max_body)

    @blueprint.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PROTOCOL_POLICY)
        if cors:
            response.headers.extend(_CORS)
        return _forbid_caching(response)

    return blueprint


def _limit_body(blueprint: Blueprint, max_body: int) -> None:
    """Set the limit before anything reads the body."""

    @blueprint.before_request
    def limit_body() -> None:
        if max_body:
            request.max_content_length = max_body


def _note_protocol(state: BlueprintSetupState) -> None:
    app = state.app
    assert isinstance(app, Flask)
    app.extensions.setdefault(PROTOCOL_BLUEPRINTS, set()).add(state.name)


def _forbid_caching(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response
