"""Case files: the same decision years later, and any change says where."""

import copy
import json

import pytest
from click.testing import CliRunner

from esspass.attestations import PDA1_WEBUILD
from esspass.cli import main
from esspass.errors import MalformedError
from esspass.inspection import (
    Situation,
    Submission,
    create_case_entry,
    create_case_file,
    decide,
    parse_case_file,
    parse_sources,
    verify_case_file,
)
from esspass.inspection.case_file import MAX_BYTES
from esspass.keys.certificates import create_signer
from esspass.trust import create_trust_anchors
from tests.builders.inspections import answer, bind, create_bundle
from tests.builders.lists import NOW, create_world
from tests.builders.presentations import PERSON, IssuingWorld, create_a1

CASE = {
    "kind": "work", "purpose": "labour-inspection", "legal_basis": "987/2009", "country": "GR",
    "date": "2026-09-21", "until": None, "place": None, "employer": None, "provider": None,
}  # fmt: skip
SHOWN = (("subject", "names"), ("placesOfWork", "GR"), ("statusConfirmation",))
HEAD = {"id": "case-1", "case": CASE, "verifier": {"name": "Inspectorate", "id": "GR:1"}}


@pytest.fixture(scope="module")
def world():
    return IssuingWorld()


@pytest.fixture(scope="module")
def written(world):
    """Two persons: one who is covered, and one who showed a web address."""
    bundle = create_bundle(world)
    sources, situation = parse_sources(bundle), Situation("work", "GR", "2026-09-21")
    shown = bind(world, world.issue(create_a1(), PDA1_WEBUILD), SHOWN)
    submissions = {"ona": answer(shown), "url": Submission("qr", "https://example.eu")}
    answers = {"replaces_colleague": False}
    entries = [
        create_case_entry(
            name,
            decide(sources, submission, situation, answers, now=world.now),
            submission,
            answers,
            taken_at=world.now,
        )
        for name, submission in submissions.items()
    ]
    signer = create_signer(world.fund.issuance, "Inspectorate", "GR", "cases", NOW - 10)
    return create_case_file(HEAD, [bundle], entries, signer=signer, now=world.now)


def read(value, **more):
    return parse_case_file(json.dumps(value).encode(), **more)


def test_a_case_comes_out_the_same(written):
    report = verify_case_file(read(written))
    assert report.same
    assert report.proof == "good"
    assert "Inspectorate" in report.signer
    assert [each.decision.ruling.outcome for each in report.persons] == [
        "COVERED",
        "NOT_A_CREDENTIAL",
    ]


def test_no_name_is_in_the_decisions(written):
    decisions = json.dumps([each["decision"] for each in written["persons"]], ensure_ascii=False)
    assert PERSON.surnames not in decisions
    assert PERSON.forenames not in decisions


def test_tokens_are_there_once_and_may_lie_beside(written):
    kept = {**written, "tokens": {}}
    with pytest.raises(MalformedError) as raised:
        verify_case_file(read(kept))
    assert raised.value.code == "bad_sources"
    assert verify_case_file(read(kept, tokens=written["tokens"])).same
    (name, *_), wrong = list(written["tokens"]), dict(written["tokens"])
    wrong[name] = "x.y.z"
    with pytest.raises(MalformedError):
        verify_case_file(read({**written, "tokens": wrong}))


def change(written, path, value):
    changed = copy.deepcopy(written)
    target = changed
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "position", "differs"),
    [
        (("persons", 0, "decision", "ruling", "outcome"), "DOUBT", 0, "ruling.outcome"),
        (("persons", 1, "decision", "ruling", "reason"), "torn", 1, "ruling.reason"),
        (("persons", 0, "answers", "replaces_colleague"), True, 0, "ruling.outcome"),
        (("persons", 0, "taken_at"), NOW + 10, 0, "findings[3].parameters.age"),
        (("persons", 1, "submission", "text"), "HC1:X", 1, "ruling.reason"),
        (("persons", 1, "id"), "someone", 1, None),
        (("case", "country"), "RO", 0, "facts.situation.country"),
        (("verifier", "name"), "Another", 0, None),
    ],
)
def test_a_changed_file_says_where(written, path, value, position, differs):
    report = verify_case_file(read(change(written, path, value)))
    assert not report.same
    person = report.persons[position]
    assert not person.unchanged
    others = [each for each in report.persons if each.position != position]
    assert all(each.unchanged for each in others)
    assert differs is None or any(found.endswith(differs) for found in person.differences)


