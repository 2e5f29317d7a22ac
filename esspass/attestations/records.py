"""Documents as JSON for an institution's own records: the canonical model, field by field.

This is storage, not a published shape; ``write_claims`` is for credentials.
"""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from esspass.attestations.model import (
    Application,
    Document,
    Ehic,
    Institution,
    Pda1,
    Person,
    Pid,
)
from esspass.errors import MalformedError

T = TypeVar("T")
_KINDS: Mapping[str, type[Document]] = {
    "pda1": Pda1,
    "ehic": Ehic,
    "pid": Pid,
    "application": Application,
}


def document_kind(document: Document) -> str:
    """``pda1``, ``ehic``, ``pid`` or ``application``."""
    return next(kind for kind, model in _KINDS.items() if isinstance(document, model))


def create_record(document: Document) -> dict[str, Any]:
    """Write a document as a JSON object with a ``kind``; fields without value are left out."""
    return {"kind": document_kind(document), **_write(document)}


def parse_record(record: Mapping[str, Any]) -> Document:
    """Read what ``create_record`` wrote. Raises MalformedError, ``bad_record``."""
    model = _KINDS.get(str(record.get("kind")))
    if model is None:
        raise MalformedError("a record of no known kind", code="bad_record")
    return _read(model, {name: value for name, value in record.items() if name != "kind"})


def create_person_record(person: Person) -> dict[str, Any]:
    """Write a person as a JSON object."""
    return cast("dict[str, Any]", _write(person))


def create_institution_record(institution: Institution) -> dict[str, Any]:
    """Write an institution as a JSON object."""
    return cast("dict[str, Any]", _write(institution))


def parse_person_record(record: Mapping[str, Any]) -> Person:
    """Read what ``create_person_record`` wrote. Raises MalformedError, ``bad_record``."""
    return _read(Person, record)


def _write(value: Any) -> Any:
    if is_dataclass(value):
        written = {item.name: _write(getattr(value, item.name)) for item in fields(value)}
        return {name: item for name, item in written.items() if item is not None}
    if isinstance(value, tuple):
        return [_write(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _read(model: type[T], value: Any) -> T:
    if not isinstance(value, Mapping):
        raise MalformedError("a record is a JSON object", code="bad_record")
    hints = _hints(cast("Hashable", model))
    if unknown := set(value) - set(hints):
        raise MalformedError(f"{len(unknown)} unknown fields in a record", code="bad_record")
    try:
        return model(**{name: _read_value(hints[name], item) for name, item in value.items()})
    except TypeError as error:
        raise MalformedError("a record lacks a field", code="bad_record") from error


@cache
def _hints(model: Hashable) -> Mapping[str, Any]:
    return get_type_hints(model)


def _read_value(hint: Any, value: Any) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        hint = next(option for option in get_args(hint) if option is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_read_value(get_args(hint)[0], item) for item in _expect(list, value))
    if is_dataclass(hint):
        return _read(cast("type[Any]", hint), value)
    if hint is date:
        return _read_day(_expect(str, value))
    return _expect(hint, value)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MalformedError("a date of a record is none", code="bad_record") from error


def _expect(model: type[T], value: Any) -> T:
    if not isinstance(value, model):
        raise MalformedError("a field of a record has the wrong type", code="bad_record")
    return value
