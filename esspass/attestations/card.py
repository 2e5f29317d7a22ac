"""The card of a document: the type's own SVG template, filled in.

The result holds no script, no style and no reference to elsewhere; values are escaped, and cut
where the template says so (``data-limit``, characters).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from esspass.attestations.describe import select_all
from esspass.attestations.registry import ClaimPath, attestation_type
from esspass.attestations.specification import read_json
from esspass.attestations.values import shorten_value
from esspass.attestations.wording import choose_locale, enumerate_words

_TEXT = re.compile(r'(data-limit="(\d+)"[^>]*>)([^<]*)')
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def render_card(vct: str, claims: Mapping[str, Any], locale: str) -> str:
    """Write the card of processed claims as SVG; what was not disclosed stays blank.

    Raises MalformedError, ``unknown_type``.
    """
    locale = choose_locale(locale)
    template = attestation_type(vct).templates[locale]
    values = dict(_read_values(vct, claims, locale))

    def write(match: re.Match[str]) -> str:
        opening, limit, content = match.groups()
        text = _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), content).strip()
        return opening + escape(_cut(text, int(limit)))

    return _TEXT.sub(write, template)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _read_values(vct: str, claims: Mapping[str, Any], locale: str) -> Iterator[tuple[str, str]]:
    for svg_id, path, kind in _placeholders(vct):
        shown = [shorten_value(kind, value, locale) for _, value in select_all(claims, path)]
        yield svg_id, enumerate_words(shown, locale)


@cache
def _placeholders(vct: str) -> tuple[tuple[str, ClaimPath, str], ...]:
    """``svg_id``, path and kind of value, joined from the metadata and the form."""
    folder = attestation_type(vct).folder
    kinds = {
        (*section.get("each", ()), *field["path"]): field.get("kind", "text")
        for section in read_json(f"{folder}/form.json")
        for field in section["fields"]
    }
    return tuple(
        (claim["svg_id"], tuple(claim["path"]), kinds[tuple(claim["path"])])
        for claim in read_json(f"{folder}/metadata.json")["claims"]
        if "svg_id" in claim
    )
