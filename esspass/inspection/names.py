"""Is it the same name? Compared as people write names across borders, and explained.

Exact means equal but for case, hyphens, apostrophes and spaces. Then diacritics are taken away,
then letters are transliterated: Greek as in ISO 843 and on passports (ICAO Doc 9303, part 3),
Cyrillic and Latin letters as in ICAO Doc 9303. One name with fewer parts (one of two surnames)
is neither same nor different.
"""

# ruff: noqa: RUF001 - look-alike letters of three alphabets are the matter of this module

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

MAX_NAME = 400
_Parts = tuple[str, ...]
_NOT_LATIN = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_SEPARATORS = re.compile(r"[\s'`.\-\u00b4\u02bc\u2010\u2011\u2013\u2014\u2019]+")
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
    | {"ħ": "h", "ŋ": "n", "ŧ": "t", "ĸ": "k", "ə": "e"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_GREEK_PAIRS = (
    ("ου", "ou"), ("αυ", "af"), ("ευ", "ef"), ("ηυ", "if"), ("γγ", "ng"), ("γκ", "gk"),
    ("γξ", "nx"), ("γχ", "nch"), ("μπ", "mp"), ("ντ", "nt"),
)  # fmt: skip
_GREEK_VOICED = re.compile("([αεη])υ(?=[αβγδεζηιλμνορυω])")
_VOICED_DIGRAPHS = {"α": "av", "ε": "ev", "η": "iv"}
_GREEK = str.maketrans(
    dict(zip("αβγδεζηικλμνοπρσςτυφω", "avgdeziiklmnoprsstyfo", strict=True))
    | {"θ": "th", "ξ": "x", "χ": "ch", "ψ": "ps"}
)
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufye", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": ""}
    | {"ю": "iu", "я": "ia", "є": "ie", "і": "i", "ґ": "g"}
)
# One sound, several Latin spellings: asked only if one of the names is in another script, because
# between Latin names such a difference is a difference.
_SPELLINGS = (
    ("gk", "g"), ("ng", "g"), ("nch", "ch"), ("mp", "b"), ("nt", "d"), ("ch", "h"), ("kh", "h"),
    ("ks", "x"), ("ph", "f"), ("ou", "u"), ("ei", "i"), ("oi", "i"), ("y", "i"), ("j", "i"),
    ("ts", "c"), ("dz", "z"), ("zh", "z"), ("sh", "s"),
)  # fmt: skip


class NameMatch(StrEnum):
    """How two names compare, the closest first."""

    EXACT = "exact"
    DIACRITICS = "diacritics"
    TRANSLITERATED = "transliterated"
    PARTIAL = "partial"
    DIFFERENT = "different"


def match_names(one: str, other: str) -> NameMatch:
    """Compare two names, each all surnames or all forenames of a person."""
    names = (one[:MAX_NAME], other[:MAX_NAME])
    if not all(_parts(name) for name in names):
        return NameMatch.DIFFERENT
    if _parts(names[0]) == _parts(names[1]):
        return NameMatch.EXACT
    if _plain(names[0]) == _plain(names[1]):
        return NameMatch.DIACRITICS
    ours, theirs = _spellings(*names)
    if ours & theirs:
        return NameMatch.TRANSLITERATED
    part = any(_is_part(a, b) for a in ours for b in theirs)
    return NameMatch.PARTIAL if part else NameMatch.DIFFERENT


def normalize_name(name: str) -> str:
    """Write a name one way: lower case, no diacritics, one space between parts."""
    return " ".join(_plain(name[:MAX_NAME]))


def romanize_words(text: str) -> set[str]:
    """Return the words of a text in Latin letters, without diacritics, in every spelling."""
    return {word for spelling in _romanized(text) for word in spelling}


def _parts(name: str) -> list[str]:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
    return [part for part in _SEPARATORS.split(folded) if part]


def _plain(name: str) -> list[str]:
    return [_strip(part) for part in _parts(name)]


def _strip(text: str) -> str:
    """Take diacritics away, also those that are no combining marks."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _spellings(one: str, other: str) -> tuple[set[_Parts], set[_Parts]]:
    """The Latin spellings of both names: plain, with ae for ä, and by sound across scripts."""
    both = [_romanized(name) for name in (one, other)]
    if any(_NOT_LATIN.search(name.casefold()) for name in (one, other)):
        both = [{tuple(map(_sound, spelling)) for spelling in each} | each for each in both]
    return both[0], both[1]


def _romanized(name: str) -> set[_Parts]:
    parts = _parts(name)
    umlauts = [part.translate(_UMLAUTS) for part in parts]
    return {tuple(_latin(part) for part in each) for each in (parts, umlauts)}


def _latin(part: str) -> str:
    plain = _strip(part)
    plain = _GREEK_VOICED.sub(lambda match: _VOICED_DIGRAPHS[match[1]], plain)
    for pair, spelling in _GREEK_PAIRS:
        plain = plain.replace(pair, spelling)
    return plain.translate(_GREEK).translate(_CYRILLIC)


def _sound(part: str) -> str:
    for spelling, sound in _SPELLINGS:
        part = part.replace(spelling, sound)
    return re.sub(r"(.)\1+", r"\1", part)


def _is_part(one: _Parts, other: _Parts) -> bool:
    fewer, more = sorted((one, other), key=len)
    return len(fewer) < len(more) and set(fewer) <= set(more)
