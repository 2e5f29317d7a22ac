"""What is wrong with what was typed, field by field, so that a page can say it beside the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from jsonschema import ValidationError

from esspass.exchange.content import content_validator, find_reversed_periods
from esspass.exchange.schema import Kind, Node, items, kind_of, members, resolve, root


class Fault(StrEnum):
    """What is wrong with a field; the words are the page's."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    DATE = "date"
    FORMAT = "format"
    OPTION = "option"
    NOT_WANTED = "not_wanted"
    ENDS_BEFORE_START = "ends_before_start"


_BY_VALIDATOR = {
    "maxLength": Fault.TOO_LONG,
    "maxItems": Fault.TOO_LONG,
    "enum": Fault.OPTION,
    "type": Fault.OPTION,
    "not": Fault.NOT_WANTED,
}


def find_faults(sed: str, content: Mapping[str, Any]) -> dict[str, Fault]:
    """Find every fault of content by the name of the form's field; empty if there is none.

    Raises MalformedError, ``unknown_sed``.
    """
    found: dict[str, Fault] = {}
    for error in content_validator(sed).iter_errors(dict(content)):
        for name, fault in _faults(sed, error):
            found.setdefault(name, fault)
    if not found:
        for place in find_reversed_periods(content):
            found[".".join(map(str, place))] = Fault.ENDS_BEFORE_START
    return found


def _faults(sed: str, error: ValidationError) -> Iterator[tuple[str, Fault]]:
    place = tuple(error.absolute_path)
    node = _find(root(sed), place)
    missing = _missing(node, error)
    if missing:
        for member in missing:
            for field in _needed_fields((*place, member), _find(node, (member,))):
                yield field, Fault.REQUIRED
    elif error.validator == "not":
        member = str(_value(error)["required"][0])
        yield _first_field((*place, member), _find(node, (member,))), Fault.NOT_WANTED
    else:
        yield _first_field(place, node), _classify(node, error)


def _missing(node: Node, error: ValidationError) -> list[str]:
    """The members that must be there and are not."""
    present: Any = error.instance
    if error.validator == "required":
        return [name for name in _value(error) if name not in present]
    if error.validator == "anyOf":
        return [str(_value(error)[0]["required"][0])]
    if error.validator == "minProperties" and kind_of(node) is Kind.BLOCK:
        return [next(iter(node["properties"]))]
    return []


def _value(error: ValidationError) -> Any:
    """What the schema says at the keyword that failed."""
    return error.validator_value


def _classify(node: Node, error: ValidationError) -> Fault:
    if kind_of(node) is Kind.DATE:
        return Fault.DATE
    if kind_of(node) is Kind.CHOICE or error.validator == "minItems":
        return Fault.REQUIRED
    return _BY_VALIDATOR.get(str(error.validator), Fault.FORMAT)


def _find(node: Node, place: tuple[str | int, ...]) -> Node:
    """The schema of a place."""
    for part in place:
        node = items(node) if isinstance(part, int) else resolve(node["properties"][part])
    return node


def _first_field(place: tuple[str | int, ...], node: Node) -> str:
    """The field that a fault of a block is shown at."""
    return next(_needed_fields(place, node))


def _needed_fields(place: tuple[str | int, ...], node: Node) -> Iterator[str]:
    """The fields that must be filled in once a place is wanted; at least one."""
    kind = kind_of(node)
    if kind is Kind.LIST:
        yield from _needed_fields((*place, 0), items(node))
    elif kind is Kind.BLOCK:
        inside = list(members(node))
        needed = [each for each in inside if each[2]] or inside[:1]
        for name, member, _ in needed:
            yield from _needed_fields((*place, name), member)
    else:
        yield ".".join(map(str, place))
