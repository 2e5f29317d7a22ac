"""Each attack of the catalogue in the layers we speak has a test that bears its id."""

import csv
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
LAYERS = {"SD-JWT", "JOSE", "status list", "OpenID4VP", "OpenID4VCI", "trust"}


def test_every_row_in_our_layers_is_a_test(shared_data):
    catalogue = shared_data.parent / "reference" / "attack-catalogue.tsv"
    with catalogue.open(encoding="utf-8") as file:
        rows = [row["id"] for row in csv.DictReader(file, delimiter="\t") if row["layer"] in LAYERS]
    sources = " ".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    written = sources.upper().replace("_", "-")
    assert len(rows) > 50
    assert [row for row in rows if row not in written] == []
