"""Write the cases as case files: one person each, with what is expected and why."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from esspass.inspection import create_case_entry, create_case_file, decide, parse_sources
from esspass.inspection.sources import Sources
from tests.builders.corpus.table import Case, Taken
from tests.builders.corpus.world import CorpusWorld

VERIFIER = {"name": "Example Inspectorate", "id": "GR:inspectorate"}
LEGAL_BASIS = {"work": "987/2009, Article 5", "care": "987/2009, Article 25"}


def create_files(world: CorpusWorld, cases: list[Case]) -> Iterator[tuple[Case, dict[str, Any]]]:
    """Yield each case with its file, tokens still inside."""
    known: dict[int, Sources] = {}
    for each in cases:
        taken = each.make(world)
        sources = known.setdefault(id(taken.bundle), parse_sources(taken.bundle))
        yield each, create_file(each, taken, sources)


def create_file(each: Case, taken: Taken, sources: Sources) -> dict[str, Any]:
    decision = decide(
        sources,
        taken.submission,
        taken.situation,
        taken.answers,
        now=taken.now,
        history=taken.history,
        seen=frozenset(taken.seen),
    )
    entry = create_case_entry(
        "1",
        decision,
        taken.submission,
        taken.answers,
        taken_at=taken.now,
        history=taken.history,
        seen=taken.seen,
    )
    kind = taken.situation.kind
    purpose = {"work": "labour-inspection", "care": "health-care"}[kind]
    described = {**taken.situation.as_json(), "purpose": purpose, "legal_basis": LEGAL_BASIS[kind]}
    head = {"id": each.id, "case": described, "verifier": VERIFIER}
    file = create_case_file(head, [taken.bundle], [entry])
    expected = {
        "outcome": each.outcome,
        "reasons": [list(pair) for pair in each.reasons],
        "notes": [list(pair) for pair in each.notes],
    }
    return {"title": each.title, "why": each.why, "expected": expected, **file}


def write_files(folder: Path, files: Sequence[tuple[Case, Mapping[str, Any]]]) -> None:
    """Write ``cases/<id>.json`` and the tokens they share, and remove what is no case any more."""
    tokens: dict[str, str] = {}
    (folder / "cases").mkdir(parents=True, exist_ok=True)
    for each, file in files:
        tokens |= file["tokens"]
        (folder / "cases" / f"{each.id}.json").write_bytes(to_json({**file, "tokens": {}}))
    (folder / "tokens.json").write_bytes(to_json(dict(sorted(tokens.items()))))
    for path in (folder / "cases").glob("*.json"):
        if path.stem not in {each.id for each, _ in files}:
            path.unlink()


def to_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
