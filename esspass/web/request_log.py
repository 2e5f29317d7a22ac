"""The log names the route, the status and the error code; never an address, a value or a person.

Of a bug it keeps the exception's type and the places in the code, because messages of exceptions
quote what people entered.
"""

from __future__ import annotations

import logging
import time
import traceback
from types import TracebackType

from flask import Flask, g, request
from werkzeug.wrappers import Response

logger = logging.getLogger("esspass.web")
_ErrorInfo = tuple[type, BaseException, TracebackType | None] | tuple[None, None, None]


def configure_log(app: Flask) -> None:
    """Log one line per request: method, route, status, error code, milliseconds."""

    @app.before_request
    def start_watch() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def log_request(response: Response) -> Response:
        spent = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
        code = g.get("error_code", "-")
        logger.info(
            "%s %s %d %s %.0f ms", request.method, _route(), response.status_code, code, spent
        )
        return response


def log_bug(error_info: _ErrorInfo) -> None:
    """Log an unexpected exception without its message."""
    _, error, _ = error_info
    described = describe_bug(error) if error else "unknown"
    logger.error("bug at %s %s: %s", request.method, _route(), described)


def name_bug(error: BaseException) -> str:
    """Return a code for an unexpected exception: its type, nothing it says."""
    return f"bug_{type(error).__name__}"


def describe_bug(error: BaseException) -> str:
    """Return type and places of an unexpected exception, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    places = (f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
    return "".join((type(error).__name__, *places))


def _route() -> str:
    return request.url_rule.rule if request.url_rule else "(no route)"