def test_who_rewrites_the_digests_loses_the_proof(written, world):
    entries = [{**each, "id": "x"} for each in written["persons"]]
    for each in entries:
        del each["digest"]
    rewritten = create_case_file(HEAD, written["sources"], entries)
    rewritten = {**rewritten, "tokens": written["tokens"], "proof": written["proof"]}
    report = verify_case_file(read(rewritten))
    assert all(each.same for each in report.persons)
    assert (report.proof, report.same) == ("proof_of_another_file", False)
    spoiled = {**written, "proof": written["proof"][:-6] + "AAAAAA"}
    assert verify_case_file(read(spoiled)).proof == "bad_signature"
    assert verify_case_file(read({**written, "proof": None})).same


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "esspass-case/2"),
        (("extra",), 1),
        (("persons",), {}),
        (("persons", 0, "source"), 1),
        (("persons", 0, "taken_at"), "now"),
        (("persons", 0, "history"), [{}]),
        (("persons", 0, "seen"), [1]),
        (("persons", 0, "submission", "medium"), "air"),
        (("persons", 0, "answers"), {"x": 1}),
        (("persons", 0, "extra"), 1),
        (("tokens",), {"sha256:0": 5}),
        (("case", "kind"), "play"),
        (("case", "colour"), "red"),
        (("proof",), 5),
        (("id",), None),
        (("verifier",), None),
    ],
    ids=str,
)
def test_spoiled_files_are_refused(written, path, value):
    with pytest.raises(MalformedError):
        read(change(written, path, value))


def test_no_json_and_too_much_of_it():
    for data, code in ((b"", "bad_case_file"), (b"[", "bad_case_file"), (b"[]", "bad_case_file")):
        with pytest.raises(MalformedError) as raised:
            parse_case_file(data)
        assert raised.value.code == code
    with pytest.raises(MalformedError) as raised:
        parse_case_file(b" " * (MAX_BYTES + 1))
    assert raised.value.code == "case_too_large"


def test_the_command(written, tmp_path):
    cases = tmp_path / "cases"
    cases.mkdir()
    file = cases / "case.json"
    file.write_text(json.dumps({**written, "tokens": {}}))
    (tmp_path / "tokens.json").write_text(json.dumps(written["tokens"]))
    good = CliRunner().invoke(main, ["verify-case", str(file)])
    assert good.exit_code == 0, good.output
    assert "1. ona: Covered" in good.output
    assert "2. url: Not_a_credential [a_url]" in good.output
    assert "2 of 2 the same. The proof is good" in good.output
    changed = change(written, ("persons", 1, "decision", "ruling", "reason"), "torn")
    file.write_text(json.dumps(changed))
    bad = CliRunner().invoke(main, ["verify-case", str(file)])
    assert bad.exit_code == 1
    assert "CHANGED: persons[1]" in bad.output
    assert "DIFFERS: persons[1].decision.ruling.reason" in bad.output
    file.write_text("nothing")
    none = CliRunner().invoke(main, ["verify-case", str(file)])
    assert none.exit_code == 1
    assert "bad_case_file" in none.output


def test_a_file_of_another_world_is_not_believed_under_pinned_anchors(written, world, tmp_path):
    file, own, other = (tmp_path / name for name in ("case.json", "own.json", "other.json"))
    file.write_text(json.dumps(written))
    own.write_text(create_trust_anchors(world.lists.anchors))
    other.write_text(create_trust_anchors(create_world().anchors))
    good = CliRunner().invoke(main, ["verify-case", str(file), "--anchors", str(own)])
    assert good.exit_code == 0, good.output
    assert "own anchors" not in good.output
    forged = CliRunner().invoke(main, ["verify-case", str(file), "--anchors", str(other)])
    assert forged.exit_code == 1
    assert "DIFFERS: persons[0].decision.ruling.outcome" in forged.output


def test_a_case_of_the_corpus_expects_something(written):
    good = {"outcome": "COVERED", "reasons": []}
    alone = {**written, "persons": written["persons"][:1], "proof": None}
    assert verify_case_file(read({**alone, "expected": good})).same
    for wrong in (
        {"outcome": "DOUBT", "reasons": []},
        {"outcome": "COVERED", "reasons": [["A-09", "ended"]]},
        {**good, "notes": [["A-11", "issued_retroactively"]]},
    ):
        assert not verify_case_file(read({**alone, "expected": wrong})).same
