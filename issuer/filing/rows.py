"""Workers from a file: XLSX, CSV as spreadsheets write it, or JSON; out comes the same form.

Headings are the ids of the questions or their labels in any language. Each wrong row names its
line, column and reason; what stands in the cell is never repeated whole. Formulas are refused, and
nothing that is written is one.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from esspass.attestations.specification import LOCALES
from esspass.errors import MalformedError
from esspass.jose.jws import parse_json
from issuer.filing.filings import MAX_PERSONS
from issuer.filing.form import Form, Problem, Question, worker_questions
from issuer.filing.spreadsheets import (
    FORMULA,
    FORMULA_MARKS,
    MAGIC,
    create_spreadsheet,
    name_rows,
    read_spreadsheet,
)
from issuer.names import fold_name, fold_number

MAX_BYTES = 2 * 1024 * 1024
_DELIMITERS = ";,\t"
_BOM = "\ufeff"
EXAMPLE: Mapping[str, str] = {
    "surnames": "Pavyzdys",
    "forenames": "Ona",
    "date_of_birth": "1990-01-31",
    "number": "49001310000",
    "nationality": "LT",
    "residence_town": "Vilnius",
    "residence_country": "LT",
}
"""The row of the file to fill in; left in it, it is nobody."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell; ``line`` counts from 1 with the heading, ``value`` is masked."""

    line: int
    question: Question
    problem: Problem
    value: str


@dataclass(frozen=True, slots=True)
class ParsedRows:
    """The workers of a file that are in order, and what is wrong with the others."""

    workers: tuple[Mapping[str, str], ...] = field(repr=False)
    errors: tuple[RowError, ...]
    doubles: tuple[int, ...]

    @property
    def wrong_lines(self) -> int:
        """How many lines were not taken."""
        return len({error.line for error in self.errors})


def parse_rows(data: bytes) -> ParsedRows:
    """Read a file of workers. ``doubles`` are lines whose number stood on an earlier line.

    Raises MalformedError: ``file_too_large``, ``file_unreadable``, ``file_headings``,
    ``file_too_many``, ``file_empty``.
    """
    if len(data) > MAX_BYTES:
        raise MalformedError("the file is too large", code="file_too_large")
    rows = [(line, cells) for line, cells in _read_rows(data) if not _is_example(cells)]
    if not rows:
        raise MalformedError("the file holds no rows", code="file_empty")
    if len(rows) > MAX_PERSONS:
        raise MalformedError("the file holds too many rows", code="file_too_many")
    return _parse_all(rows)


def _is_example(cells: Mapping[str, str]) -> bool:
    return all(cells.get(name) == EXAMPLE[name] for name in ("surnames", "forenames", "number"))


def _read_rows(data: bytes) -> list[tuple[int, Mapping[str, str]]]:
    if data.startswith(MAGIC):
        return _read_sheet(data)
    text = _decode(data).lstrip(_BOM)
    if text.lstrip()[:1] in ("[", "{"):
        return _read_json(text)
    return _read_csv(text)


def _read_sheet(data: bytes) -> list[tuple[int, Mapping[str, str]]]:
    rows = read_spreadsheet(data, MAX_PERSONS + 2)
    return name_rows(_read_headings(rows[0][1]), rows[1:]) if rows else []


