"""The sector of a decision: a letter of NACE Rev. 2.1, or nothing. It serves statistics alone.

A document is never refused for want of it, and no credential says it.
"""

from __future__ import annotations

from collections.abc import Iterable

from esspass.attestations import Application, Document, Pda1
from esspass.errors import MalformedError
from esspass.statistics.sectors import sector_name, sector_titles, sectors
from issuer.names import fold_name

NOT_RECORDED = ""
_FEWEST_LETTERS = 4  # of a word of a sector that is looked for


def parse_sector(text: str) -> str:
    """Read a sector; nothing is ``NOT_RECORDED``. Raises MalformedError ``bad_sector``."""
    sector = text.strip().upper()
    if sector and sector not in sectors():
        raise MalformedError("a sector is a letter from A to V", code="bad_sector")
    return sector


def sector_choices(locale: str) -> list[tuple[str, str]]:
    """Return every sector and its name in a language, by name."""
    named = [(sector, sector_name(sector, locale)) for sector in sectors()]
    return sorted(named, key=lambda each: fold_name(each[1]))


def sector_of(document: Document, sector: str) -> str:
    """Return the sector to keep with a document: only an A1 and its application are about work.

    Raises MalformedError ``bad_sector``.
    """
    read = parse_sector(sector)
    return read if isinstance(document, Pda1 | Application) else NOT_RECORDED


def find_sectors(words: Iterable[str]) -> list[str]:
    """Return the sectors that have a word which begins like one of these, in any language."""
    long = tuple(word for word in words if len(word) >= _FEWEST_LETTERS)
    return [
        sector
        for sector, labels in sectors().items()
        if long and _begins(f"{sector_titles()[sector]} {' '.join(labels.values())}", long)
    ]


def _begins(text: str, words: tuple[str, ...]) -> bool:
    return any(word.startswith(words) for word in fold_name(text).split())
