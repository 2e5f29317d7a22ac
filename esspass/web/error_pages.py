"""Errors at the edge of HTTP: a page a person can act on, or the JSON a protocol asks for.

Both show a stable code and one sentence, never a stack trace. Protocol errors follow RFC 6749,
section 5.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask.globals import request_ctx
from flask_babel import force_locale
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from esspass.errors import (
    EsspassError,
    MalformedError,
    ProtocolError,
    UnavailableError,
    UndecidedError,
    VerificationError,
)
from esspass.web.error_texts import CLASS_TEXTS, ERROR_TEXTS, HTTP_CODES
from esspass.web.languages import PROTOCOL_BLUEPRINTS
from esspass.web.reason_texts import REASONS
from esspass.web.settings import ErrorText, web_settings

_OWN_ANSWERS = "esspass.own_answers"
_NOT_IN_DESCRIPTION = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_STATUSES: Mapping[type[EsspassError], int] = {
    UnavailableError: 503,
    UndecidedError: 409,
    VerificationError: 400,
    MalformedError: 400,
    EsspassError: 500,
}


def configure_errors(app: Flask) -> None:
    """Answer what no blueprint answers: unknown addresses, wrong methods, bugs."""
    app.register_error_handler(EsspassError, answer)
    app.register_error_handler(HTTPException, answer)


def answer_under(
    app: Flask, prefix: str, own: Callable[[EsspassError | HTTPException], BaseResponse]
) -> None:
    """Let ``own`` answer what no blueprint answers below an address: unknown ones, say."""
    app.extensions.setdefault(_OWN_ANSWERS, {})[prefix] = own


def answer(error: EsspassError | HTTPException) -> BaseResponse:
    """Answer as the addressed endpoint would: JSON for protocols and scripts, else a page."""
    for prefix, own in current_app.extensions.get(_OWN_ANSWERS, {}).items():
        if request.path.startswith(prefix):
            return cast("BaseResponse", own(error))
    return answer_protocol(error) if _is_protocol(error) else answer_page(error)


def answer_page(error: EsspassError | HTTPException) -> BaseResponse:
    """Show the localized page of an error; a script of ours gets the same words as JSON."""
    if isinstance(error, HTTPException) and error.response is not None:
        return cast("BaseResponse", error.response)
    status, code = _status(error), _code(error)
    g.error_code = code
    text = _text(error, code)
    if isinstance(error, SecurityError):  # the host is not ours, so no link can be built
        return Response(f"{code}: {text.sentence}\n", status, content_type="text/plain")
    if wants_json():
        response = jsonify(error=code, error_description=str(text.sentence))
    else:
        page = render_template("esspass/error.html", code=code, text=text, detail=_detail(error))
        response = Response(page, content_type="text/html; charset=utf-8")
    return _finish(response, error, status)


def answer_protocol(error: EsspassError | HTTPException) -> BaseResponse:
    """Answer with ``error`` and ``error_description``; a ProtocolError chooses its status."""
    if isinstance(error, HTTPException) and error.response is not None:
        return cast("BaseResponse", error.response)
    status, code = _status(error), _code(error)
    g.error_code = code
    body = {"error": _protocol_code(error, code), "error_description": _description(error, code)}
    return _finish(jsonify(body), error, status)


def wants_json() -> bool:
    """Whether the request came from a script rather than from a person."""
    accepted = request.accept_mimetypes
    prefers = accepted["application/json"] > accepted["text/html"]
    return request.is_json or prefers


def _finish(response: Response, error: EsspassError | HTTPException, status: int) -> Response:
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    for name, value in getattr(error, "headers", {}).items():
        response.headers[name] = value
    return response


def _status(error: EsspassError | HTTPException) -> int:
    if isinstance(error, ProtocolError):
        return error.status
    if isinstance(error, HTTPException):
        return error.code or 500
    return next(status for kind, status in _STATUSES.items() if isinstance(error, kind))


def _code(error: EsspassError | HTTPException) -> str:
    if isinstance(error, EsspassError):
        return error.code
    return HTTP_CODES.get(error.code or 500, "bad_request")


def _protocol_code(error: EsspassError | HTTPException, code: str) -> str:
    if isinstance(error, ProtocolError):
        return code
    if isinstance(error, UndecidedError):
        return "temporarily_unavailable"
    if isinstance(error, HTTPException):
        return "server_error" if _status(error) >= 500 else code
    return "invalid_request"


def _description(error: EsspassError | HTTPException, code: str) -> str:
    if isinstance(error, HTTPException):
        with force_locale("en"):  # RFC 6749, section 5.2: ASCII only
            sentence = str(ERROR_TEXTS[code].sentence) if code in ERROR_TEXTS else code
    else:
        sentence = f"{error}" if isinstance(error, ProtocolError) else f"{error} ({code})"
    return _NOT_IN_DESCRIPTION.sub("", sentence)


def _text(error: EsspassError | HTTPException, code: str) -> ErrorText:
    own = web_settings().error_texts.get(code) or ERROR_TEXTS.get(code)
    if own:
        return own
    general = next(text for kind, text in CLASS_TEXTS.items() if isinstance(error, kind))
    return replace(general, sentence=REASONS.get(code, general.sentence))


def _detail(error: EsspassError | HTTPException) -> str:
    return str(error) if isinstance(error, EsspassError) else ""


def _is_protocol(error: EsspassError | HTTPException) -> bool:
    blueprints: set[str] = current_app.extensions[PROTOCOL_BLUEPRINTS]
    adapter = request_ctx.url_adapter
    if isinstance(error, MethodNotAllowed) and error.valid_methods and adapter:
        rule, _ = adapter.match(method=next(iter(error.valid_methods)), return_rule=True)
        return rule.endpoint.rpartition(".")[0] in blueprints
    return request.blueprint in blueprints or (isinstance(error, NotFound) and wants_json())
