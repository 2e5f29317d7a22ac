"""The values of a dimension in words; what has none is shown as the code it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from babel.dates import format_skeleton

from esspass.attestations.wording import choose_locale, code_name, country_name
from esspass.statistics.sectors import sector_name, sectors


def value_name(dimension: str, value: str, locale: str) -> str:
    """Name a value in a language: ``EL`` Greece, ``2026-03`` March 2026, ``12_1`` itself."""
    words = _read().get(dimension, {})
    if value in words:
        return str(words[value][choose_locale(locale)])
    name = _NAMES.get(dimension)
    return name(value, locale) if name else value


def _name_month(value: str, locale: str) -> str:
    year, month = map(int, value.split("-"))
    return format_skeleton("yMMMM", date(year, month, 1), locale=choose_locale(locale))


def _name_article(value: str, locale: str) -> str:
    return code_name("status_confirmation", value, locale)


def _name_sector(value: str, locale: str) -> str:
    return sector_name(value, locale) if value in sectors() else value


def _name_days(value: str, _locale: str) -> str:
    return value.replace("-", "\u2013")


def _name_message(value: str, locale: str) -> str:
    """The code that clerks know, and its title."""
    titles = _message_titles(value)
    return f"{value} {titles[choose_locale(locale)]}" if titles else value


_NAMES: Mapping[str, Callable[[str, str], str]] = {
    "month": _name_month,
    "country": country_name,
    "article": _name_article,
    "sector": _name_sector,
    "days": _name_days,
    "sed": _name_message,
}


@cache
def _message_titles(sed: str) -> Mapping[str, str]:
    path = files("specs").joinpath("exchange", "messages", f"{sed}.json")
    if not (sed.isalnum() and path.is_file()):
        return {}
    titles: Mapping[str, str] = json.loads(path.read_text(encoding="utf-8"))["titles"]
    return titles


@cache
def _read() -> Any:
    text = files("specs").joinpath("statistics", "words.json").read_text(encoding="utf-8")
    return json.loads(text)
