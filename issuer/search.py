"""Finding decisions by any of their words, on every kind of database.

An index of our own: each word of a decision and its person, folded to lower case without accents,
also in Latin letters when it is Greek or Cyrillic. A word that is looked for finds all that begin
with it. Words are kept as hexadecimal UTF-8: digits and the letters a to f sort alike under every
collation, so "begins with" is a range of the index here and there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from esspass.attestations import Document, Person
from esspass.inspection.names import romanize_words
from esspass.storage import Database
from issuer.names import fold_name, fold_number
from issuer.sectors import find_sectors

MIGRATIONS = {
    "issuer-search-001": """
        CREATE TABLE search_words (
            word TEXT NOT NULL,
            record_id TEXT NOT NULL,
            PRIMARY KEY (word, record_id)
        )""",
    "issuer-search-002": "CREATE INDEX search_words_record ON search_words (record_id)",
}
MAX_TEXT, MAX_WORDS = 200, 8
_LONGEST = 40  # letters of a word that count
_NAMELESS = frozenset(  # codes, and what is the same in most decisions
    {"institution", "issuing_authority", "legislation_country", "country", "nationalities"}
    | {"gender", "states_of_work", "status_confirmation", "type_of_employment", "type_of_id"}
    | {"region", "starts", "ends", "issued_on", "expires_on", "applied_on", "portrait"}
)
_BATCH = 200
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The words of all decisions."""

    database: Database

    def put(self, record_id: str, person: Person, document: Document) -> None:
        """Keep the words of a decision in place of those it had."""
        self.database.execute("DELETE FROM search_words WHERE record_id = :id", id=record_id)
        words = read_words(person, document)
        for start in range(0, len(words), _BATCH):
            self._insert(record_id, words[start : start + _BATCH])

    def _insert(self, record_id: str, words: list[str]) -> None:
        names = [f"word_{_letters(place)}" for place in range(len(words))]
        values = ", ".join(f"(:{name}, :id)" for name in names)
        self.database.execute(
            f"INSERT INTO search_words (word, record_id) VALUES {values}",  # noqa: S608 - our names
            id=record_id,
            **dict(zip(names, words, strict=True)),
        )


def read_words(person: Person, document: Document) -> list[str]:
    """Return the words of a decision as the index keeps them."""
    return sorted(map(_encode, _index_words(person, document)))


def find_condition(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the SQL condition on ``records.id`` for every word of ``text``, and its parameters.

    Both are empty when nothing is looked for. The first 200 characters and eight words count.
    """
    params: dict[str, str] = {}
    words = text[:MAX_TEXT].split()[:MAX_WORDS]
    conditions = [_find_word(word, params) for word in words]
    return " AND ".join(condition for condition in conditions if condition), params


def _find_word(word: str, params: dict[str, str]) -> str:
    parts = [{part, *romanize_words(part)} for part in _split(word)]
    if len(parts) > 1:
        return _find_parts(parts, {fold_name(fold_number(word))}, params)
    return "".join(_find_prefix(part, params, _find_sectors(part, params)) for part in parts)


def _find_parts(parts: list[set[str]], whole: set[str], params: dict[str, str]) -> str:
    """Parts parted by a hyphen are all looked for, or the whole as it stands without it.

    Of a document number all but the longest part are in nearly every decision, so that one is
    looked up and the others are asked of what it found.
    """
    longest = max(parts, key=lambda part: max(map(len, part)))
    found = _find_prefix(longest | whole, params)
    every = " AND ".join(_has_prefix(part, params) for part in parts)
    return f"({found} AND ({_has_prefix(whole, params)} OR {every}))"


def _find_prefix(words: Collection[str], params: dict[str, str], more: str = "") -> str:
    found = f"SELECT record_id FROM search_words WHERE {_ranges(words, params)}"  # noqa: S608
    return f"records.id IN ({found}{more})"


def _has_prefix(words: Collection[str], params: dict[str, str]) -> str:
    found = f"AND ({_ranges(words, params)})"
    return f"EXISTS (SELECT 1 FROM search_words WHERE record_id = records.id {found})"  # noqa: S608


def _ranges(words: Collection[str], params: dict[str, str]) -> str:
    ranges = []
    for word in sorted(words):
        name = _letters(len(params))
        params[f"low_{name}"] = _encode(word)
        params[f"high_{name}"] = _encode(word) + "g"  # after every hexadecimal digit
        ranges.append(f"word >= :low_{name} AND word < :high_{name}")
    return " OR ".join(ranges)


def _find_sectors(words: Collection[str], params: dict[str, str]) -> str:
    """The words of a sector are the same in all its decisions, so no index holds them."""
    names = []
    for sector in find_sectors(words):
        names.append(f"sector_{_letters(len(params))}")
        params[names[-1]] = sector
    values = ", ".join(f":{name}" for name in names)
    return f" UNION ALL SELECT id FROM records WHERE sector IN ({values})" if names else ""  # noqa: S608


def _index_words(person: Person, document: Document) -> set[str]:
    words: set[str] = set()
    for text in (*_texts(person), *_texts(document)):
        words.update(_split(text))
        if not text.isascii():
            words.update(romanize_words(" ".join(_split(text))))
        if any(char.isdigit() for char in text):
            words.add(fold_name(fold_number(text)))
    return {word[:_LONGEST] for word in words if word}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, date):
        yield value.isoformat()
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        for each in fields(value):
            if each.name not in _NAMELESS:
                yield from _texts(getattr(value, each.name))


def _split(text: str) -> list[str]:
    return fold_name(text).split()


def _encode(word: str) -> str:
    return word[:_LONGEST].encode().hex()


def _letters(number: int) -> str:
    """Name a number in letters, as parameters need it."""
    rest, last = divmod(number, len(_LETTERS))
    return (_letters(rest - 1) if rest else "") + _LETTERS[last]
