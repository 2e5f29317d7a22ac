"""Dataclasses as JSON texts, and back by their annotations: how a case is kept in a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def write_value(value: Any) -> str:
    """Write a dataclass of texts, numbers, enums, tuples, sets, mappings and dataclasses."""
    members = asdict(value)
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"), default=sorted)


def read_value(kind: type[T], text: str) -> T:
    """Read what ``write_value`` wrote; members added since take their defaults."""
    found: T = _read(kind, json.loads(text))
    return found


def _read(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return None if value is None else _read(_without_none(arguments), value)
    if origin in (tuple, frozenset):
        return origin(_read(arguments[0], item) for item in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _read(arguments[1], item) for key, item in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_members(kind, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value


def _without_none(arguments: tuple[Any, ...]) -> Any:
    return next(each for each in arguments if each is not NoneType)


def _read_members(kind: type[Any], value: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    known = {
        member.name: _read(hints[member.name], value[member.name])
        for member in fields(kind)
        if member.name in value or member.default is MISSING
    }
    return kind(**known)
