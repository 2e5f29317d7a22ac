"""The API for people: every operation on a page of ours, out of the same description."""

from __future__ import annotations

import json
from typing import Any

from flask import render_template
from flask_babel import get_locale

from esspass.web import page_blueprint
from issuer.api.blueprint import PREFIX
from issuer.api.clients import purposes
from issuer.api.document import create_document, examples

blueprint = page_blueprint("api_docs", __name__)


@blueprint.get("/api/docs")
def show() -> str:
    """Show how the API is used."""
    document = create_document()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            described = _describe(path, method, operation)
            groups.setdefault(operation["tags"][0], []).append(described)
    return render_template(
        "back_office/api.html", groups=groups, schemas=_shapes(document), prefix=PREFIX,
        examples=_write_examples(),
        purposes={code: texts[str(get_locale())] for code, texts in purposes().items()},
    )  # fmt: skip


def _write_examples() -> dict[str, str]:
    return {
        name: json.dumps(example, ensure_ascii=False, indent=2)
        for name, example in examples().items()
    }


def _describe(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    name = operation["operationId"]
    return {
        "id": name,
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "roles": operation["x-roles"],
        "parameters": operation.get("parameters", []),
        "body": _reference(operation.get("requestBody", {})),
        "answers": {
            status: (answer["description"], _reference(answer))
            for status, answer in operation["responses"].items()
        },
    }


def _reference(holder: dict[str, Any]) -> str:
    """Return the name of the shape in a body or an answer, if it is one."""
    for content in holder.get("content", {}).values():
        return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
    return ""


def _shapes(document: dict[str, Any]) -> dict[str, list[tuple[str, str, str, bool]]]:
    """Return for each shape its members: name, type, description, whether it must be there."""
    shapes = {}
    for name, schema in sorted(document["components"]["schemas"].items()):
        required = schema.get("required", [])
        shapes[name] = [
            (member, _type(each), each.get("description", ""), member in required)
            for member, each in schema.get("properties", {}).items()
        ]
    return {name: members for name, members in shapes.items() if members}


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_type(option) for option in options)
    if "const" in schema or "enum" in schema:
        return " | ".join(f'"{each}"' for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "any")
