"""The typeface of papers: Commissioner, for every alphabet of the Union's official languages.

The files are those of the web pages, and one more for Cyrillic. They are variable fonts; a PDF
wants one file per weight, made here once per process and the same every time.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import product

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import (
    instantiateVariableFont,
)

WEIGHTS = (400, 600, 700)
# A family per file: WeasyPrint does not tell files of one family and weight apart.
_FAMILIES: Mapping[str, tuple[str, str]] = {
    "Commissioner": (
        "web/static/fonts/commissioner-latin.woff2",
        "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DC, U+2000-206F, U+20AC",
    ),
    "Commissioner Extended": (
        "web/static/fonts/commissioner-latin-ext.woff2",
        "U+0100-0130, U+0132-0151, U+0154-02BA, U+1E00-1E9F, U+1EF2-1EFF, U+2113",
    ),
    "Commissioner Greek": ("web/static/fonts/commissioner-greek.woff2", "U+0370-03FF"),
    "Commissioner Cyrillic": ("documents/fonts/commissioner-cyrillic.woff2", "U+0400-04FF, U+2116"),
}


@cache
def create_font_faces() -> str:
    """Write the CSS that names the fonts; an address is ``paper:`` and a name of a font."""
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight};'
        f' src: url("paper:{_name(family, weight)}"); unicode-range: {characters}; }}'
        for (family, (_, characters)), weight in product(_FAMILIES.items(), WEIGHTS)
    )


@cache
def read_font(name: str) -> bytes:
    """Return a font file. Raises KeyError for a name that ``create_font_faces`` does not give."""
    path, weight = _sources()[name]
    source = io.BytesIO(files("esspass").joinpath(path).read_bytes())
    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    made = io.BytesIO()
    instantiateVariableFont(font, {"wght": weight}).save(made)
    return made.getvalue()


@cache
def _sources() -> Mapping[str, tuple[str, int]]:
    return {
        _name(family, weight): (path, weight)
        for (family, (path, _)), weight in product(_FAMILIES.items(), WEIGHTS)
    }


def _name(family: str, weight: int) -> str:
    return f"{family.lower().replace(' ', '-')}-{weight}.ttf"
