"""The card of a type as an SVG template (SD-JWT VC draft 13, section 8.1.2.1).

The source in ``specs/types`` holds ``%title%``, ``%description%`` and ``%label:svg_id%``; they are
written per language here. The placeholders of the standard, ``{{svg_id}}``, stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

_CAPTION = re.compile(r"%([a-z]+)(?::(\w+))?%")


def create_card_template(card: str, metadata: Mapping[str, Any], locale: str) -> str:
    """Write the captions of ``card`` in ``locale``; an unknown caption is a bug and a KeyError."""
    labels = {
        claim["svg_id"]: _select(claim["display"], locale)["label"]
        for claim in metadata["claims"]
        if "svg_id" in claim
    }
    display = _select(metadata["display"], locale)
    words = {"title": display["name"], "description": display["description"]}

    def write(match: re.Match[str]) -> str:
        name, svg_id = match.groups()
        return escape(labels[svg_id] if name == "label" else words[name])

    return _CAPTION.sub(write, card)


def _select(display: list[dict[str, str]], locale: str) -> dict[str, str]:
    return next(entry for entry in display if entry["locale"] == locale)
