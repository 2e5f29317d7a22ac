"""Reading the schemas of messages as forms and pages need them: what kind of value stands where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from esspass.exchange.sed import read_json, sed_type

Node = Mapping[str, Any]
LINES_FROM = 500  # characters; longer texts are written in several lines
_DEFINITION = "urn:esspass:exchange:common#/$defs/"


class Kind(StrEnum):
    """What a place of a message holds."""

    TEXT = "text"
    LINES = "lines"
    DATE = "date"
    EMAIL = "email"
    COUNTRY = "country"
    CODE = "code"
    SED = "sed"
    YES_NO = "yes_no"
    FIXED = "fixed"
    SEVERAL = "several"
    """A list of codes or countries."""
    BLOCK = "block"
    CHOICE = "choice"
    """A block of which exactly one member is given."""
    LIST = "list"
    """A list of blocks."""


def root(sed: str) -> Node:
    """The schema of a message's content. Raises MalformedError, ``unknown_sed``."""
    return sed_type(sed).schema


def resolve(node: Node) -> Node:
    """Follow a reference into the common schema; what stands beside it is kept."""
    reference = str(node.get("$ref", ""))
    if not reference:
        return node
    name = reference.removeprefix(_DEFINITION)
    found = resolve(read_json("common.schema.json")["$defs"][name])
    return {"definition": name, **found, **{k: v for k, v in node.items() if k != "$ref"}}


def members(node: Node) -> Iterator[tuple[str, Node, bool]]:
    """The members of a block in order: name, resolved schema, whether it must be there."""
    required = node.get("required", ())
    for name, member in node.get("properties", {}).items():
        yield name, resolve(member), name in required


def items(node: Node) -> Node:
    """What the elements of a list are."""
    return resolve(node["items"])


def kind_of(node: Node) -> Kind:
    """Say what a resolved schema holds."""
    kind = node.get("type", "string")
    if kind == "object":
        return Kind.CHOICE if node.get("maxProperties") == 1 else Kind.BLOCK
    if kind == "array":
        return Kind.LIST if items(node).get("type") == "object" else Kind.SEVERAL
    if kind == "boolean":
        return Kind.FIXED if "const" in node else Kind.YES_NO
    return _text_kind(node)


def _text_kind(node: Node) -> Kind:
    by_definition = {"date": Kind.DATE, "country": Kind.COUNTRY, "sedType": Kind.SED}
    if node.get("definition") in by_definition:
        return by_definition[node["definition"]]
    if "enum" in node:
        return Kind.CODE
    if node.get("format") == "email":
        return Kind.EMAIL
    return Kind.LINES if node.get("maxLength", 0) >= LINES_FROM else Kind.TEXT
