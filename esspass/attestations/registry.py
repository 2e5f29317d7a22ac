"""The attestation types this system speaks, built from ``specs/types``.

Type metadata follows SD-JWT VC draft 13, section 6. Two things are filled in when it is read, so
that the published document stands alone: the card, once per language, as a ``data:`` URI, and one
entry per State wherever a path holds ``<CC>`` (metadata paths know no wildcard for member names).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from esspass.attestations.model import (
    EHIC,
    PDA1_APPLICATION,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
)
from esspass.attestations.specification import (
    COUNTRY,
    PUBLISHED_LOCALES,
    pda1_states,
    read_json,
    read_text,
)
from esspass.attestations.template import create_card_template
from esspass.attestations.wording import country_name
from esspass.errors import MalformedError

ClaimPath = tuple[str | int | None, ...]
Kind = Literal["pda1", "ehic", "pid", "application"]
_FOLDERS: Mapping[str, tuple[str, Kind]] = {
    PDA1_WEBUILD: ("pda1-webuild", "pda1"),
    PDA1_EUDI: ("pda1-eudi", "pda1"),
    EHIC: ("ehic", "ehic"),
    PID: ("pid", "pid"),
    PDA1_APPLICATION: ("pda1-application", "application"),
}


@dataclass(frozen=True, slots=True)
class DisclosureGroup:
    """What is disclosed, or hidden, as one; ``paths`` are the disclosures it consists of."""

    id: str
    number: int
    labels: Mapping[str, str]
    paths: tuple[ClaimPath, ...]


@dataclass(frozen=True, slots=True)
class AttestationType:
    """A credential type: its metadata as published, its groups, what may be disclosed alone.

    ``folder`` is its place in ``specs/types``. ``templates`` are the cards by locale.
    """

    vct: str
    kind: Kind
    name: str
    folder: str
    disclosable: tuple[ClaimPath, ...]
    groups: tuple[DisclosureGroup, ...]
    metadata: Mapping[str, Any] = field(repr=False)
    metadata_bytes: bytes = field(repr=False)
    templates: Mapping[str, str] = field(repr=False)

    @property
    def integrity(self) -> str:
        """``vct#integrity`` over the published bytes (W3C Subresource Integrity)."""
        digest = hashlib.sha256(self.metadata_bytes).digest()
        return f"sha256-{base64.b64encode(digest).decode()}"


def attestation_type(vct: str) -> AttestationType:
    """Return the type. Raises MalformedError, code ``unknown_type``."""
    found = attestation_types().get(vct)
    if found is None:
        raise MalformedError("this attestation type is not known here", code="unknown_type")
    return found


@cache
def attestation_types() -> Mapping[str, AttestationType]:
    """All types by ``vct``."""
    return MappingProxyType({vct: _read_type(vct) for vct in _FOLDERS})


def _read_type(vct: str) -> AttestationType:
    folder, kind = _FOLDERS[vct]
    source = read_json(f"{folder}/metadata.json")
    card = read_text(f"{folder}/card.svg")
    templates = {
        entry["locale"]: create_card_template(card, source, entry["locale"])
        for entry in source["display"]
    }
    metadata = _create_metadata(source, templates)
    groups = tuple(_read_group(entry) for entry in read_json(f"{folder}/groups.json"))
    return AttestationType(
        vct=vct,
        kind=kind,
        name=source["name"],
        folder=folder,
        disclosable=tuple(path for group in groups for path in group.paths),
        groups=groups,
        metadata=metadata,
        metadata_bytes=_publish(metadata),
        templates=templates,
    )


def _publish(metadata: Mapping[str, Any]) -> bytes:
    """Write the published edition; a language that came later would change ``vct#integrity``."""
    edition = {**_speak(metadata), "claims": [_speak(claim) for claim in metadata["claims"]]}
    return json.dumps(edition, ensure_ascii=False, separators=(",", ":")).encode()


def _speak(owner: Mapping[str, Any]) -> dict[str, Any]:
    spoken = [entry for entry in owner.get("display", ()) if entry["locale"] in PUBLISHED_LOCALES]
    return {**owner, "display": spoken} if spoken else dict(owner)


def _read_group(entry: Mapping[str, Any]) -> DisclosureGroup:
    paths = tuple(path for template in entry["paths"] for path in expand_path(template))
    return DisclosureGroup(entry["id"], entry["number"], entry["label"], paths)


def expand_path(template: Iterable[str | None]) -> list[ClaimPath]:
    """Write a path that holds ``<CC>`` once per State."""
    path = tuple(template)
    if COUNTRY not in path:
        return [path]
    return [tuple(state if part == COUNTRY else part for part in path) for state in pda1_states()]


def _create_metadata(source: Mapping[str, Any], templates: Mapping[str, str]) -> dict[str, Any]:
    display = [_create_display(entry, templates[entry["locale"]]) for entry in source["display"]]
    claims = [written for claim in source["claims"] for written in _expand_claim(claim)]
    return {**source, "display": display, "claims": claims}


def _create_display(entry: Mapping[str, Any], template: str) -> dict[str, Any]:
    rendering = entry["rendering"]
    uri = f"data:image/svg+xml;base64,{base64.b64encode(template.encode()).decode()}"
    cards = [{**card, "uri": uri} for card in rendering["svg_templates"]]
    return {**entry, "rendering": {**rendering, "svg_templates": cards}}


def _expand_claim(claim: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Per State, only the State itself keeps its labels: 32 copies of the rest help nobody."""
    template = claim["path"]
    if COUNTRY not in template:
        yield dict(claim)
        return
    for path in expand_path(template):
        state = str(path[template.index(COUNTRY)])
        written = {**claim, "path": list(path)}
        if template[-1] == COUNTRY:
            written["display"] = [_name_state(entry, state) for entry in claim["display"]]
            yield written
        elif claim["sd"] == "always":
            del written["display"]
            yield written


def _name_state(entry: Mapping[str, Any], state: str) -> dict[str, Any]:
    label = entry["label"].format(country=country_name(state, entry["locale"]))
    return {**entry, "label": label}
