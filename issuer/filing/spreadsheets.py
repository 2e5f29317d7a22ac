"""Workers in a spreadsheet (XLSX, ISO/IEC 29500): text in, text out, never a formula.

A spreadsheet is a zip of XML: its size is checked before anything is unpacked, document types are
refused, and every cell is read as what a person would read in it.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from esspass.errors import MalformedError

MAGIC = b"PK\x03\x04"
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
FORMULA = "\x00formula"
"""What stands for a formula in a row; no text holds this character."""
_MAX_PARTS, _MAX_UNPACKED, _MAX_RATIO = 200, 30 * 1024 * 1024, 100
_MAX_COLUMNS, _MAX_ROWS = 60, 20_000
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, DefusedXmlException, OSError,
    KeyError, ValueError, TypeError, AttributeError, IndexError, NotImplementedError, RuntimeError,
)  # fmt: skip


def read_spreadsheet(data: bytes, most: int) -> list[tuple[int, list[str]]]:
    """Return the first sheet's rows that hold anything, with their numbers, at most ``most``.

    Raises MalformedError: ``file_too_large`` (unpacked), ``file_too_many``, ``file_unreadable``.
    """
    _verify_parts(data)
    try:
        return _read(data, most)
    except _BROKEN as error:  # openpyxl meets a broken file with whatever its parts raise
        raise MalformedError("the file is no spreadsheet", code="file_unreadable") from error


def _verify_parts(data: bytes) -> None:
    """Look at the table of contents before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            types = _read_types(archive, parts)
    except _BROKEN as error:
        raise MalformedError("the file is no spreadsheet", code="file_unreadable") from error
    if any(part.flag_bits & 1 for part in parts) or _TYPE not in types:
        raise MalformedError("no plain XLSX workbook", code="file_unreadable")


def _read_types(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> str:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > _MAX_PARTS or unpacked > min(_MAX_UNPACKED, _MAX_RATIO * max(packed, 1)):
        raise MalformedError("the file unpacks to too much", code="file_too_large")
    return archive.read("[Content_Types].xml").decode("utf-8")


def _read(data: bytes, most: int) -> list[tuple[int, list[str]]]:
    book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        width = _find_width(next(sheet.iter_rows(max_row=1, max_col=_MAX_COLUMNS), ()))
        found = _rows(sheet.iter_rows(max_col=width))
        return [row for row, _ in zip(found, range(most), strict=False)]
    finally:
        book.close()


def _find_width(headings: Sequence[Any]) -> int:
    """Return how many columns have a heading: what stands beside them is not read."""
    places = [place for place, cell in enumerate(headings, 1) if cell.value not in (None, "")]
    return max(places, default=1)


def _rows(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(rows, 1):
        if number > _MAX_ROWS:  # a row far down is reached over all those above it
            raise MalformedError("the sheet is too long", code="file_too_many")
        texts = [_read_cell(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _read_cell(cell: Any) -> str:
    """Return what a person would read: whole numbers without a point, days as ISO dates."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def create_spreadsheet(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write one sheet of text: bold headings that stay, nothing that is taken for a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(headings, 1):
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width, column.number_format = max(12, min(len(heading) + 4, 40)), "@"
    sheet.append([_write_cell(sheet, heading, bold=True) for heading in headings])
    for row in rows:
        sheet.append([_write_cell(sheet, value) for value in row])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _write_cell(sheet: Any, value: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    if value:
        cell.data_type, cell.number_format = "s", "@"
    if value.startswith(FORMULA_MARKS):
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell


def name_rows(
    columns: Sequence[str | None], rows: Iterable[tuple[int, Sequence[str]]]
) -> list[tuple[int, Mapping[str, str]]]:
    """Return the cells of each row by the column's name."""
    return [
        (line, {name: cell for name, cell in zip(columns, cells, strict=False) if name})
        for line, cells in rows
    ]
