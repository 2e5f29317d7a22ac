"""Typed members of JSON objects that somebody else wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard
from urllib.parse import SplitResult, urlsplit

from esspass.errors import MalformedError

MAX_STRING = 4096


def read_object(value: Any, name: str) -> Mapping[str, Any]:
    """Return ``value`` when it is a JSON object. Raises MalformedError."""
    if not isinstance(value, Mapping):
        raise MalformedError(f"{name} must be an object")
    return value


def read_string(members: Mapping[str, Any], name: str) -> str:
    """Return a non-empty string member of bounded length. Raises MalformedError."""
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_STRING:
        raise MalformedError(f"{name} is missing or not a string")
    return value


def read_optional_string(members: Mapping[str, Any], name: str) -> str | None:
    """Return a string member, or None when it is absent. Raises MalformedError."""
    return read_string(members, name) if name in members else None


def read_integer(members: Mapping[str, Any], name: str) -> int:
    """Return a NumericDate or other number as int; never a bool. Raises MalformedError."""
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedError(f"{name} is missing or not a number")
    if not -(2**53) < value < 2**53:
        raise MalformedError(f"{name} is out of range")
    return int(value)


def read_optional_integer(members: Mapping[str, Any], name: str) -> int | None:
    """Return a number member, or None when it is absent. Raises MalformedError."""
    return read_integer(members, name) if name in members else None


def read_strings(members: Mapping[str, Any], name: str, most: int = 64) -> tuple[str, ...]:
    """Return a non-empty array of strings. Raises MalformedError."""
    value = members.get(name)
    if not is_array(value) or not 0 < len(value) <= most:
        raise MalformedError(f"{name} must be a non-empty array")
    if not all(isinstance(entry, str) and 0 < len(entry) <= MAX_STRING for entry in value):
        raise MalformedError(f"{name} must hold strings")
    return tuple(value)


def read_optional_strings(members: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return an array of strings, or nothing when it is absent. Raises MalformedError."""
    return read_strings(members, name) if name in members else ()


def is_array(value: Any) -> TypeGuard[Sequence[Any]]:
    """Tell whether ``value`` is a JSON array."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def split_url(text: str) -> SplitResult:
    """Split an absolute http(s) URL without user information. Raises MalformedError."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  (reading it validates it)
    except ValueError as error:
        raise MalformedError("not a URL") from error
    if parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc:
        raise MalformedError("not an absolute https URL")
    return parts
