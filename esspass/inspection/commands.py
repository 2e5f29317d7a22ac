"""``esspass verify-case``: decide a case file anew and say whether everything is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from esspass.errors import MalformedError
from esspass.inspection.case_file import MAX_BYTES, parse_case_file
from esspass.inspection.explain import explain
from esspass.inspection.recomputation import CaseReport, PersonReport, verify_case_file
from esspass.jose.jws import parse_json_object
from esspass.trust import parse_trust_anchors

TOKENS = "tokens.json"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PROOFS = {"none": "No proof is in the file.", "good": "The proof is good, signed by {signer}."}


@click.command("verify-case")
@click.argument("file", type=_FILE)
@click.option("--locale", default="en", show_default=True, help="Language of the sentences.")
@click.option("--anchors", type=_FILE, help="Believe only signers pinned in this anchors.json.")
@click.pass_context
def verify_case(ctx: click.Context, file: Path, locale: str, anchors: Path | None) -> None:
    """Decide every person of a case FILE anew, and compare with what it says.

    Tokens that are not in the file are looked for in tokens.json, beside it or one folder above.
    Without --anchors the lists are believed under the anchors that the file itself brings.
    Exit code 0: everything is the same, 1: something was changed or comes out differently.
    """
    case = parse_case_file(_read(file), read_tokens(file))
    pinned = parse_trust_anchors(_read(anchors)) if anchors else None
    report = verify_case_file(case, pinned)
    for person in report.persons:
        click.echo("\n".join(_describe(person, locale)))
    click.echo(_conclude(report))
    if anchors is None:
        click.echo("The file's own anchors were used; --anchors takes those you pinned.")
    ctx.exit(0 if report.same else 1)


def read_tokens(case: Path) -> Mapping[str, str]:
    """Return the tokens kept beside a case file, or one folder above. Raises MalformedError."""
    for folder in (case.parent, case.parent.parent):
        path = folder / TOKENS
        if path.is_file():
            tokens = parse_json_object(_read(path))
            return {name: token for name, token in tokens.items() if isinstance(token, str)}
    return {}


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise MalformedError(f"{path.name} holds more than 20 MB", code="case_too_large")
    return data


def _describe(person: PersonReport, locale: str) -> Iterator[str]:
    if person.kept:
        yield from _describe_decision(person, locale)
    else:
        yield f"{person.position + 1}. {person.id}: {person.outcome}"
        yield "   NOT KEPT: what was shown is not in the file, so nobody can decide it again."
    if not person.unchanged:
        yield f"   CHANGED: persons[{person.position}] is not what was written."
    for path in person.differences:
        yield f"   DIFFERS: {path}"
    for sentence in person.expected:
        yield f"   NOT AS ARGUED: {sentence}"
    if person.same and person.kept:
        yield "   The same."


def _describe_decision(person: PersonReport, locale: str) -> Iterator[str]:
    decision = person.decision
    explained = explain(decision.ruling, decision.facts, decision.rules, locale)
    decided_by = decision.ruling.rule or decision.ruling.reason
    why = f" [{decided_by}]" if decided_by else ""
    yield f"{person.position + 1}. {person.id}: {explained.title}{why}"
    yield f"   {explained.sentence}"


def _conclude(report: CaseReport) -> str:
    same = sum(each.same for each in report.persons)
    proof = _PROOFS.get(report.proof, f"The proof is not good: {report.proof}.")
    return f"{same} of {len(report.persons)} the same. {proof.format(signer=report.signer)}"
