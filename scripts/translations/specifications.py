"""The texts that stand in ``specs``: labels, code lists, purposes, messages; questions of rules.

A *place* is (context, English text, object, member): the translation is ``object[member]``. Writing
it changes the document that was read; ``write_document`` keeps it.
"""

# ruff: noqa: INP001 - run as `python scripts/translations`

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogues import ENGLISH, ROOT

TYPES, RULES, EXCHANGE = "specs/types", "specs/inspection", "specs/exchange"
BACK_OFFICE = "specs/back_office"
Place = tuple[str, str, dict[str, Any], str]
_SPOKEN = ("name", "label", "description")  # of a display (SD-JWT VC draft 13, sections 6.2, 9.2)


def read_places(language: str) -> Iterator[tuple[Path, Any, list[Place]]]:
    """Yield each file that holds a text: its path, its document, its places in a language."""
    for path in sorted(
        each for part in (TYPES, EXCHANGE, BACK_OFFICE) for each in (ROOT / part).rglob("*.json")
    ):
        document = json.loads(path.read_text(encoding="utf-8"))
        if places := list(_find_places(document, language, path.relative_to(ROOT).as_posix())):
            yield path, document, places
    path = ROOT / RULES / "texts" / f"{language}.json"
    english = json.loads(path.with_stem(ENGLISH).read_text(encoding="utf-8"))
    document = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    yield path, document, list(_pair(english, document, RULES))


def write_document(path: Path, document: Any) -> None:
    """Keep a document of ``specs``; one that says the same stays as it was written."""
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) == document:
        return
    text = json.dumps(document, ensure_ascii=False, indent=_find_indent(path))
    path.write_text(f"{text}\n", encoding="utf-8")


def _find_indent(path: Path) -> int:
    """The indent a file has already, so that an import changes nothing but texts."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return len(lines[1]) - len(lines[1].lstrip(" ")) if len(lines) > 1 else 2


def _find_places(node: Any, language: str, context: str) -> Iterator[Place]:
    match node:
        case {"en": str(english)}:
            yield context, english, node, language
        case [{"locale": "en", **members}, *_]:
            ours = _display(node, members, language)
            for member in _SPOKEN:
                if member in members:
                    yield f"{context}/{member}", members[member], ours, member
        case dict() | list():
            for key, child in node.items() if isinstance(node, dict) else enumerate(node):
                yield from _find_places(child, language, f"{context}/{key}")


def _display(
    displays: list[dict[str, Any]], english: dict[str, Any], language: str
) -> dict[str, Any]:
    """Return the display of a language; a new one looks like the English."""
    for display in displays:
        if display["locale"] == language:
            return display
    looks = {name: value for name, value in english.items() if name not in _SPOKEN}
    displays.append({"locale": language, **dict.fromkeys(english, ""), **looks})
    return displays[-1]


def _pair(english: dict[str, Any], ours: dict[str, Any], context: str) -> Iterator[Place]:
    for name, value in english.items():
        if isinstance(value, dict):
            yield from _pair(value, ours.setdefault(name, {}), f"{context}/{name}")
        else:
            yield f"{context}/{name}", value, ours, name
