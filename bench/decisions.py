"""Scan to verdict: what a device without a network does between reading a code and its ruling.

Cases of ``specs/corpus``, decided on sources that were opened once, as for a crew. Rates are per
CPU second of one core, the ratio is to the signatures of issuer and holder alone; what the browser
needs from camera to verdict is measured in ``tests/end_to_end/test_scan.py``.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

from bench.formats import VERIFY, Case, create_primitives, create_table, measure
from esspass.inspection import decide, parse_case_file, parse_sources

CORPUS = Path(__file__).parents[1] / "specs" / "corpus"
CASES = {
    "shown-good": "A1 shown as frames: scan to verdict",
    "paper-a1-good": "A1 on paper: scan to verdict",
    "a1-good-we-build": "A1 with PID, on line: to verdict",
    "ehic-shown": "EHIC shown: scan to verdict",
}
ROUNDS = 5
SECONDS_PER_CASE = 0.3


def create_cases() -> list[Case]:
    """Return the cases, their sources opened."""
    tokens = json.loads((CORPUS / "tokens.json").read_text(encoding="utf-8"))
    found = []
    for name, what in CASES.items():
        file = parse_case_file((CORPUS / "cases" / f"{name}.json").read_bytes(), tokens)
        person = file.persons[0]
        sources = parse_sources(file.sources[person.source], tokens=file.tokens)
        run = partial(decide, sources, person.submission, file.situation, {}, now=person.taken_at)
        found.append(Case(what, run, VERIFY))
    return found


def main(rounds: int = ROUNDS, seconds: float = SECONDS_PER_CASE) -> None:
    """Measure and print."""
    cases = [*create_primitives("x" * 3000), *create_cases()]
    print(f"decisions, Python {sys.version.split()[0]}, one core, median of {rounds} rounds")
    print(create_table(measure(cases, rounds, seconds), cases))


if __name__ == "__main__":
    main()
