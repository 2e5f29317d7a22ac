"""Says in the tags which language each text is in (ISO 14289-1, 7.2; WCAG 2.2, 3.1.2).

WeasyPrint tags the language of the document only. It makes one structure element per text box, in
the order of its boxes, so both are walked side by side; if ever they differ, nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint.document import Document  # type: ignore[import-untyped]
from weasyprint.formatting_structure import boxes  # type: ignore[import-untyped]
from weasyprint.layout.absolute import AbsolutePlaceholder  # type: ignore[import-untyped]


def name_languages(document: Document, pdf: pydyf.PDF) -> None:
    """Set ``Lang`` on every text, before the file is written."""
    pages = [page._page_box for page in document.pages]  # noqa: SLF001 - tags are made from it
    languages = [box.style["lang"] for page in pages for box in _text_boxes(page)]
    for language, element in zip(languages, _text_elements(pdf), strict=True):
        if language:
            element["Lang"] = pydyf.String(language)


def _text_boxes(box: Any) -> Iterator[Any]:
    if isinstance(box, AbsolutePlaceholder):
        box = box._box  # noqa: SLF001 - as WeasyPrint's own tagging
    for child in getattr(box, "children", ()):
        if isinstance(child, boxes.TextBox):
            yield child
        else:
            yield from _text_boxes(child)


def _text_elements(pdf: pydyf.PDF) -> Iterator[Any]:
    for element in pdf.objects:
        if isinstance(element, pydyf.Dictionary) and element.get("Type") == "/StructElem":
            kids = element["K"]
            if len(kids) == 1 and isinstance(kids[0], int) and element["S"] != "/Figure":
                yield element
