"""The types of core data: how a claim is written into CBOR, and how strictly it is read back.

The types are those of ``specs/documents/README.md``; a field is an entry of ``core.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from esspass.errors import MalformedError

_EPOCH, _FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(1800, 1, 1), date(2499, 12, 31)
_MAX_ITEMS, _MAX_STATES = 100, 40
_Field = Mapping[str, Any]


def write_fields(fields: Sequence[_Field], claims: Mapping[str, Any]) -> dict[int, Any]:
    """Put labels for the claims that are there; what has the wrong form shows when it is read."""
    found = ((field, _select(claims, field["path"])) for field in fields)
    return {
        field["label"]: _TYPES[field["type"]].write(field, value)
        for field, value in found
        if value is not None
    }


def _select(claims: Any, path: Sequence[str]) -> Any:
    for name in path:
        claims = claims.get(name) if isinstance(claims, Mapping) else None
    return claims


def read_fields(fields: Sequence[_Field], core: Any) -> dict[str, Any]:
    """Put claims for labels. Raises MalformedError ``bad_core``."""
    if not isinstance(core, Mapping) or core.keys() - {field["label"] for field in fields}:
        raise MalformedError("a label that is not known", code="bad_core")
    claims: dict[str, Any] = {}
    for field in fields:
        if field["label"] in core:
            _place(claims, field["path"], _read_value(field, core[field["label"]]))
        elif field.get("required"):
            raise MalformedError(f"label {field['label']} is missing", code="bad_core")
    return claims


def _place(claims: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        claims = claims.setdefault(name, {})
    claims[path[-1]] = value


def _read_value(field: _Field, value: Any) -> Any:
    read = _TYPES[field["type"]].read(field, value)
    if read is None:
        raise MalformedError(f"label {field['label']} is no {field['type']}", code="bad_core")
    return read


def _keep(_field: _Field, value: Any) -> Any:
    return value


def _write_text(_field: _Field, value: str) -> str:
    return " ".join(value.split())  # one line, as it is printed


def _read_text(field: _Field, value: Any) -> str | None:
    if not isinstance(value, str) or not 1 <= len(value) <= field["max"]:
        return None
    return None if any(ord(character) < 32 for character in value) else value


def _write_day(_field: _Field, value: str) -> int:
    return (date.fromisoformat(value) - _EPOCH).days


def _read_day(_field: _Field, value: Any) -> str | None:
    first, last = (_FIRST_DAY - _EPOCH).days, (_LAST_DAY - _EPOCH).days
    if not _is_number(value) or not first <= value <= last:
        return None
    return (_EPOCH + timedelta(days=value)).isoformat()


def _read_country(_field: _Field, value: Any) -> str | None:
    fits = isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha()
    return value if fits and value.isupper() else None


def _write_code(_field: _Field, value: str) -> int:
    return int(value)


def _read_code(field: _Field, value: Any) -> str | None:
    if not _is_number(value) or not 1 <= value <= field["max"]:
        return None
    return f"{value:02}"


def _read_flag(_field: _Field, value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _write_list(field: _Field, value: Sequence[Any]) -> list[Any]:
    return [write_fields(field["items"], item) for item in value]


def _read_list(field: _Field, value: Any) -> list[Any] | None:
    if not isinstance(value, list) or not 1 <= len(value) <= _MAX_ITEMS:
        return None
    return [read_fields(field["items"], item) for item in value]


def _write_states(field: _Field, value: Mapping[str, Any]) -> list[Any]:
    return [
        [country, None if places is None else _write_list(field, places)]
        for country, places in value.items()
    ]


def _read_states(field: _Field, value: Any) -> dict[str, Any] | None:
    if not isinstance(value, list) or not 1 <= len(value) <= _MAX_STATES:
        return None
    states: dict[str, Any] = {}
    for pair in value:
        country = _read_country(field, pair[0]) if _is_pair(pair) else None
        if country is None or country in states:
            return None
        states[country] = _read_places(field, pair[1])
    return states


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def _read_places(field: _Field, places: Any) -> list[Any] | None:
    if places is None:
        return None
    if places == []:
        return []
    found = _read_list(field, places)
    if found is None:
        raise MalformedError("places that are no list", code="bad_core")
    return found


def _write_names(field: _Field, value: Sequence[str]) -> list[int]:
    return [field["names"].index(name) + 1 for name in value]


def _read_names(field: _Field, value: Any) -> list[str] | None:
    names = dict(enumerate(field["names"], 1))
    if not isinstance(value, list) or not value or any(not _is_number(item) for item in value):
        return None
    if value != sorted(set(value) & names.keys()):
        return None
    return [names[position] for position in value]


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class _Type(NamedTuple):
    """How a claim is written, and read back; None is what does not have the form."""

    write: Callable[[_Field, Any], Any]
    read: Callable[[_Field, Any], Any]


_TYPES: Mapping[str, _Type] = {
    "text": _Type(_write_text, _read_text),
    "day": _Type(_write_day, _read_day),
    "country": _Type(_keep, _read_country),
    "code": _Type(_write_code, _read_code),
    "flag": _Type(_keep, _read_flag),
    "list": _Type(_write_list, _read_list),
    "states": _Type(_write_states, _read_states),
    "names": _Type(_write_names, _read_names),
}
