"""Where metadata names pictures: of the issuer, and of a type that is not one of ours.

OpenID4VCI 1.0, section 12.2.4 (``display``: ``logo``, ``background_image``); SD-JWT VC draft 13,
section 8.1 (``rendering``: ``simple``, ``svg_templates``). Everything read here is untrusted; what
is not written as it should be names no picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from wallet.type_metadata import clean_text

Role = Literal["issuer", "logo", "background", "card"]
MAX_ALT = 120
MAX_ENTRIES = 64


@dataclass(frozen=True, slots=True)
class PictureReference:
    """One picture that metadata names. ``alts`` say by language what it shows; may be empty."""

    role: Role
    uri: str = field(repr=False)
    integrity: str | None = None
    alts: Mapping[str, str] = field(default_factory=dict)


def find_issuer_logo(display: Sequence[Mapping[str, Any]]) -> list[PictureReference]:
    """Read ``display`` of issuer metadata."""
    return _first("issuer", _entries(display), "logo")


def find_configuration_pictures(display: Sequence[Mapping[str, Any]]) -> list[PictureReference]:
    """Read ``display`` of a credential configuration."""
    entries = _entries(display)
    return _first("logo", entries, "logo") + _first("background", entries, "background_image")


def find_type_pictures(chain: Iterable[Mapping[str, Any]]) -> list[PictureReference]:
    """Read type metadata and what it extends; the type itself goes before what it extends."""
    found: dict[Role, PictureReference] = {}
    for metadata in chain:
        for reference in _of_type(metadata.get("display")):
            found.setdefault(reference.role, reference)
    return list(found.values())


def _of_type(display: Any) -> list[PictureReference]:
    renderings = [(tag, _mapping(e.get("rendering"))) for tag, e in _entries(display)]
    simple = [(tag, _mapping(rendering.get("simple"))) for tag, rendering in renderings]
    cards = [
        (tag, {"card": template})
        for tag, rendering in renderings
        for template in _sequence(rendering.get("svg_templates"))
    ]
    logos = _first("logo", simple, "logo") + _first("background", simple, "background_image")
    return _first("card", cards, "card") + logos


_Tagged = Sequence[tuple[str, Mapping[str, Any]]]


def _first(role: Role, entries: _Tagged, member: str) -> list[PictureReference]:
    """Choose the English picture, else the first; other languages lend it their words."""
    named = [(tag, picture) for tag, entry in entries if (picture := _picture(entry, member))]
    if not named:
        return []
    chosen = next((p for tag, p in named if tag.startswith("en")), named[0][1])
    alts = {
        tag.partition("-")[0]: text
        for tag, picture in named
        if picture["uri"] == chosen["uri"]
        and (text := clean_text(picture.get("alt_text"), MAX_ALT))
    }
    return [PictureReference(role, chosen["uri"], chosen.get("uri#integrity"), alts)]


def _picture(entry: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    picture = _mapping(entry.get(member))
    uri = picture.get("uri")
    known = isinstance(uri, str) and uri.startswith(("https://", "http://", "data:"))
    return picture if known else {}


def _entries(display: Any) -> _Tagged:
    return list(_tagged(_sequence(display)))


def _tagged(entries: Sequence[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in map(_mapping, entries[:MAX_ENTRIES]):
        tag = entry.get("locale", entry.get("lang", ""))
        yield (tag[:35] if isinstance(tag, str) else "", entry)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: Any) -> Sequence[Any]:
    return value[:MAX_ENTRIES] if isinstance(value, list | tuple) else ()
