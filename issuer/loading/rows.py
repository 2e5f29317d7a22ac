"""Files of records, taken apart: CSV with a header line, or JSON, each row with its line.

CSV is UTF-8, its columns parted by comma, semicolon or tab (whichever its header holds most). JSON
is an array of objects or, one to a line, objects alone.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import MalformedError

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 200
_DELIMITERS = ",;\t"
_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file; ``line`` is where it starts, counted from 1.

    ``values`` is None for a row that does not have the columns of its header.
    """

    line: int
    values: Mapping[str, Any] | None = field(repr=False)


def parse_rows(content: bytes) -> list[Row]:
    """Take a file apart; JSON is known by its first character.

    Raises MalformedError: ``too_large``, ``not_utf8``, ``bad_csv``, ``bad_json``, ``no_rows``,
    ``too_many_rows``.
    """
    if len(content) > MAX_BYTES:
        raise MalformedError("the file is larger than 20 MB", code="too_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError("the file is not UTF-8", code="not_utf8") from error
    if "\0" in text:
        raise MalformedError("the file is not text", code="not_utf8")
    parse = _parse_json if text.lstrip(_BLANK)[:1] in ("[", "{") else _parse_csv
    rows = []
    for row in parse(text):
        rows.append(row)
        if len(rows) > MAX_ROWS:
            raise MalformedError("the file has too many rows", code="too_many_rows")
    if not rows:
        raise MalformedError("the file has no rows", code="no_rows")
    return rows


def _parse_csv(text: str) -> Iterator[Row]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        header = _parse_header(next(reader, []))
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(line, _pair(header, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise MalformedError(f"line {line} is no CSV", code="bad_csv") from error


def _parse_header(cells: list[str]) -> list[str]:
    names = [cell.strip().casefold() for cell in cells]
    if not all(names) or len(set(names)) < len(names) or len(names) > MAX_COLUMNS:
        raise MalformedError("a column without a name, or two of one name", code="bad_csv")
    return names


def _pair(header: list[str], cells: list[str]) -> Mapping[str, str] | None:
    return dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None


def _parse_json(text: str) -> Iterator[Row]:
    decoder, place, line = json.JSONDecoder(object_pairs_hook=_read_object), 0, 1
    listed = text.lstrip(_BLANK).startswith("[")
    ended = False
    while place < len(text):
        step = _skip(text, place, ended=ended, listed=listed)
        line += text.count("\n", place, step)
        if step >= len(text) or (listed and text[step] == "]"):
            _expect_end(text, step, listed=listed)
            return
        value, place = _decode(decoder, text, step, line)
        yield Row(line, value if isinstance(value, dict) else None)
        line += text.count("\n", step, place)
        ended = True
    if listed:
        raise MalformedError("the list does not end", code="bad_json")


def _skip(text: str, place: int, *, ended: bool, listed: bool) -> int:
    """Return where the next value starts: after blanks, the bracket or one comma."""
    place = _skip_blanks(text, place)
    if listed and text[place : place + 1] == ("," if ended else "["):
        after = _skip_blanks(text, place + 1)
        if ended and text[after : after + 1] in ("]", ""):
            raise MalformedError("a comma before the end", code="bad_json")
        return after
    if listed and text[place : place + 1] not in ("]", ""):
        raise MalformedError("two values without a comma", code="bad_json")
    return place


def _skip_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place] in _BLANK:
        place += 1
    return place


def _expect_end(text: str, place: int, *, listed: bool) -> None:
    if listed and (place >= len(text) or text[place + 1 :].strip(_BLANK)):
        raise MalformedError("the list does not end where the file does", code="bad_json")


def _decode(decoder: json.JSONDecoder, text: str, place: int, line: int) -> tuple[Any, int]:
    try:
        return decoder.raw_decode(text, place)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"line {line} starts no JSON value", code="bad_json") from error


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice: whoever reads it next might take the other one."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a name stands twice")
    return read
