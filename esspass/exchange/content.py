"""What a message says: its shape (JSON Schema 2020-12 with ``format`` asserted), then its sense.

Errors name the place, never a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match
from referencing import Registry, Resource

from esspass.errors import MalformedError
from esspass.exchange.sed import read_json, sed_type

_FORMATS = FormatChecker(["date", "email"])
_MAX_PLACE = 120
_PERIODS = (("startDate", "endDate"), ("actualStartingDate", "actualEndDate"))


def verify_content(sed: str, version: str, content: Mapping[str, Any]) -> None:
    """Check the content of a message.

    Raises MalformedError: ``unknown_sed``, ``wrong_case_version``, ``content_invalid`` (with the
    JSON path; also for a period that ends before it starts).
    """
    sed_type(sed, version)
    error = best_match(content_validator(sed).iter_errors(dict(content)))
    if error is not None:
        raise MalformedError(_describe(error), code="content_invalid")
    place = next(find_reversed_periods(content), None)
    if place is not None:
        raise MalformedError(
            f"a period ends before it starts at ${''.join(_step(each) for each in place)}",
            code="content_invalid",
        )


def find_reversed_periods(
    node: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    """Find the ends that lie before their starts; the shape was checked before."""
    if isinstance(node, Mapping):
        for start, end in _PERIODS:
            if start in node and end in node and str(node[end]) < str(node[start]):
                yield (*path, end)
        for name, member in node.items():
            yield from find_reversed_periods(member, (*path, name))
    elif isinstance(node, list):
        for index, member in enumerate(node):
            yield from find_reversed_periods(member, (*path, index))


def _step(part: str | int) -> str:
    return f"[{part}]" if isinstance(part, int) else f".{part}"


def _describe(error: ValidationError) -> str:
    place = error.json_path
    if len(place) > _MAX_PLACE:
        place = f"{place[:_MAX_PLACE]}…"
    return f"the message does not have the form of its type: {error.validator} at {place}"


@cache
def content_validator(sed: str) -> Draft202012Validator:
    """The validator of a message's schema. Raises MalformedError, ``unknown_sed``."""
    schema = dict(sed_type(sed).schema)
    return Draft202012Validator(schema, registry=_registry(), format_checker=_FORMATS)


@cache
def _registry() -> Registry[Any]:
    common = read_json("common.schema.json")
    return Registry().with_resources([(common["$id"], Resource.from_contents(common))])
