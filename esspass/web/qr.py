"""QR codes as inline SVG (ISO/IEC 18004, by segno): no script, no style, a spoken name."""

from __future__ import annotations

import segno
from flask_babel import gettext
from markupsafe import Markup
from segno import DataOverflowError

from esspass.errors import MalformedError

_QUIET_ZONE = 4


def create_qr_svg(text: str, label: str = "", *, error: str = "m") -> Markup:
    """Draw ``text`` as a QR code named ``label`` for screen readers.

    Raises MalformedError when the text does not fit into the largest code.
    """
    try:
        code = segno.make(text, error=error, micro=False, boost_error=False)
    except DataOverflowError as problem:
        raise MalformedError("too long for a QR code", code="qr_too_long") from problem
    drawing = code.svg_inline(border=_QUIET_ZONE, omitsize=True, light="#fff", dark="#0b1f3a")
    name = label or gettext("QR code")
    frame = Markup('<div class="app-qr" role="img" aria-label="{}">{}</div>')
    return frame.format(name, Markup(drawing))  # noqa: S704 - drawn by segno, holds paths only
