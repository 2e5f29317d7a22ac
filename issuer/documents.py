"""The canonical documents as JSON, for storage: one object per dataclass, ISO dates."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar, cast

from esspass.attestations import Document, Ehic, Pda1, Person, Pid
from esspass.errors import MalformedError

T = TypeVar("T")
_KINDS: Mapping[str, type[Pda1 | Ehic | Pid]] = {"pda1": Pda1, "ehic": Ehic, "pid": Pid}


def document_kind(document: Document) -> str:
    """Return ``pda1``, ``ehic`` or ``pid``."""
    return next(kind for kind, cls in _KINDS.items() if isinstance(document, cls))


def write_document(document: Document | Person) -> str:
    """Write a document, or a person, as JSON without empty members."""
    return json.dumps(_write(document), ensure_ascii=False, sort_keys=True)


def read_document(kind: str, text: str) -> Document:
    """Read a document back. Raises MalformedError."""
    if kind not in _KINDS:
        raise MalformedError("no such kind of document", code="unknown_kind")
    return cast("Document", _parse(_KINDS[kind], text))


def read_person(text: str) -> Person:
    """Read a person back. Raises MalformedError."""
    return _parse(Person, text)


def _parse(cls: type[T], text: str) -> T:
    try:
        return cast("T", _read(cls, json.loads(text)))
    except (ValueError, TypeError, KeyError) as error:
        raise MalformedError("the stored document does not read", code="bad_record") from error


def _write(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        members = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {n: _write(m) for n, m in members.items() if m is not None and m != ()}
    if isinstance(value, date):
        return value.isoformat()
    return [_write(entry) for entry in value] if isinstance(value, tuple) else value


def _read(cls: Any, value: Any) -> Any:
    """Read ``value`` as the annotated type ``cls``."""
    origin, arguments = typing.get_origin(cls), typing.get_args(cls)
    if origin in (typing.Union, types.UnionType):
        return _read(next(a for a in arguments if a is not type(None)), value)
    if origin is tuple:
        return tuple(_read(arguments[0], entry) for entry in value)
    if dataclasses.is_dataclass(cls):
        hints = typing.get_type_hints(cls)
        return cls(**{name: _read(hints[name], entry) for name, entry in value.items()})
    if cls is date:
        return date.fromisoformat(value)
    if not isinstance(value, cls):
        raise TypeError(f"expected {cls.__name__}")
    return value
