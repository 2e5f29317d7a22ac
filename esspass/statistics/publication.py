"""What may be published of a return: margins by one dimension each, small cells left out.

A cell below the smallest count says who it is about to those who know a little more. It is left
out, and with it as many of the next smallest as it takes that what is left out adds up to the
smallest count and comes from two cells, so that no subtraction brings it back. Margins of one
dimension only, so no two tables can be subtracted from each other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from esspass.statistics.returns import Return
from esspass.statistics.tables import smallest_cell, table


@dataclass(frozen=True, slots=True)
class PublishedCell:
    """A value of the dimension. ``count`` and ``percent`` (of the total) are None if left out."""

    value: str
    count: int | None
    percent: float | None


@dataclass(frozen=True, slots=True)
class PublishedMargin:
    """A table by one of its dimensions; ``total`` is None when it is too small itself."""

    table: str
    dimension: str
    total: int | None
    cells: tuple[PublishedCell, ...]


def publish_margins(item: Return, table_id: str) -> tuple[PublishedMargin, ...]:
    """Return the margins of a table. Raises MalformedError, ``unknown_table``."""
    dimensions = table(table_id).dimensions
    return tuple(_publish(item, table_id, place, each) for place, each in enumerate(dimensions))


def _publish(item: Return, table_id: str, place: int, dimension: str) -> PublishedMargin:
    summed = Counter[str]()
    for cell, n in item.counts.get(table_id, {}).items():
        summed[cell[place]] += n
    total, hidden = sum(summed.values()), find_hidden(summed)
    cells = tuple(
        PublishedCell(value, None, None)
        if value in hidden
        else PublishedCell(value, n, round(100 * n / total, 1))
        for value, n in sorted(summed.items())
        if n
    )
    shown = total if total == 0 or total >= smallest_cell() else None
    return PublishedMargin(table_id, dimension, shown, cells)


def find_hidden(summed: Counter[str]) -> frozenset[str]:
    """Return the values whose counts must not be seen."""
    least = smallest_cell()
    ascending = sorted((n, value) for value, n in summed.items() if n)
    if sum(n for n, _ in ascending) < least:
        return frozenset(value for _, value in ascending)
    hidden = [(n, value) for n, value in ascending if n < least]
    for each in ascending[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(n for n, _ in hidden) >= least):
            break
        hidden.append(each)
    return frozenset(value for _, value in hidden)
