"""The corpus, and any case file: the browser decides each person as the file says."""

import copy
import json
import subprocess
from pathlib import Path

import pytest

from esspass.attestations import PDA1_WEBUILD
from esspass.inspection import decide, parse_situation, parse_sources
from esspass.inspection.case_file import create_case_entry, create_case_file
from tests.builders.inspections import answer, bind, bind_shown, create_bundle, show
from tests.builders.presentations import IssuingWorld, create_a1
from tests.interop.decision.engine import FOLDER, NEEDS_NODE
from verifier.decision_specs import create_decision_specs

pytestmark = NEEDS_NODE
CORPUS = Path(__file__).parents[3] / "specs" / "corpus"
NAMES = sorted(path.name for path in CORPUS.glob("cases/*.json"))
SITUATION = {"kind": "work", "country": "GR", "date": "2026-09-21"}


def read(*path):
    return json.loads(CORPUS.joinpath(*path).read_text(encoding="utf-8"))


@pytest.mark.skipif(not NAMES, reason="there is no corpus in specs/corpus")
def test_the_corpus(run):
    calls = [{"call": "recompute", "file": read("cases", name)} for name in NAMES]
    results = dict(zip(NAMES, run(calls, tokens=read("tokens.json")), strict=True))
    bad = {
        name: result
        for name, result in results.items()
        if "value" not in result or any(each["differences"] for each in result["value"])
    }
    assert bad == {}


@pytest.fixture(scope="module")
def case_file():
    world = IssuingWorld()
    a1 = world.issue(create_a1(), PDA1_WEBUILD)
    bundle = create_bundle(world)
    sources, situation = parse_sources(bundle), parse_situation(SITUATION)
    submissions = (answer(bind(world, a1, ())), show(bind_shown(world, a1, ())), None)
    entries = [
        create_case_entry(
            f"person-{number}",
            decide(sources, submission, situation, {}, now=world.now),
            submission,
            {},
            taken_at=world.now,
        )
        for number, submission in enumerate(submissions)
    ]
    case = {**SITUATION, "purpose": "labour-inspection", "legal_basis": "L. 4554/2018"}
    head = {"id": "case-1", "case": case, "verifier": {"name": "Inspectorate", "id": "GR:1"}}
    return json.loads(json.dumps(create_case_file(head, [bundle], entries)))


def test_a_case_file_comes_out_the_same(run, case_file):
    (result,) = run([{"call": "recompute", "file": case_file}], tokens={})
    assert [each["differences"] for each in result["value"]] == [[], [], []]


def test_a_changed_decision_shows_where(run, case_file):
    changed = copy.deepcopy(case_file)
    changed["persons"][1]["decision"]["ruling"]["outcome"] = "COVERED?"
    (result,) = run([{"call": "recompute", "file": changed}], tokens={})
    found = [each["differences"] for each in result["value"]]
    assert found == [[], ["persons[1].decision.ruling.outcome"], []]


def test_the_corpus_runs_from_the_command_line(tmp_path, case_file):
    (tmp_path / "cases").mkdir()
    tokens = case_file["tokens"]
    for name, outcome in (("good", None), ("bad", "DOUBT?")):
        case = {**copy.deepcopy(case_file), "tokens": {}}
        case["persons"][0]["decision"]["ruling"]["outcome"] = (
            outcome or case["persons"][0]["decision"]["ruling"]["outcome"]
        )
        (tmp_path / "cases" / f"{name}.json").write_text(json.dumps(case))
    (tmp_path / "tokens.json").write_text(json.dumps(tokens))
    (tmp_path / "specs.json").write_text(json.dumps(create_decision_specs()))
    command = ["node", "--no-warnings", "--import", "./register.mjs", "run_corpus.mjs"]
    done = subprocess.run(
        [*command, tmp_path, tmp_path / "specs.json"],
        cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "bad.json, person-0: persons[0].decision.ruling.outcome" in done.stdout
    assert done.stdout.endswith("6 persons decided, 1 otherwise than the file says\n")
