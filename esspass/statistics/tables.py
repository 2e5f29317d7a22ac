"""What is counted, by which dimensions, and what must agree with what: ``specs/statistics``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from esspass.attestations.wording import choose_locale
from esspass.errors import MalformedError

NONE, SEVERAL, UNKNOWN = "none", "several", "unknown"
"""Values of a dimension: it does not apply, there are several, it was not recorded."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a return; every cell names a value of each dimension."""

    id: str
    dimensions: tuple[str, ...]
    titles: Mapping[str, str]

    def title(self, locale: str) -> str:
        """The title in a language; English where there is no catalogue."""
        return self.titles[choose_locale(locale)]


class Relation(StrEnum):
    """Which numbers are held against each other.

    ``between`` two institutions: what one counted of the other, and that one of it. ``within`` one:
    the first never above the second. ``told``: what one counted of another, never above all that
    the other counted.
    """

    BETWEEN = "between"
    WITHIN = "within"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Check:
    """What must agree."""

    id: str
    relation: Relation
    first: str
    second: str
    by: tuple[str, ...]


@cache
def tables() -> tuple[Table, ...]:
    """All tables, in the order of a return."""
    return tuple(
        Table(each["id"], tuple(each["dimensions"]), each["titles"]) for each in _read()["tables"]
    )


def table(table_id: str) -> Table:
    """Return a table. Raises MalformedError, ``unknown_table``."""
    found = next((each for each in tables() if each.id == table_id), None)
    if found is None:
        raise MalformedError("this table is not part of a return", code="unknown_table")
    return found


@cache
def checks() -> tuple[Check, ...]:
    """All checks between tables."""
    return tuple(_read_check(each) for each in _read()["checks"])


def _read_check(value: Mapping[str, Any]) -> Check:
    relation = next(each for each in Relation if each in value)
    first, second = value[relation]
    return Check(value["id"], relation, first, second, tuple(value["by"]))


def answers() -> Mapping[str, Sequence[str]]:
    """By question, the messages that answer it."""
    found: Mapping[str, Sequence[str]] = _read()["answers"]
    return found


def doubts() -> Sequence[str]:
    """The messages that doubt a document when they name one."""
    found: Sequence[str] = _read()["doubts"]
    return found


def smallest_cell() -> int:
    """The smallest count that is published."""
    return int(_read()["smallest_cell"])


def dimension_title(dimension: str, locale: str) -> str:
    """The name of a dimension in a language."""
    return str(_read()["dimensions"][dimension][choose_locale(locale)])


def days_band(days: int) -> str:
    """Return the band that a number of days falls into, ``8-30``; the last one is open."""
    bands: list[str] = _read()["days"]
    for band in bands[:-1]:
        if days <= int(band.partition("-")[2]):
            return band
    return bands[-1]


@cache
def _read() -> Any:
    text = files("specs").joinpath("statistics", "tables.json").read_text(encoding="utf-8")
    return json.loads(text)
