"""Published margins as a page, a CSV file and JSON show them; all leave out the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from esspass.statistics import (
    PublishedCell,
    PublishedMargin,
    Return,
    publish_margins,
    smallest_cell,
    tables,
)
from esspass.statistics.tables import dimension_title
from esspass.statistics.wording import value_name

_CSV_COLUMNS = ("institution", "from", "until", "table", "dimension", "value", "count", "percent")


@dataclass(frozen=True, slots=True)
class Bar:
    """One value: its name, count and percent (None if left out), its bar's length from 0 to 100."""

    name: str
    count: int | None
    percent: float | None
    length: float


@dataclass(frozen=True, slots=True)
class Margin:
    """A table by one dimension, in words; ``is_time`` where the values follow on each other."""

    id: str
    title: str
    bars: tuple[Bar, ...]
    is_time: bool

    @property
    def has_gaps(self) -> bool:
        """Say whether something was left out."""
        return any(bar.count is None for bar in self.bars)


@dataclass(frozen=True, slots=True)
class TableView:
    """A table in words; ``total`` is None when it is left out."""

    id: str
    title: str
    total: int | None
    margins: tuple[Margin, ...]


def create_view(item: Return, locale: str) -> tuple[TableView, ...]:
    """Return every table of a return as it may be seen."""
    return tuple(
        TableView(
            each.id, each.title(locale), margins[0].total,
            tuple(_view(margin, locale) for margin in margins),
        )
        for each in tables()
        for margins in (publish_margins(item, each.id),)
    )  # fmt: skip


def _view(margin: PublishedMargin, locale: str) -> Margin:
    most = max((cell.count or 0 for cell in margin.cells), default=0)
    cells = sorted(margin.cells, key=lambda cell: _place(margin.dimension, cell))
    bars = tuple(
        Bar(
            value_name(margin.dimension, cell.value, locale),
            cell.count,
            cell.percent,
            round(100 * (cell.count or 0) / most, 1) if most else 0.0,
        )
        for cell in cells
    )
    title = dimension_title(margin.dimension, locale)
    return Margin(f"{margin.table}-{margin.dimension}", title, bars, margin.dimension == "month")


def _place(dimension: str, cell: PublishedCell) -> tuple[int, str]:
    """Months and spans of days follow on each other, all else begins with the largest."""
    if dimension == "month":
        return 0, cell.value
    if dimension == "days":
        return int(cell.value.rstrip("+").partition("-")[0]), ""
    return -(cell.count or 0), cell.value


def write_json(item: Return) -> dict[str, Any]:
    """Return the published margins as JSON; null is what is left out."""
    return {
        "institution": item.institution,
        "country": item.country,
        "from": item.period.first,
        "until": item.period.last,
        "smallest_cell": smallest_cell(),
        "tables": {
            each.id: [
                {
                    "dimension": margin.dimension,
                    "total": margin.total,
                    "cells": [
                        {"value": c.value, "count": c.count, "percent": c.percent}
                        for c in margin.cells
                    ],
                }
                for margin in publish_margins(item, each.id)
            ]
            for each in tables()
        },
    }


def write_csv(item: Return) -> str:
    """Return the published margins as CSV (RFC 4180); an empty field is what is left out."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_CSV_COLUMNS)
    writer.writerows(_rows(item))
    return written.getvalue()


def _rows(item: Return) -> Iterator[tuple[object, ...]]:
    about = (item.institution, item.period.first, item.period.last)
    for each in tables():
        for margin in publish_margins(item, each.id):
            for cell in margin.cells:
                yield (*about, each.id, margin.dimension, cell.value, cell.count, cell.percent)
