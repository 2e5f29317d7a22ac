"""Publish: settle pending changes, sign the next issue, archive it, put it out.

Numbers rise by one and never come back: an issue is archived and its number noted before anybody
can see it, so a crash in between costs nothing and says nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from esspass.errors import MalformedError
from esspass.trust.anchors import DIRECTORY, RULES
from esspass.trust.changes import settle_entity, settle_institution
from esspass.trust.directory import InstitutionDirectory, sign_directory
from esspass.trust.folder import NAMES, OperatorFolder, OperatorState
from esspass.trust.inspection_rules import InspectionRules, read_rules, sign_rules
from esspass.trust.lote import sign_list, verify_list
from esspass.trust.lote_writer import create_list
from esspass.trust.model import ListType

DEFAULT_LIFETIME = 30 * 24 * 3600
CLOCK_LEEWAY = 300


@dataclass(frozen=True, slots=True)
class Publication:
    """One issue that is now public; dates in epoch seconds."""

    name: str
    sequence_number: int
    issued_at: int
    next_update: int
    path: Path


def publish(
    path: Path,
    now: int,
    *,
    names: Collection[str] = NAMES,
    lifetime: int = DEFAULT_LIFETIME,
) -> list[Publication]:
    """Sign and publish the next issue of each list named; all by default.

    ``lifetime`` is in seconds. The rules are those of ``specs/inspection``, for a folder that has
    a key for them. Raises MalformedError when the clock is behind the last issue.
    """
    folder = OperatorFolder(path)
    with folder.locked():
        state = folder.read()
        folder.restore(state)
        publications = []
        for name in NAMES:
            if name in names and name in state.sources:
                state, publication = _issue(folder, state, name, now, lifetime)
                publications.append(publication)
        folder.write(state)
    return publications


def _issue(
    folder: OperatorFolder, state: OperatorState, name: str, now: int, lifetime: int
) -> tuple[OperatorState, Publication]:
    source = state.sources[name]
    if now < source.issued_at - CLOCK_LEEWAY:
        raise MalformedError("the clock is behind the last issue of the list", code="clock_behind")
    # two issues in one second would give two statuses the same start
    issued_at = max(now, source.issued_at + 1)
    number, next_update = source.sequence_number + 1, issued_at + lifetime
    settled = _settle(state, name, issued_at)
    token = _sign(folder, settled, name, (number, issued_at, next_update))
    folder.write_issue(name, number, token)
    noted = replace(source, sequence_number=number, issued_at=issued_at)
    issued = replace(settled, sources={**state.sources, name: noted})
    where = folder.path / "published" / f"{name}.jwt"
    return issued, Publication(name, number, issued_at, next_update, where)


def _settle(state: OperatorState, name: str, issued_at: int) -> OperatorState:
    """Give pending changes the date of this issue."""
    if name == RULES:
        return state
    if name == DIRECTORY:
        institutions = tuple(settle_institution(i, issued_at) for i in state.institutions)
        return replace(state, institutions=institutions)
    list_type = ListType(name)
    settled = tuple(settle_entity(e, issued_at) for e in state.entities[list_type])
    return replace(state, entities={**state.entities, list_type: settled})


def _sign(
    folder: OperatorFolder, state: OperatorState, name: str, issue: tuple[int, int, int]
) -> str:
    number, issued_at, next_update = issue
    source = state.sources[name]
    signer = folder.read_signer(source.active)
    operator = (state.scheme.operator, state.scheme.territory)
    if name == DIRECTORY:
        directory = InstitutionDirectory(*issue, *operator, state.institutions)
        return sign_directory(directory, signer, issued_at)
    if name == RULES:
        return sign_rules(InspectionRules(*issue, *operator, **read_rules()), signer, issued_at)
    body = create_list(
        ListType(name),
        state.scheme,
        state.entities[ListType(name)],
        sequence_number=number,
        issued_at=issued_at,
        next_update=next_update,
        signers=[folder.read_signer(key_name).certificates[0] for key_name in source.announced],
    )
    token = sign_list(body, signer, issued_at)
    verify_list(token, signer.certificates, issued_at)  # never publish what we would refuse
    return token
