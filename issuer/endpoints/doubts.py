"""Verifiers of this State send doubts and watches here, and ask how they stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response, request

from esspass.errors import (
    MalformedError,
    ProtocolError,
    UntrustedIssuerError,
    VerificationError,
)
from esspass.exchange.envelope import MAX_ENVELOPE_BYTES
from esspass.web import now, protocol_blueprint
from issuer.endpoints.calls import answer, read_envelope
from issuer.exchange.doubt_office import DoubtOffice
from issuer.exchange.doubts import UnknownDoubtError
from issuer.services import services

_STANDING_TYPE = "application/standing+jwt"
blueprint = protocol_blueprint("doubt_messages", __name__, max_body=MAX_ENVELOPE_BYTES)


@blueprint.post("/doubts")
def receive() -> Response:
    """Take a sealed doubt and its evidence; the same again is the same doubt."""
    with _refusals():
        return answer({"id": _office().receive(read_envelope(), now())})


@blueprint.post("/watches")
def watch() -> Response:
    """Take a sealed wish to be told when a document changes."""
    with _refusals():
        _office().receive_watch(read_envelope(), now())
    return answer({})


@blueprint.get("/doubts/<jti>/standing")
def doubt_standing(jti: str) -> Response:
    """Say how a doubt stands, to the verifier that sent it."""
    with _refusals():
        return _write(_office().answer_doubt(_read_request(), jti, now()))


@blueprint.get("/watches/<jti>/standing")
def watch_standing(jti: str) -> Response:
    """Say how a watched document stands, to the verifier that watches it."""
    with _refusals():
        return _write(_office().answer_watch(_read_request(), jti, now()))


@contextmanager
def _refusals() -> Iterator[None]:
    """What is refused is refused under its own code."""
    try:
        yield
    except (MalformedError, VerificationError) as error:
        kinds = ((UnknownDoubtError, 404), (UntrustedIssuerError, 403))
        status = next((status for kind, status in kinds if isinstance(error, kind)), 400)
        raise ProtocolError(str(error), code=error.code, status=status) from error


def _office() -> DoubtOffice:
    return services().doubts


def _read_request() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise ProtocolError("a signed request is needed", code="invalid_token", status=401)
    return token


def _write(token: str) -> Response:
    return Response(token, content_type=_STANDING_TYPE)
