"""One institution's return for a period: the cells of every table, their totals, a signature.

Cells stand in full detail, so a return is confidential between institutions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509

from esspass.errors import MalformedError
from esspass.jose.jws import create_jws, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_leaf_key, parse_x5c
from esspass.keys.signer import Signer
from esspass.statistics.tables import table, tables

TYP = "statistics-return+jwt"
MAX_BYTES = 8 * 1024 * 1024
MAX_CELLS = 50_000
MAX_VALUE = 64
_MONTH = re.compile(r"(?:19[7-9]\d|2\d{3})-(?:0[1-9]|1[0-2])", re.ASCII)
_MEMBERS = frozenset({"institution", "country", "from", "until", "made_at", "tables"})
Cell = tuple[str, ...]
Counts = Mapping[Cell, int]


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar months in UTC, ``2026-01``, the last one included."""

    first: str
    last: str

    def holds(self, month: str) -> bool:
        """Say whether a month lies in it."""
        return self.first <= month <= self.last


@dataclass(frozen=True, slots=True)
class Return:
    """What one institution, or several together, counted. ``counts`` by table id, then by cell.

    ``totals`` are as declared; ``reconcile`` holds them against the cells.
    """

    institution: str
    country: str
    period: Period
    made_at: int
    counts: Mapping[str, Counts]
    totals: Mapping[str, int]


def parse_period(first: str, last: str) -> Period:
    """Read a period of the years 1970 to 2999. Raises MalformedError, ``bad_period``."""
    if not (_MONTH.fullmatch(first) and _MONTH.fullmatch(last)) or first > last:
        raise MalformedError("a period is two months, 2026-01 and 2026-12", code="bad_period")
    return Period(first, last)


def bounds(period: Period) -> tuple[int, int]:
    """Return the first second of a period, and the first after it, UTC."""
    first = datetime.fromisoformat(f"{period.first}-01").replace(tzinfo=UTC)
    last = datetime.fromisoformat(f"{period.last}-01").replace(tzinfo=UTC)
    after = (last + timedelta(days=32)).replace(day=1)
    return int(first.timestamp()), int(after.timestamp())


def month_of(at: int) -> str:
    """Return the month (UTC) of a time in epoch seconds, ``2026-03``."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m}"


def count(cells: Mapping[str, Iterable[Cell]]) -> dict[str, Counter[Cell]]:
    """Count cells by table; tables that are not named have none."""
    return {each.id: Counter(cells.get(each.id, ())) for each in tables()}


def create_return(found: Return, signer: Signer) -> str:
    """Sign a return under the institution's access certificate."""
    claims = {
        "institution": found.institution,
        "country": found.country,
        "from": found.period.first,
        "until": found.period.last,
        "made_at": found.made_at,
        "tables": {
            each.id: {
                "total": found.totals.get(each.id, 0),
                "cells": [[*cell, n] for cell, n in sorted(found.counts.get(each.id, {}).items())],
            }
            for each in tables()
        },
    }
    return create_jws({"typ": TYP, "x5c": create_x5c(signer.certificates)}, claims, signer)


def verify_return_signature(token: str) -> tuple[Return, Sequence[x509.Certificate]]:
    """Verify the signature of a return; whose chain it is, is decided elsewhere.

    Raises MalformedError, SignatureError.
    """
    jws = parse_jws(token, MAX_BYTES)
    if jws.header.get("typ") != TYP:
        raise MalformedError(f"typ must be {TYP}")
    chain = parse_x5c(jws.header)
    verify_jws(jws, parse_leaf_key(chain))
    return parse_return(jws.claims()), chain


def parse_return(value: Mapping[str, Any]) -> Return:
    """Read a return. Raises MalformedError, ``bad_return`` or ``unknown_table``."""
    _require(value.keys() == _MEMBERS and isinstance(value["tables"], Mapping))
    _require(all(_is_text(value[name]) for name in ("institution", "country", "from", "until")))
    _require(_is_count(value["made_at"]))
    read = {each: _read_table(each, found) for each, found in value["tables"].items()}
    return Return(
        value["institution"],
        value["country"],
        parse_period(value["from"], value["until"]),
        value["made_at"],
        {each: cells for each, (cells, _) in read.items()},
        {each: total for each, (_, total) in read.items()},
    )


def combine(returns: Sequence[Return], institution: str, country: str) -> Return:
    """Join returns of one period into one. Raises MalformedError, ``bad_period``.

    An institution that comes twice counts with its latest return.
    """
    latest = {each.institution: each for each in sorted(returns, key=lambda each: each.made_at)}
    periods = {each.period for each in latest.values()}
    if len(periods) != 1:
        raise MalformedError("only returns of one period are joined", code="bad_period")
    joined = {each.id: Counter[Cell]() for each in tables()}
    for found in latest.values():
        for table_id, cells in found.counts.items():
            joined[table_id].update(cells)
    totals = {name: sum(cells.values()) for name, cells in joined.items()}
    made_at = max(each.made_at for each in latest.values())
    return Return(institution, country, periods.pop(), made_at, joined, totals)


def _read_table(table_id: str, value: Any) -> tuple[dict[Cell, int], int]:
    width = len(table(table_id).dimensions)
    _require(isinstance(value, Mapping) and value.keys() == {"total", "cells"})
    _require(_is_count(value["total"]) and isinstance(value["cells"], list))
    _require(len(value["cells"]) <= MAX_CELLS)
    cells: dict[Cell, int] = {}
    for row in value["cells"]:
        _require(isinstance(row, list) and len(row) == width + 1 and _is_count(row[-1]))
        cell = tuple(row[:-1])
        _require(all(map(_is_text, cell)) and cell not in cells)
        cells[cell] = row[-1]
    return cells, value["total"]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_VALUE


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _require(condition: object) -> None:
    if not condition:
        raise MalformedError("not a return of statistics", code="bad_return")
