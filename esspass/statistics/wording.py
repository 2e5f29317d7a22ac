"""The values of a dimension in words; what has none is shown as the code it is."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from babel.dates import format_skeleton

from esspass.attestations.wording import choose_locale, code_name, country_name
from esspass.statistics.sectors import sector_name, sectors


def value_name(dimension: str, value: str, locale: str) -> str:
    """Name a value in a language: ``EL`` Greece, ``2026-03`` March 2026, ``12_1`` itself."""
    if dimension == "sector" and value in sectors():
        return sector_name(value, locale)
    words = _read().get(dimension, {})
    if value in words:
        return str(words[value][choose_locale(locale)])
    if dimension == "month":
        year, month = map(int, value.split("-"))
        return format_skeleton("yMMMM", date(year, month, 1), locale=choose_locale(locale))
    if dimension == "country":
        return country_name(value, locale)
    return code_name("status_confirmation", value, locale) if dimension == "article" else value


@cache
def _read() -> Any:
    text = files("specs").joinpath("statistics", "words.json").read_text(encoding="utf-8")
    return json.loads(text)
