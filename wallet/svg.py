"""Pictures in SVG that somebody else drew: shapes and text, nothing that acts or reaches out.

A picture passes when it is made of known elements only. It is shown as an image, never as part of
a page, so this is the second lock and not the only one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from esspass.errors import MalformedError

NAMESPACE = "http://www.w3.org/2000/svg"
MAX_ELEMENTS = 5000
MAX_DEPTH = 48
MAX_USES = 32  # each may repeat what holds others, so their number bounds a doubling
_ELEMENTS = frozenset(
    {"svg", "g", "defs", "title", "desc", "metadata", "style", "switch", "symbol", "use", "marker",
     "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan",
     "textPath", "linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask",
     "filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feFlood",
     "feFuncA", "feFuncB", "feFuncG", "feFuncR", "feGaussianBlur", "feMerge", "feMergeNode",
     "feMorphology", "feOffset", "feDropShadow"}
)  # fmt: skip
_ACTIVE = re.compile(
    r"javascript:|@import|expression\(|image-set|//|\\|url\(\s*['\"]?\s*[^#'\"\s]", re.IGNORECASE
)


def verify_svg(body: bytes) -> None:
    """Verify a drawing. Raises MalformedError ``picture_unsafe`` or ``picture_malformed``."""
    parser = expat.ParserCreate(namespace_separator=" ")
    walk = _Walk()
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise MalformedError("not a well-formed SVG", code="picture_malformed") from error
    if walk.style_text and _ACTIVE.search(walk.style_text):
        _refuse()


def _refuse(*_what: object) -> None:
    raise MalformedError("the SVG holds more than a picture", code="picture_unsafe")


@dataclass(slots=True)
class _Walk:
    """Looks at every element and attribute once."""

    depth: int = 0
    elements: int = 0
    uses: int = 0
    styles: int = 0
    style_text: str = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        self.depth += 1
        self.elements += 1
        self.uses += local == "use"
        self.styles += local == "style"
        if (
            namespace != NAMESPACE
            or local not in _ELEMENTS
            or (self.depth == 1) != (local == "svg")
        ):
            _refuse()
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS or self.uses > MAX_USES:
            _refuse()
        for attribute, value in attributes.items():
            _verify_attribute(attribute.rpartition(" ")[2], value)

    def end(self, _name: str) -> None:
        self.depth -= 1

    def text(self, data: str) -> None:
        """Style sheets come in pieces; all text of a picture that has one is held to their rule."""
        self.style_text += data if self.styles else ""


def _verify_attribute(name: str, value: str) -> None:
    """References lead into the picture itself; handlers and a changed base are refused."""
    if name.lower().startswith("on") or name == "base":
        _refuse()
    if name in ("href", "src") and not value.startswith("#"):
        _refuse()
    if _ACTIVE.search(value):
        _refuse()
