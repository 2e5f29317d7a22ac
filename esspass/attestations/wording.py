"""Codes, countries and dates in words (Babel's CLDR data and our code lists)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.languages import get_official_languages
from babel.lists import format_list

from esspass.attestations.countries import iso_country
from esspass.attestations.model import OPEN_END
from esspass.attestations.specification import LOCALES, pda1_states, read_json

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
MAX_VALUE_LENGTH = 2000


def choose_locale(locale: str) -> str:
    """Return the language of the catalogue that serves ``locale`` (``lt-LT``); English else."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return language if language in LOCALES else LOCALES[0]


@cache
def spoken_languages() -> Mapping[str, str]:
    """The first official language on offer of each State that has one, by ISO 3166-1 alpha-2."""
    official = {state: get_official_languages(state) for state in pda1_states()}
    on_offer = {
        state: [each for each in spoken if each in LOCALES] for state, spoken in official.items()
    }
    return {state: spoken[0] for state, spoken in on_offer.items() if spoken}


def word(key: str, locale: str) -> str:
    """A word of ``specs/types/wording.json``."""
    return str(read_json("wording.json")[key][locale])


def plain_text(value: Any) -> str:
    """Text as a person may safely be shown it: no control characters, no change of direction."""
    text = "".join(
        " " if char in "\t\n\r" else char
        for char in str(value)
        if char in "\t\n\r" or unicodedata.category(char) not in _HIDDEN
    )
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}…"


def country_name(code: str, locale: str) -> str:
    """``GR`` or ``EL`` in words; a code that names no country stays as it is."""
    name = _babel(locale).territories.get(iso_country(code))
    return str(name) if name else plain_text(code)


def country_in(code: str, locale: str) -> str:
    """The same after a preposition: "in the Netherlands"."""
    special = read_json("wording.json")["in_country"].get(iso_country(code))
    return str(special[locale]) if special else country_name(code, locale)


def code_name(code_list: str, code: Any, locale: str) -> str:
    """A code of ``specs/types/codes.json`` in words; an unknown code stays as it is."""
    entry = read_json("codes.json")[code_list].get(str(code))
    return str(entry[locale]) if entry else plain_text(code)


def date_name(text: Any, locale: str, style: str = "long") -> str:
    """An ISO date in words; what is no date stays as it is."""
    day = parse_day(text)
    return format_date(day, style, _babel(locale)) if day else plain_text(text)


def end_date_name(text: Any, locale: str, style: str = "long") -> str:
    """The same for the end of a period, which may be open."""
    return (
        word("open_end", locale) if parse_day(text) == OPEN_END else date_name(text, locale, style)
    )


def parse_day(value: Any) -> date | None:
    """Read an ISO full-date; None if it is none."""
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def enumerate_words(words: Iterable[str], locale: str) -> str:
    """``a, b and c``."""
    return format_list(list(words), locale=_babel(locale))


@cache
def _babel(locale: str) -> Locale:
    language = choose_locale(locale)
    return Locale.parse("en_GB" if language == "en" else language)  # 1 March 2026, not March 1
