"""A text over several QR codes: ``ESF1:<id>/<n>/<i>:<chunk>``, shown in turn until all are read.

``id`` are four characters of the text's SHA-256, ``n`` the number of frames, ``i`` counts from 1.
Frames may come in any order and again; a text is whole only if its digest is that of its ``id``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from itertools import pairwise

from esspass.errors import MalformedError

_PREFIX = "ESF1:"
MAX_FRAMES = 64
MAX_SEQUENCES = 4
MAX_FRAME_CHARACTERS = 4296  # the largest symbol there is, version 40-L
_HEADER_CHARACTERS = len("ESF1:XXXX/64/64:")
_FRAME = re.compile(
    r"ESF1:([0-9A-Z]{4})/([1-9][0-9]?)/([1-9][0-9]?):([0-9A-Z $%*+\-./:]+)", re.ASCII
)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Frame:
    """One part of a text; ``index`` counts from 1 to ``total``."""

    sequence: str
    total: int
    index: int
    chunk: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of the text a frame belongs to is there; ``text`` once it is whole."""

    sequence: str
    received: int
    total: int
    text: str | None = None


def create_frames(text: str, budget: int) -> tuple[str, ...]:
    """Cut ``text`` into the fewest frames of at most ``budget`` characters, all about as long.

    Raises MalformedError ``too_large`` when 64 frames do not hold it.
    """
    groups, room = -(-len(text) // 3), (budget - _HEADER_CHARACTERS - 2) // 3
    if not text or room < 1 or groups > room * MAX_FRAMES:
        raise MalformedError("too long for a sequence of QR codes", code="too_large")
    size = -(-groups // -(-groups // room)) * 3
    # Cut between the groups of base45, which follow a prefix of five: no group ends with a space,
    # so no frame does, and a reader that trims what it read does no harm.
    cuts = [0, *range(size + 2, len(text), size), len(text)]
    name, total = create_sequence_id(text), len(cuts) - 1
    return tuple(
        f"{_PREFIX}{name}/{total}/{index}:{text[start:end]}"
        for index, (start, end) in enumerate(pairwise(cuts), 1)
    )


def create_sequence_id(text: str) -> str:
    """Return the four characters that name, and check, a text."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return "".join(_ALPHABET[number // 36**place % 36] for place in range(4))


def parse_frame(text: str) -> Frame:
    """Read one frame. Raises MalformedError: ``torn``, ``too_large``."""
    if len(text) > MAX_FRAME_CHARACTERS:
        raise MalformedError("no QR code holds that much", code="too_large")
    found = _FRAME.fullmatch(text)
    if found is None:
        raise MalformedError("a frame that is damaged", code="torn")
    sequence, total, index, chunk = found[1], int(found[2]), int(found[3]), found[4]
    if total > MAX_FRAMES:
        raise MalformedError("too many frames", code="too_large")
    if index > total:
        raise MalformedError("a frame that is damaged", code="torn")
    return Frame(sequence, total, index, chunk)


@dataclass(slots=True)
class FrameCollector:
    """Collects frames of up to four texts at a time; the one seen longest ago gives way."""

    _sequences: dict[tuple[str, int], dict[int, str]] = field(default_factory=dict)

    def add(self, frame: Frame) -> Progress:
        """Take a frame. Raises MalformedError ``torn`` if the whole is not what its id says."""
        key = (frame.sequence, frame.total)
        chunks = self._sequences.pop(key, {})
        if chunks.get(frame.index, frame.chunk) != frame.chunk:
            chunks = {}  # of two texts that share an id, the one on screen now counts
        chunks[frame.index] = frame.chunk
        if len(chunks) == frame.total:
            return Progress(*key, frame.total, _join(frame.sequence, chunks))
        self._keep(key, chunks)
        return Progress(frame.sequence, len(chunks), frame.total)

    def _keep(self, key: tuple[str, int], chunks: dict[int, str]) -> None:
        self._sequences[key] = chunks
        if len(self._sequences) > MAX_SEQUENCES:
            del self._sequences[next(iter(self._sequences))]


def _join(sequence: str, chunks: dict[int, str]) -> str:
    text = "".join(chunks[index] for index in sorted(chunks))
    if create_sequence_id(text) != sequence or text.startswith(_PREFIX):
        raise MalformedError("the frames are not of one text", code="torn")
    return text
