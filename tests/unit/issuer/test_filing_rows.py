"""Workers from a file: every row is taken or named with its reason; nothing leaks, nothing doubles."""

import csv
import io
import json

import pytest

from esspass.errors import MalformedError
from issuer.filing.filings import MAX_PERSONS
from issuer.filing.form import Form, Problem, worker_questions
from issuer.filing.rows import (
    MAX_BYTES,
    create_csv,
    create_json_file,
    create_xlsx,
    mask,
    parse_rows,
)

GOOD = {
    "surnames": "Žemaitis", "forenames": "Šarūnas", "date_of_birth": "1984-05-17",
    "number": "38405170415", "nationality": "LT", "residence_town": "Kaunas",
    "residence_country": "LT",
}  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "lt", "el", "ro"])
def test_what_we_write_we_read(locale):
    parsed = parse_rows(create_csv(locale, [GOOD]))
    assert parsed.errors == ()
    assert [{k: v for k, v in row.items() if v} for row in parsed.workers] == [GOOD]
    assert parse_rows(create_json_file([GOOD])).workers == parsed.workers
    assert parse_rows(create_xlsx(locale, [GOOD])).workers == parsed.workers


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_of_every_spreadsheet(delimiter, encoding):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(GOOD)
    writer.writerow([*list(GOOD.values())[:2], "17.05.1984", *list(GOOD.values())[3:]])
    writer.writerow([""] * len(GOOD))
    parsed = parse_rows(text.getvalue().encode(encoding))
    assert (len(parsed.workers), parsed.errors) == (1, ())
    assert parsed.workers[0]["date_of_birth"] == "1984-05-17"


def test_each_wrong_cell_is_named_and_masked():
    rows = [GOOD, {**GOOD, "number": "1", "date_of_birth": "17.13.1984", "forenames": ""},
            {**GOOD, "number": "38405170999", "nationality": "Utopia"}]  # fmt: skip
    parsed = parse_rows(create_csv("en", rows))
    assert [row["number"] for row in parsed.workers] == [GOOD["number"]]
    found = [(error.line, error.question.id, error.problem, error.value) for error in parsed.errors]
    assert found == [
        (3, "forenames", Problem.MISSING, ""),
        (3, "date_of_birth", Problem.NO_DAY, "1••••••4"),
        (4, "nationality", Problem.NO_COUNTRY, "U••••a"),
    ]
    assert parsed.wrong_lines == 2


def test_a_number_that_stands_twice_is_one_worker():
    parsed = parse_rows(create_csv("en", [GOOD, {**GOOD, "number": "384-0517-0415"}]))
    assert len(parsed.workers) == 1
    assert parsed.doubles == (3,)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"), (b"surnames;forenames\n", "file_headings"),
        (b"a;b\n1;2\n", "file_headings"), (b"\xff\xfa\x00", "file_unreadable"),
        (b"[1, 2]", "file_unreadable"), (b'{"workers": 3}', "file_unreadable"),
        (b"[{", "file_unreadable"), (b'"a', "file_unreadable"), (b"[]", "file_empty"),
        (b"x" * (MAX_BYTES + 1), "file_too_large"),
        (b"\xff\xfea", "file_unreadable"),
        (json.dumps([GOOD] * (MAX_PERSONS + 1)).encode(), "file_too_many"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xe9\xe9", "file_unreadable"),
        (b'"' + b"a" * 200_000 + b'"', "file_unreadable"),
    ],
)  # fmt: skip
def test_files_that_are_not_taken(data, code):
    with pytest.raises(MalformedError) as caught:
        parse_rows(data)
    assert caught.value.code == code


def test_no_cell_becomes_a_formula():
    worker = {**GOOD, "surnames": "=HYPERLINK(1)", "residence_street": "-1"}
    line = create_csv("en", [worker]).decode().splitlines()[1]
    assert line.startswith("'=HYPERLINK(1);")
    assert ";'-1;" in line
    assert parse_rows(create_csv("en", [worker])).workers[0]["surnames"] == "=HYPERLINK(1)"


def test_more_columns_do_no_harm():
    data = create_csv("en", [{**GOOD, "Status": "Granted"}], ["Status"])
    assert parse_rows(data).errors == ()


@pytest.mark.parametrize(
    ("value", "masked"), [("", ""), ("LT", "••"), ("1985", "••••"), ("38405170415", "3••••••5")]
)
def test_masks(value, masked):
    assert mask(value) == masked


def test_headings_are_told_apart():
    for locale in ("en", "lt", "el", "ro"):
        labels = [question.label(Form.A1_EMPLOYER, locale) for question in worker_questions()]
        assert len(set(labels)) == len(labels)
