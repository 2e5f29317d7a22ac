"""The pages in docs/exchange are those of the case types as they are now."""

from pathlib import Path

import pytest

from esspass.exchange.case_type import case_type
from esspass.exchange.diagrams import create_diagram, create_pages, write_pages

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "exchange"


@pytest.mark.parametrize("name", create_pages())
def test_the_page_is_current(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == create_pages()[name]


def test_no_page_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == set(create_pages())


def test_writing_gives_the_pages(tmp_path):
    write_pages(tmp_path / "exchange")
    assert {path.name for path in (tmp_path / "exchange").iterdir()} == set(create_pages())


def test_a_diagram_shows_the_way_of_a_determination():
    lines = create_diagram(case_type("LA_BUC_02")).splitlines()
    assert lines[0] == "stateDiagram-v2"
    for line in (
        "[*] --> A003: A003 by PO",
        "A003 --> A004: A004 by CP, excludes A012",
        "A003 --> Closed: X001 by PO, after 60 days",
        "A012 --> Closed: X001 by PO, all have sent A012",
        "A004 --> A007: A007 by PO, if A004 answers the latest A003",
    ):
        assert f"    {line}" in lines
