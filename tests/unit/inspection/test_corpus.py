"""The corpus: every case comes out as argued, and the files are what the table says."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from esspass.cli import main
from esspass.inspection import parse_case_file, parse_sources, verify_case_file
from esspass.inspection.commands import read_tokens
from esspass.inspection.rules import TITLED
from esspass.trust import read_rules
from tests.builders.corpus import CASES

FOLDER = Path(__file__).parents[3] / "specs" / "corpus"


@pytest.fixture(scope="module")
def tokens():
    return json.loads((FOLDER / "tokens.json").read_text(encoding="utf-8"))


def read(name):
    return (FOLDER / "cases" / f"{name}.json").read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_it_comes_out_as_argued(name, tokens):
    (person,) = verify_case_file(parse_case_file(read(name), tokens)).persons
    assert (person.expected, person.differences, person.unchanged) == ((), (), True)


@pytest.mark.parametrize("name", CASES)
def test_the_file_is_what_the_table_says(name):
    file, each = json.loads(read(name)), CASES[name]
    assert (file["id"], file["title"], file["why"]) == (name, each.title, each.why)
    assert file["expected"] == {
        "outcome": each.outcome,
        "reasons": [list(pair) for pair in each.reasons],
        "notes": [list(pair) for pair in each.notes],
    }


def test_there_are_as_many_files_as_cases():
    assert {path.stem for path in (FOLDER / "cases").iterdir()} == set(CASES)
    assert len(CASES) >= 120


def test_every_outcome_is_there_and_every_case_is_argued():
    assert {each.outcome for each in CASES.values()} == {ending.value for ending in TITLED}
    assert all(each.title and each.why for each in CASES.values())
    assert len({each.title for each in CASES.values()}) > 0.9 * len(CASES)


def test_the_corpus_is_of_the_rules_of_today(tokens):
    """If not: scripts/corpus makes it anew."""
    file = json.loads(read("a1-good-we-build"))
    rules = parse_sources(file["sources"][0], tokens=tokens).view.rules
    assert rules.rules == read_rules()["rules"]


def test_every_rule_that_can_refuse_is_met():
    """Each rule with a case worse than a note decides, or speaks, in some case of the corpus."""
    severe = {ending.value for ending in TITLED} - {"COVERED"}
    able = {
        rule["id"]
        for rule in read_rules()["rules"]["rules"]
        if any(case["outcome"] in severe for case in rule["cases"])
    }
    met = {rule for each in CASES.values() for rule, _ in each.reasons}
    assert able - met == set()


def test_the_command_takes_a_case_of_the_corpus():
    path = FOLDER / "cases" / "a1-25-months.json"
    assert read_tokens(path)
    result = CliRunner().invoke(main, ["verify-case", str(path)])
    assert result.exit_code == 0, result.output
    assert "1. 1: Doubt [A-17]" in result.output
    assert "1 of 1 the same" in result.output
