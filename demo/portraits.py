"""Portraits of the demo people: drawn, so that nobody's face is in them.

Age and the digits of the personal number choose hair, skin and clothes; the same person always
gets the same picture.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw

_WIDTH, _HEIGHT = 240, 320  # three to four, as on a passport
_FINER = 3  # drawn larger and made smaller, for smooth edges
_QUALITY = 82
_BACKGROUND = "#e3e9ee"
_SKINS = ("#f1cfb4", "#e8bd9c", "#d9a680")
_HAIRS = ("#2f2622", "#5a3d28", "#8c6239", "#b98d4f")
_GREY = "#b9bcc0"
_CLOTHES = ("#2c4a6e", "#6e2c3c", "#2f5d50", "#4c4a58")
_CHILD, _ELDERLY = 14, 60
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Look:
    skin: str
    hair: str
    clothes: str
    long_hair: bool
    scale: float


@cache
def draw_portrait(number: str, age: int, gender: str | None) -> str:
    """Return a data URL of a JPEG of 240 by 320; ``gender`` as in ISO/IEC 5218."""
    look = _choose(number, age, gender)
    picture = Image.new("RGB", (_WIDTH * _FINER, _HEIGHT * _FINER), _BACKGROUND)
    _draw(ImageDraw.Draw(picture), look)
    file = io.BytesIO()
    picture.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS).save(file, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


def _choose(number: str, age: int, gender: str | None) -> _Look:
    seed = int("".join(filter(str.isdigit, number))[-4:] or "0")
    return _Look(
        skin=_SKINS[seed % len(_SKINS)],
        hair=_GREY if age >= _ELDERLY else _HAIRS[seed // 3 % len(_HAIRS)],
        clothes=_CLOTHES[seed // 7 % len(_CLOTHES)],
        long_hair=gender == "2",
        scale=0.88 if age < _CHILD else 1.0,
    )


def _draw(canvas: ImageDraw.ImageDraw, look: _Look) -> None:
    def ellipse(middle: float, top: float, width: float, height: float, colour: str) -> None:
        canvas.ellipse(_place(look, middle - width / 2, top, width, height), fill=colour)

    if look.long_hair:
        ellipse(120, 62, 132, 190, look.hair)
    ellipse(120, 226, 210, 220, look.clothes)
    ellipse(120, 196, 52, 62, look.skin)
    ellipse(120, 56, 118, 110, look.hair)
    ellipse(62, 134, 18, 30, look.skin)
    ellipse(178, 134, 18, 30, look.skin)
    ellipse(120, 78, 104, 142, look.skin)
    ellipse(120, 60, 100, 44, look.hair)
    for eye in (98, 142):
        ellipse(eye, 138, 17, 10, "#ffffff")
        ellipse(eye, 138, 9, 10, "#33404d")
        canvas.line(_place(look, eye - 11, 126, 22, 0), fill=look.hair, width=4 * _FINER)
    canvas.line(_place(look, 120, 148, 0, 22), fill="#b98566", width=2 * _FINER)
    canvas.arc(_place(look, 100, 172, 40, 20), 20, 160, fill="#9c4a45", width=3 * _FINER)


def _place(look: _Look, left: float, top: float, width: float, height: float) -> Box:
    """Scale towards the middle of the lower edge, so that a child sits lower."""
    x, y = 120 + (left - 120) * look.scale, 320 + (top - 320) * look.scale
    right, bottom = x + width * look.scale, y + height * look.scale
    return (x * _FINER, y * _FINER, right * _FINER, bottom * _FINER)
