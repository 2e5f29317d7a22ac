"""The API's description, OpenAPI 3.1: written by APIFlask from the views, published by us.

Our app is no APIFlask. One is made here only to write the description; it never answers a request.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from apiflask import APIFlask
from flask import Response

from issuer.api.blueprint import PREFIX, blueprint
from issuer.api.clients import purposes
from issuer.api.conditions import KEY_HEADER, MAX_KEY, can_be_named
from issuer.api.problems import MEDIA_TYPE
from issuer.api.roles import ROLES
from issuer.api.shapes import Problem
from issuer.staff import Role

VERSION = "1.0.0"
_OPENAPI = "3.1.0"
_METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEMS = {
    "400": "The request cannot be read",
    "401": "A token is needed",
    "403": "The client's roles do not allow this",
    "404": "There is no such thing",
    "406": "It is not to be had in the types that are accepted",
    "409": "It is not in a state that allows this, or another one exists",
    "412": "It was changed since it was read",
    "413": "The body is too large",
    "415": "The body is not of the type that is asked for",
    "422": "The input does not have its form, or contradicts itself",
    "503": "A source that must be asked did not answer",
}
PROPOSING: Mapping[str, str] = {
    **dict.fromkeys(("start_case", "send_message"), "Proposal"),
    **dict.fromkeys(
        ("add_decision", "approve_decision", "withdraw_decision", "grant_renewal"), "SecondLook"
    ),
    "decide_application": "SecondLook",
    "amend_decision": "SecondLook",
}
"""Operations that may end as a proposal to a second person, and the shape of that."""
CONDITIONAL = frozenset(
    {"approve_decision", "refuse_decision", "hold_decision", "suspend_decision"}
    | {"reinstate_decision", "withdraw_decision", "amend_decision"}
)
"""Operations that heed ``If-Match``."""
ALSO_CSV = frozenset({"export_application"})
"""Operations that answer CSV to whoever accepts it."""
_BOUND = (
    "A token asked for with a DPoP proof (RFC 9449) is bound to its key: send it under the scheme"
    " DPoP, each time with a new proof. Otherwise it is a bearer token."
)
_ONCE = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "the client's name for this call: the same call again is carried out once",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[!-~]+$"},
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "the ETag under which it was read: refused if it was changed since",
    "schema": {"type": "string", "maxLength": 200},
}


@blueprint.get("/openapi.json")
@blueprint.doc(hide=True)
def openapi() -> Response:
    """Publish the description."""
    return Response(json.dumps(create_document()), content_type="application/json")


@cache
def create_document() -> dict[str, Any]:
    """Write the description of every operation."""
    writer = APIFlask("issuer.api", "ESSPASS institution", VERSION, spec_path=None, docs_path=None)
    writer.config.update(OPENAPI_VERSION=_OPENAPI, AUTO_OPERATION_ID=True)
    writer.register_blueprint(blueprint)
    written: Any = writer.spec
    document: dict[str, Any] = copy.deepcopy(dict(written))
    document["info"]["description"] = (
        "Register, applications, letters and exchange of one institution. Lists have page, size and"
        " total. x-roles are the roles of a program that may call an operation."
    )
    document["security"] = [{"token": []}]
    document["components"]["securitySchemes"] = _security_schemes()
    document["components"]["schemas"] = _schemas(document)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS:
                _complete(path, method, operation)
    return document


def _security_schemes() -> dict[str, Any]:
    roles = {role.value: f"Act as {role.value} (x-roles of an operation)" for role in Role}
    scopes = {**{code: texts["en"] for code, texts in purposes().items()}, **roles}
    flow = {"tokenUrl": f"{PREFIX}/token", "scopes": scopes}
    return {
        "token": {"type": "oauth2", "flows": {"clientCredentials": flow}, "description": _BOUND},
        "client": {"type": "http", "scheme": "basic"},
    }


def _schemas(document: dict[str, Any]) -> dict[str, Any]:
    ours = document["components"].get("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/Problem.{model}")
    nested = {f"Problem.{name}": each for name, each in problem.pop("$defs", {}).items()}
    unused = {"HTTPError", "ValidationError"}  # APIFlask's own errors, which we do not send
    kept = {name: each for name, each in ours.items() if name not in unused}
    schemas = {**kept, **nested, "Problem": problem}
    for name, example in examples().items():
        if name in schemas:
            schemas[name]["examples"] = [example]
    return schemas


@cache
def examples() -> Mapping[str, Any]:
    """Return an example by shape, of ``specs/api/examples.json``."""
    path = files("specs").joinpath("api", "examples.json")
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["operationId"] = operation["operationId"].removeprefix(f"{method}_api_")
    operation["summary"] = operation["summary"].removesuffix(".")
    operation["x-roles"] = sorted(ROLES.get(operation["operationId"], ()))
    body = operation.get("requestBody")
    if body is not None:
        body["required"] = True
    if path.endswith("/token"):
        operation["responses"] = {"200": operation["responses"]["200"], **_token_errors()}
        return
    _add_conditions(path, method, operation)
    sent = {status for status in operation["responses"] if status.startswith("2")}
    statuses = {"400", "401", "403", "503"} | ({"413", "415"} if method == "post" else set())
    statuses |= {"404"} if "{" in path else set()
    statuses |= (
        {"406"} if len(operation["responses"].get("200", {}).get("content", ())) > 1 else set()
    )
    statuses |= {"409"} if method == "post" else set()
    statuses |= {"422"} if body is not None or operation.get("parameters") else set()
    operation["responses"] = {status: operation["responses"][status] for status in sorted(sent)}
    if shape := PROPOSING.get(operation["operationId"]):
        operation["responses"]["202"] = _propose(shape)
    if operation["operationId"] in CONDITIONAL:
        statuses.add("412")
    if operation["operationId"] in ALSO_CSV:
        operation["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    operation["responses"] |= {status: _problem(status) for status in sorted(statuses)}


def _add_conditions(path: str, method: str, operation: dict[str, Any]) -> None:
    parameters = list(operation.get("parameters", []))
    if method != "get" and can_be_named(path):
        parameters.append(_ONCE)
    if operation["operationId"] in CONDITIONAL:
        parameters.append(_MATCH)
    if parameters:
        operation["parameters"] = parameters


def _propose(shape: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{shape}"}
    content = {"application/json": {"schema": schema}}
    return {"description": "A second person must agree", "content": content}


def _problem(status: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": _PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": schema}}}


def _token_errors() -> dict[str, Any]:
    """RFC 6749, section 5.2."""
    members = {"error": {"type": "string"}, "error_description": {"type": "string"}}
    schema = {"type": "object", "properties": members, "required": ["error"]}
    content = {"application/json": {"schema": schema}}
    return {
        status: {"description": text, "content": content}
        for status, text in (("400", "The request is refused"), ("401", "The client is not known"))
    }
