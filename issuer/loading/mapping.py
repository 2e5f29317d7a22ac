"""Which column of a file goes where, as data: ``specs/loading/<id>.json``, or an institution's own.

A column has a name, other names it may bear (``also``), paths into person and document (numbers
are places of a list) and a type: ``text``, ``date`` (2026-11-21 or 21.11.2026), ``country``,
``countries`` (parted by blanks or commas), ``flag``, ``sector`` (a letter of NACE Rev. 2.1) or
``code:<list of specs/types/codes.json>``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from esspass.attestations import (
    Document,
    Institution,
    Person,
    iso_country,
    parse_person_record,
    parse_record,
)
from esspass.attestations.records import create_institution_record
from esspass.attestations.specification import read_json
from esspass.attestations.wording import country_name
from esspass.errors import MalformedError
from issuer.loading.errors import RowError
from issuer.sectors import NOT_RECORDED, parse_sector

MAX_TEXT = 400
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``to`` are paths such as ``person.residence.0.town``."""

    name: str
    to: tuple[str, ...]
    required: bool = False
    type: str = "text"
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the rows of a file become a person and a document of one kind."""

    id: str
    kind: str
    title: Mapping[str, str]
    columns: tuple[Column, ...] = ()
    constants: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row becomes: a decision about a person, and the sector of the employer."""

    person: Person
    document: Document
    sector: str = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Office:
    """What the file need not say: whose decisions these are."""

    institution: Institution

    def value(self, name: str, person: Mapping[str, Any]) -> Any:
        """Return the value of a constant: ``$institution``, ``$country``, ``$person`` or a text."""
        own = {
            "$institution": create_institution_record(self.institution),
            "$country": self.institution.country,
            "$person": person,
        }
        return own.get(name, name)


