"""What a QR code says to us, and by name what else it may be: a URL, a wallet's request.

``ESP1:`` a packed presentation, ``ESD1:`` a signed CWT from paper, ``ESF1:`` a frame of either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from esspass.errors import MalformedError
from esspass.qr.armor import MAX_CHARACTERS, create_armor, parse_armor
from esspass.qr.frames import Frame, create_frames, parse_frame
from esspass.qr.presentation import pack_presentation, unpack_presentation

# Characters a symbol holds in alphanumeric mode: on a screen at level L, on paper at level M.
SCREEN_VERSION, SCREEN_CHARACTERS = 20, 1249
PAPER_VERSION, PAPER_CHARACTERS = 22, 1134
# What else is shown to cameras; the schemes of addresses compare without case.
_FOREIGN: Mapping[str, str] = {
    "hc1:": "eu_covid_certificate",
    "http://": "a_url",
    "https://": "a_url",
    "openid4vp://": "a_request",
    "eudi-openid4vp://": "a_request",
    "haip://": "a_request",
    "haip-vp://": "a_request",
    "mdoc-openid4vp://": "a_request",
    "openid-credential-offer://": "an_offer",
    "haip-vci://": "an_offer",
}


@dataclass(frozen=True, slots=True)
class QrContent:
    """What was read, unverified: exactly the member that ``kind`` names is there.

    ``presentation`` is an SD-JWT+KB, ``paper`` a COSE_Sign1, ``frame`` a part of a longer text.
    """

    kind: Literal["presentation", "paper", "frame"]
    presentation: str | None = None
    paper: bytes | None = None
    frame: Frame | None = None


def create_qr_text(presentation: str) -> str:
    """Write a presentation as ``ESP1:`` text. Raises MalformedError ``not_ours``, ``too_large``."""
    return "ESP1:" + create_armor(pack_presentation(presentation))


def create_qr_texts(presentation: str) -> tuple[str, ...]:
    """Return the one text of a single symbol, or the frames to show in turn."""
    text = create_qr_text(presentation)
    if len(text) <= SCREEN_CHARACTERS:
        return (text,)
    return create_frames(text, SCREEN_CHARACTERS)


def create_paper_text(cwt: bytes) -> str:
    """Write a signed CWT as ``ESD1:`` text; ``too_large`` if version 22-M does not hold it."""
    text = "ESD1:" + create_armor(cwt)
    if len(text) > PAPER_CHARACTERS:
        raise MalformedError("too long for the QR code on paper", code="too_large")
    return text


def read_qr_text(text: str) -> QrContent:
    """Read what a camera, a scanner or an image gave.

    Raises MalformedError: ``eu_covid_certificate``, ``a_url``, ``a_request``, ``an_offer``,
    ``torn`` (ours, but not whole), ``too_large``, ``not_ours``.
    """
    text = text.strip("\r\n\t")  # hardware scanners type one of these after the text
    if len(text) > MAX_CHARACTERS:
        raise MalformedError("too long for a QR text", code="too_large")
    content = text[5:]
    match text[:5]:
        case "ESP1:":
            presentation = unpack_presentation(parse_armor(content))
            return QrContent("presentation", presentation=presentation)
        case "ESD1:":
            return QrContent("paper", paper=parse_armor(content))
        case "ESF1:":
            return QrContent("frame", frame=parse_frame(text))
    raise MalformedError("not a code of ours", code=_name_foreign(text))


def _name_foreign(text: str) -> str:
    start = text[:40].lower()
    return next((code for head, code in _FOREIGN.items() if start.startswith(head)), "not_ours")
