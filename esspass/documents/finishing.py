"""What WeasyPrint leaves out of a file, added before it is written.

It tags the language of the document only (ISO 14289-1, 7.2, and WCAG 2.2, 3.1.2, ask for that of
each text), and relates attachments to the document in PDF/A only (ISO 32000-2, 14.13). It packs
either everything or nothing; we pack the streams and leave the table of objects plain, so that a
reader need not inflate anything to open a file (``esspass.documents.sealed``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydyf
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder


def finish_pdf(document: Document, pdf: pydyf.PDF) -> None:
    """Name the language of every text, say what is attached, and pack the streams."""
    _name_languages(document, pdf)
    for found in pdf.objects:
        if isinstance(found, pydyf.Stream):
            found.compress = found.extra.get("Type") != "/Metadata"
        elif isinstance(found, pydyf.Dictionary) and found.get("Type") == "/Filespec":
            found["AFRelationship"] = "/Data"
            pdf.catalog["AF"] = pydyf.Array([found.reference])


def _name_languages(document: Document, pdf: pydyf.PDF) -> None:
    """One structure element is made per text box, in their order; if ever not so, this fails."""
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
