"""The API's blueprint: JSON in and out, a token on every call, each noted before its answer."""

from __future__ import annotations

from typing import Any, cast

from apiflask import APIBlueprint
from apiflask.exceptions import HTTPError
from flask import Flask, g, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType
from werkzeug.wrappers import Response

from esspass.errors import EsspassError, ProtocolError
from esspass.web import now
from esspass.web.blueprints import make_protocol
from esspass.web.error_pages import answer_protocol, answer_under
from issuer.api.admission import admit_caller
from issuer.api.clients import Caller
from issuer.api.conditions import can_be_named, carry_out_once
from issuer.api.problems import answer_invalid, answer_problem
from issuer.api.roles import OPEN, ROLES
from issuer.services import services

PREFIX = "/api/v1"
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MAX_BODY = 4 * 1024 * 1024
_APIFLASK = {
    "VALIDATION_ERROR_STATUS_CODE": 422,
    "VALIDATION_ERROR_DESCRIPTION": "",
    "BASE_RESPONSE_SCHEMA": None,
}  # what its decorators read from an app that is no APIFlask


class _Blueprint(APIBlueprint):
    """Every view that changes something can be called so that it is carried out once."""

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Any = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        changes = CHANGING & set(options.get("methods") or ())
        if view_func is not None and changes and can_be_named(rule):
            endpoint, view_func = endpoint or view_func.__name__, carry_out_once(view_func)
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)


blueprint = make_protocol(
    _Blueprint("api", __name__, url_prefix=PREFIX, tag="API"), max_body=MAX_BODY
)


def answer(error: EsspassError | HTTPException) -> Response:
    """Answer with a problem; where tokens are given, in the words of OAuth."""
    return answer_protocol(error) if _asks_for_token() else answer_problem(error)


def answer_input(error: HTTPError) -> Response:
    """Answer to input without its form."""
    if not _asks_for_token():
        return answer_invalid(error)
    wrong = "grant_type" in str(error.detail)
    code = "unsupported_grant_type" if wrong else "invalid_request"
    return answer_protocol(ProtocolError("grant_type and scope are needed", code=code))


def _asks_for_token() -> bool:
    return request.endpoint == f"{blueprint.name}.token"


blueprint.register_error_handler(EsspassError, answer)
blueprint.register_error_handler(HTTPException, answer)
blueprint.register_error_handler(HTTPError, answer_input)


@blueprint.record
def configure(state: BlueprintSetupState) -> None:
    """Tell the app what the decorators want to know, and who answers for unknown addresses."""
    app = cast("Flask", state.app)
    for name, value in _APIFLASK.items():
        app.config.setdefault(name, value)
    answer_under(app, f"{PREFIX}/", answer_problem)


def caller() -> Caller:
    """Return who calls."""
    return cast("Caller", g.api_caller)


@blueprint.before_request
def admit() -> None:
    """Let a caller through to what its roles allow, and note the call."""
    operation = (request.endpoint or "").rpartition(".")[2]
    if operation in OPEN:
        return
    g.api_caller = admit_caller()
    allowed = bool(ROLES[operation] & caller().client.roles)
    subject = str(next(iter((request.view_args or {}).values()), ""))
    services().api.accesses.add(caller(), operation, subject, now(), allowed=allowed)
    if not allowed:
        raise ProtocolError("the client's roles do not allow this", code="forbidden", status=403)
    if request.content_length and not request.is_json:
        raise UnsupportedMediaType
    if request.get_data().strip() == b"null":  # APIFlask would take it for an empty object
        raise BadRequest
