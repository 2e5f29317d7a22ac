"""HTTP requests as the services see them, and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from esspass.errors import MalformedError, ProtocolError
from esspass.exchange.envelope import MEDIA_TYPE as ENVELOPE_TYPE
from esspass.jose.jws import create_json, parse_json_object
from esspass.openid4vci.encryption import (
    MEDIA_TYPE,
    ResponseEncryption,
    decrypt_request,
    encrypt_message,
)
from esspass.web import now
from issuer.proving import Call
from issuer.services import services

FORM = "application/x-www-form-urlencoded"
MAX_BODY = 512 * 1024


def current_call() -> Call:
    """Return the current request; its URL is the public one, whatever proxy stands before us."""
    url = services().config.base_url + request.path
    return Call(request.method, url, request.headers, now())


def read_form() -> dict[str, str]:
    """Return the form; a parameter may come once (RFC 6749, section 3.2). Raises ProtocolError."""
    if request.mimetype != FORM:
        raise ProtocolError("the request must be a form")
    if request.args:
        raise ProtocolError("parameters belong into the body")
    if any(len(values) > 1 for _, values in request.form.lists()):
        raise ProtocolError("a parameter came twice")
    return request.form.to_dict()


def refuse_token_outside_header() -> None:
    """An access token in the URL would end up in logs (RFC 6750, section 5.3)."""
    if "access_token" in request.args:
        raise ProtocolError("the access token belongs into the Authorization header")


def read_json(error_code: str) -> dict[str, Any]:
    """Return a JSON object. Raises ProtocolError ``error_code``."""
    if request.mimetype != "application/json":
        raise ProtocolError("the request must be application/json", code=error_code)
    try:
        return parse_json_object(request.get_data())
    except MalformedError as error:
        raise ProtocolError(str(error), code=error_code) from error


def read_envelope() -> str:
    """Return a sealed message, unopened. Raises MalformedError, and 415 for another type."""
    if request.mimetype != ENVELOPE_TYPE:
        raise UnsupportedMediaType
    try:
        return request.get_data().decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedError("not a compact JWE") from error


def read_message(error_code: str) -> tuple[dict[str, Any], bool]:
    """Return a JSON object, plain or encrypted, and whether it was encrypted (section 10)."""
    if request.mimetype != MEDIA_TYPE:
        return read_json(error_code), False
    try:
        token = request.get_data().decode("ascii")
    except UnicodeDecodeError as error:
        raise ProtocolError("not a JWE", code="invalid_encryption_parameters") from error
    return decrypt_request(token, [services().keys.encryption]), True


def write_message(
    message: Mapping[str, Any], encryption: ResponseEncryption | None, status: int
) -> Response:
    """Write a credential response, encrypted if the wallet asked for it."""
    if encryption is None:
        return Response(create_json(message), status, mimetype="application/json")
    return Response(encrypt_message(message, encryption), status, mimetype=MEDIA_TYPE)


def answer(
    document: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Write JSON."""
    response = Response(create_json(document), status, mimetype="application/json")
    response.headers.update(headers or {})
    return response
