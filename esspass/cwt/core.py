"""Core data: what the QR code on paper says of a document, as labels for claims.

``specs/documents/core.json`` is the table, its README the types. Reading gives the claims of the
published shape back, so that paper and presentation are understood by the same code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from esspass.attestations import Ehic, Pda1, Person, write_claims
from esspass.cwt.fields import read_fields, write_fields
from esspass.errors import MalformedError

KIND = 1
_Core = Mapping[int, Any]


def write_paper_claims(document: Pda1 | Ehic, person: Person | None = None) -> dict[str, Any]:
    """Write the claims of a document for paper, ``person`` being the one it is for.

    An EHIC has no names of its own, so it needs ``person`` unless it is held for another.
    Raises MalformedError ``not_expressible``.
    """
    if isinstance(document, Pda1):
        known = document if document.person else replace(document, person=person)
        return write_claims(known, _entry("pda1")["vct"])
    claims = write_claims(document, _entry("ehic")["vct"])
    if document.represented is None and person is not None:
        claims |= {
            "family_name": person.surnames,
            "given_name": person.forenames,
            "birthdate": person.date_of_birth.isoformat(),
        }
    return claims


def create_core(document: Pda1 | Ehic, person: Person | None = None) -> dict[int, Any]:
    """Write all core data of a document; see ``write_paper_claims``. Raises MalformedError."""
    kind = "pda1" if isinstance(document, Pda1) else "ehic"
    return encode_core(kind, write_paper_claims(document, person))


def encode_core(kind: str, claims: Mapping[str, Any]) -> dict[int, Any]:
    """Put labels for claims. Raises MalformedError ``not_expressible``."""
    number, entry = next((n, e) for n, e in _table().items() if e["kind"] == kind)
    try:
        core = {KIND: number, **write_fields(entry["fields"], claims)}
        read_core(core)
    except (ValueError, MalformedError) as error:
        raise MalformedError("core data has no place for this", code="not_expressible") from error
    return core


def read_core(core: _Core) -> tuple[str, dict[str, Any]]:
    """Return ``vct`` and business claims. Raises MalformedError ``bad_core``."""
    kind = core.get(KIND)
    if isinstance(kind, bool) or not isinstance(kind, int) or kind not in _table():
        raise MalformedError("a document of another kind", code="bad_core")
    entry = _table()[kind]
    fields = {label: value for label, value in core.items() if label != KIND}
    alternatives = [set(labels) for labels in entry.get("one_of", ())]
    chosen = [labels for labels in alternatives if labels & fields.keys()]
    if alternatives and (len(chosen) != 1 or not chosen[0] <= fields.keys()):
        raise MalformedError("core data of nobody, or of two", code="bad_core")
    return entry["vct"], read_fields(entry["fields"], fields)


@cache
def _table() -> Mapping[int, Mapping[str, Any]]:
    text = files("specs").joinpath("documents", "core.json").read_text(encoding="utf-8")
    return {int(number): entry for number, entry in json.loads(text)["kinds"].items()}


def _entry(kind: str) -> Mapping[str, Any]:
    return next(entry for entry in _table().values() if entry["kind"] == kind)