def _decode(data: bytes) -> str:
    """UTF-8, or the UTF-16 in which spreadsheets save "Unicode text"."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise MalformedError("the file is not UTF-8", code="file_unreadable") from error


def _read_json(text: str) -> list[tuple[int, Mapping[str, str]]]:
    try:
        value = parse_json(text)
    except MalformedError as error:
        raise MalformedError("the file is not JSON", code="file_unreadable") from error
    rows = value.get("workers") if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise MalformedError("the file is not a list of workers", code="file_unreadable")
    known = {question.id for question in worker_questions()}
    return [
        (place, {name: str(item) for name, item in row.items() if name in known and item})
        for place, row in enumerate(rows, 1)
    ]


def _read_csv(text: str) -> list[tuple[int, Mapping[str, str]]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise MalformedError("the file is not CSV", code="file_unreadable") from error
    if not lines:
        return []
    columns = _read_headings(lines[0][1])
    return [
        (line, _name_cells(columns, cells))
        for line, cells in lines[1:]
        if any(cell.strip() for cell in cells)
    ]


def _name_cells(columns: Sequence[str | None], cells: Sequence[str]) -> Mapping[str, str]:
    return {name: cell.lstrip("'") for name, cell in zip(columns, cells, strict=False) if name}


def _read_headings(cells: Sequence[str]) -> list[str | None]:
    """Name the columns. Raises MalformedError when one that is needed is missing."""
    names = _headings()
    columns = [names.get(fold_name(cell)) for cell in cells]
    needed = {question.id for question in worker_questions() if not question.is_optional}
    if not needed <= set(columns):
        raise MalformedError("columns are missing", code="file_headings")
    return columns


def _headings() -> dict[str, str]:
    names: dict[str, str] = {}
    for question in worker_questions():
        for locale in LOCALES:
            names.setdefault(fold_name(question.label(Form.A1_EMPLOYER, locale)), question.id)
        names[fold_name(question.id)] = question.id
    return names


def _parse_all(rows: Iterable[tuple[int, Mapping[str, str]]]) -> ParsedRows:
    workers: dict[str, Mapping[str, str]] = {}
    errors: list[RowError] = []
    doubles = []
    for line, cells in rows:
        answers, wrong = parse_worker(cells)
        errors += [
            RowError(line, question, problem, mask(cells.get(question.id, "")))
            for question, problem in wrong
        ]
        if wrong:
            continue
        if (number := fold_number(answers["number"])) in workers:
            doubles.append(line)
        workers[number] = answers
    return ParsedRows(tuple(workers.values()), tuple(errors), tuple(doubles))


def parse_worker(
    cells: Mapping[str, str],
) -> tuple[dict[str, str], list[tuple[Question, Problem]]]:
    """Return a worker's answers, and what is wrong with them."""
    answers, wrong = {}, []
    for question in worker_questions():
        given = cells.get(question.id, "")[:2000]
        value, problem = question.parse(given)
        if given == FORMULA:
            value, problem = "", Problem.FORMULA
        answers[question.id] = value
        if problem:
            wrong.append((question, problem))
    if answers["number"] and not fold_number(answers["number"]):
        wrong.append((next(q for q in worker_questions() if q.id == "number"), Problem.MISSING))
    return answers, wrong


def mask(value: str) -> str:
    """Return as much of a cell as one needs to find it: its ends, never the whole."""
    text = "=" if value == FORMULA else value.strip()
    if len(text) < 5:
        return "•" * len(text)
    return f"{text[0]}{'•' * min(len(text) - 2, 6)}{text[-1]}"


def create_csv(
    locale: str, workers: Iterable[Mapping[str, str]], more: Sequence[str] = ()
) -> bytes:
    """Write workers as CSV that spreadsheets open at once, headings in a language.

    ``more`` names further members of each worker, appended as columns under their own names.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(_write_headings(locale, more))
    writer.writerows([_plain_cell(cell) for cell in row] for row in _write_rows(workers, more))
    return (_BOM + text.getvalue()).encode()


def _write_headings(locale: str, more: Sequence[str]) -> list[str]:
    return [*(each.label(Form.A1_EMPLOYER, locale) for each in worker_questions()), *more]


def _write_rows(
    workers: Iterable[Mapping[str, str]], more: Sequence[str]
) -> Iterable[Sequence[str]]:
    names = [*(each.id for each in worker_questions()), *more]
    return ([worker.get(name, "") for name in names] for worker in workers)


def create_xlsx(
    locale: str, workers: Iterable[Mapping[str, str]], more: Sequence[str] = ()
) -> bytes:
    """Write workers as a spreadsheet; the rest as for ``create_csv``."""
    return create_spreadsheet(_write_headings(locale, more), _write_rows(workers, more))


def _plain_cell(value: str) -> str:
    """A spreadsheet takes what begins like this for a formula."""
    return f"'{value}" if value.startswith(FORMULA_MARKS) else value


def create_json_file(workers: Iterable[Mapping[str, str]]) -> bytes:
    """Write workers as JSON, in the form that ``parse_rows`` reads."""
    rows = [{name: value for name, value in worker.items() if value} for worker in workers]
    return json.dumps({"workers": rows}, ensure_ascii=False, indent=2).encode()
