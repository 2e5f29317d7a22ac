"""Spreadsheets: what people type is read, what programs hide in them is not."""

import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook, load_workbook

from esspass.errors import MalformedError
from issuer.filing.form import Problem
from issuer.filing.rows import EXAMPLE, create_csv, create_xlsx, parse_rows
from issuer.filing.spreadsheets import create_spreadsheet, read_spreadsheet
from tests.unit.issuer.test_filing_rows import GOOD


def save(*rows, last=0):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if last:
        book.active.cell(last, 1, "x")
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def rewrite(data, **parts):
    """The same archive with other parts; the names are those in ``parts``."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info.filename, old.read(info))
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def code_of(data):
    with pytest.raises(MalformedError) as caught:
        parse_rows(data)
    return caught.value.code


def test_cells_are_read_as_people_see_them():
    """Numbers without a point, days as days, empty lines as nothing."""
    row = [GOOD["surnames"], GOOD["forenames"], datetime(1984, 5, 17), 38405170415, "LT", "Kaunas", "LT"]  # fmt: skip
    parsed = parse_rows(save(list(GOOD), [None] * 7, row))
    assert parsed.errors == ()
    assert {name: value for name, value in parsed.workers[0].items() if value} == GOOD


def test_formulas_are_refused_with_their_line():
    formula = [*list(GOOD.values())[:3], "=1+1", *list(GOOD.values())[4:]]
    parsed = parse_rows(save(list(GOOD), list(GOOD.values()), formula))
    (error,) = parsed.errors
    assert (error.line, error.question.id, error.problem) == (3, "number", Problem.FORMULA)
    assert len(parsed.workers) == 1


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_that_is_written_is_a_formula(mark):
    data = create_xlsx("en", [{**GOOD, "surnames": f"{mark}1+1"}])
    cell = load_workbook(io.BytesIO(data)).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert f"'{mark}1+1".encode() in create_csv("en", [{**GOOD, "surnames": f"{mark}1+1"}])


def test_the_file_to_fill_in_holds_nobody():
    assert code_of(create_xlsx("lt", [EXAMPLE])) == "file_empty"


def test_a_bomb_is_not_unpacked():
    bomb = rewrite(save(list(GOOD)), **{"xl/media/x.bin": b"0" * (31 * 1024 * 1024)})
    assert len(bomb) < 100_000
    assert code_of(bomb) == "file_too_large"
    many = rewrite(save(list(GOOD)), **{f"xl/{place}": b"" for place in range(300)})
    assert code_of(many) == "file_too_large"


def test_a_row_at_the_end_of_the_sheet_is_not_waited_for():
    far = save(list(GOOD), last=1_048_576)
    assert code_of(far) == "file_too_many"


def test_entities_are_refused():
    """CWE-776: an entity in any part makes the file unreadable, none is expanded."""
    data = save(list(GOOD), list(GOOD.values()))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    evil = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet.replace("Kaunas", "&a;")
    assert code_of(rewrite(data, **{"xl/worksheets/sheet1.xml": evil})) == "file_unreadable"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04", b"PK\x03\x04" + bytes(200), save(list(GOOD))[:-30],
        rewrite(save(list(GOOD)), **{"[Content_Types].xml": "<Types/>"}),
    ],
)  # fmt: skip
def test_what_is_no_spreadsheet_is_said_so(data):
    assert code_of(data) == "file_unreadable"


def test_signs_that_no_sheet_may_hold_are_left_out():
    assert read_spreadsheet(create_spreadsheet(["a"], [["x\x01y"]]), 5)[1][1][0] == "xy"