def parse_mapping(text: str) -> ColumnMapping:
    """Read a mapping. Raises MalformedError ``bad_mapping``."""
    try:
        read = json.loads(text)
        columns = tuple(map(_parse_column, read["columns"]))
        mapping = ColumnMapping(
            str(read["id"]), str(read["kind"]), read["title"], columns, read.get("constants")
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedError("not a mapping of columns", code="bad_mapping") from error
    _verify_mapping(mapping)
    return mapping


def _parse_column(item: Mapping[str, Any]) -> Column:
    return Column(
        str(item["name"]).casefold(),
        tuple(item["to"]),
        bool(item.get("required")),
        str(item.get("type", "text")),
        tuple(name.casefold() for name in item.get("also", ())),
    )


def _verify_mapping(mapping: ColumnMapping) -> None:
    names = [name for column in mapping.columns for name in (column.name, *column.also)]
    types = all(
        column.type in _READERS or column.type.partition(":")[2] in read_json("codes.json")
        for column in mapping.columns
    )
    if not types or len(set(names)) < len(names) or "en" not in mapping.title:
        raise MalformedError("a mapping with a wrong column", code="bad_mapping")


@cache
def column_mappings(folder: Path | None = None) -> Mapping[str, ColumnMapping]:
    """Return the mappings of ``specs/loading`` and those of ``folder``, by id.

    One without columns reads the canonical form: person and documents, field by field, as
    ``esspass.attestations`` writes them. Raises MalformedError ``bad_mapping``.
    """
    published = files("specs").joinpath("loading").iterdir()
    texts = [item.read_text(encoding="utf-8") for item in published if item.name.endswith(".json")]
    own = sorted(folder.glob("*.json")) if folder else []
    read = [parse_mapping(text) for text in (*texts, *(each.read_text("utf-8") for each in own))]
    return {mapping.id: mapping for mapping in sorted(read, key=lambda each: each.id)}


def verify_header(mapping: ColumnMapping, names: Iterable[str]) -> None:
    """Check that a file has every column it must have. Raises MalformedError ``column_missing``."""
    given = {name.casefold() for name in names}
    for column in mapping.columns:
        if column.required and not given & {column.name, *column.also}:
            raise MalformedError(f"the column {column.name} is missing", code="column_missing")


def parse_entry(mapping: ColumnMapping, office: Office, values: Mapping[str, Any]) -> Entry:
    """Turn the values of a row into a person and a document. Raises RowError."""
    return parse_record_entry(_build(mapping, office, values) if mapping.columns else values)


def parse_record_entry(record: Mapping[str, Any]) -> Entry:
    """Read a ``person``, a ``document`` and a ``sector`` in the canonical form. Raises RowError."""
    _verify_texts(record)
    try:
        person = parse_person_record(record["person"])
        document = parse_record(record["document"])
    except (KeyError, MalformedError) as error:
        raise RowError("incomplete") from error
    return Entry(person, document, _read_own_sector(record.get("sector") or NOT_RECORDED))


def _read_own_sector(value: Any) -> str:
    try:
        return parse_sector(str(value))
    except MalformedError as error:
        raise RowError(error.code, "sector", value) from error


def _verify_texts(value: Any) -> None:
    match value:
        case str():
            if len(value) > MAX_TEXT or not value.replace("\n", " ").isprintable():
                raise RowError("bad_text", value=value)
        case dict() | list():
            for item in value.values() if isinstance(value, dict) else value:
                _verify_texts(item)


def _build(mapping: ColumnMapping, office: Office, values: Mapping[str, Any]) -> dict[str, Any]:
    given = {name.casefold(): value for name, value in values.items()}
    record: dict[str, Any] = {"document": {"kind": mapping.kind}, "person": {}}
    for column in mapping.columns:
        value = _read(column, given)
        if value is not None:
            for path in column.to:
                _put(record, path.split("."), value)
    record = _pack(record)
    for path, name in (mapping.constants or {}).items():
        _put(record, path.split("."), office.value(name, record["person"]))
    return record


def _read(column: Column, given: Mapping[str, Any]) -> Any:
    found = (given[name] for name in (column.name, *column.also) if name in given)
    text = _text(column, next(found, ""))
    if not text:
        if column.required:
            raise RowError("value_missing", column.name)
        return None
    read = _READERS.get(column.type)
    try:
        return read(text) if read else _read_code(column.type.partition(":")[2], text)
    except (ValueError, KeyError, MalformedError) as error:
        code = f"bad_{column.type.partition(':')[0]}"
        raise RowError(code, column.name, text) from error


def _text(column: Column, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int():
            text = str(value).strip()
        case list() if all(isinstance(item, str) for item in value):
            text = " ".join(value)
        case _:
            raise RowError("bad_text", column.name, value.__class__.__name__)
    if len(text) > MAX_TEXT or not text.isprintable():
        raise RowError("bad_text", column.name, text)
    return text


def _read_date(text: str) -> str:
    if found := _DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
        return date(year, month, day).isoformat()
    if len(text) != len("2026-11-21"):
        raise ValueError("not a date")
    return date.fromisoformat(text).isoformat()


def _read_country(text: str) -> str:
    code = iso_country(text.upper())
    if len(code) != len("LT") or country_name(code, "en") == code:
        raise ValueError("not a country")
    return code


def _read_countries(text: str) -> list[str]:
    return [_read_country(code) for code in re.split(r"[\s,;]+", text) if code]


def _read_code(codes: str, text: str) -> str:
    known = read_json("codes.json")[codes]
    for code in (text, text.zfill(2)):  # spreadsheets drop the zero of 01
        if code in known:
            return code
    raise ValueError("not a code")


_READERS: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "date": _read_date,
    "country": _read_country,
    "countries": _read_countries,
    "flag": lambda text: _FLAGS[text.casefold()],
    "sector": parse_sector,
}


def _put(target: Any, path: list[str], value: Any) -> None:
    """Put ``value`` where the path leads; a list is a dict of its places until it is packed."""
    for step in path[:-1]:
        target = target.setdefault(step, {})
    target[path[-1]] = value


def _pack(value: Any) -> Any:
    """Turn dicts whose keys are places into lists, without the places nothing was put in."""
    if not isinstance(value, dict):
        return value
    packed = {name: _pack(item) for name, item in value.items()}
    if packed and all(name.isdigit() for name in packed):
        return [packed[name] for name in sorted(packed, key=int)]
    return packed
