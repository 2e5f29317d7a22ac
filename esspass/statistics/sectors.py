"""What an employer does: the sections of NACE Rev. 2.1, in plain words, and nothing finer.

Regulation (EC) No 1893/2006, Annex I, as replaced by Commission Delegated Regulation (EU) 2023/137.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from esspass.attestations.wording import choose_locale


@cache
def sectors() -> Mapping[str, Mapping[str, str]]:
    """The labels of every section by language, by its letter, in the order of the letters."""
    return {each["id"]: each["labels"] for each in _read()}


@cache
def sector_titles() -> Mapping[str, str]:
    """The English title of every section in the classification, by its letter."""
    return {each["id"]: each["title"] for each in _read()}


def sector_name(sector: str, locale: str) -> str:
    """Name a section in a language. Raises KeyError for what is no section."""
    return sectors()[sector][choose_locale(locale)]


@cache
def _read() -> list[dict[str, Any]]:
    path = files("specs").joinpath("back_office", "sectors.json")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["sectors"]
    return found
