"""Totals held against each other: within a return, and between what two institutions say.

A contradiction names who, which tables, which cells and both numbers; nothing is put right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from esspass.statistics.returns import Return
from esspass.statistics.tables import Check, Relation, checks, table

TOTAL, OUTSIDE = "total_is_sum", "month_outside_period"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """``first`` and ``second`` are the institutions (the same one within a return).

    ``cell`` says by ``by`` where the numbers differ.
    """

    check: str
    first: str
    second: str
    by: tuple[str, ...]
    cell: tuple[str, ...]
    stated: int
    expected: int


def reconcile(returns: Sequence[Return]) -> tuple[Contradiction, ...]:
    """Return every contradiction in and between returns, by institution and check."""
    found = [each for item in returns for each in _within(item)]
    for one, other in permutations(returns, 2):
        for check in checks():
            if one.period == other.period:
                found += _between_two(check, one, other)
    return tuple(sorted(found, key=lambda each: (each.first, each.second, each.check, each.cell)))


def _within(item: Return) -> Iterator[Contradiction]:
    who = item.institution
    for table_id, cells in item.counts.items():
        total = sum(cells.values())
        if total != item.totals.get(table_id, 0):
            stated = item.totals.get(table_id, 0)
            yield Contradiction(TOTAL, who, who, ("table",), (table_id,), stated, total)
        yield from _outside(item, table_id)
    for check in checks():
        if check.relation is Relation.WITHIN:
            yield from _exceeding(check, item)


def _outside(item: Return, table_id: str) -> Iterator[Contradiction]:
    dimensions = table(table_id).dimensions
    if "month" not in dimensions:
        return
    place, who = dimensions.index("month"), item.institution
    months = Counter[str]()
    for cell, n in item.counts[table_id].items():
        months[cell[place]] += n
    for month, n in sorted(months.items()):
        if not item.period.holds(month):
            cell = (table_id, month)
            yield Contradiction(OUTSIDE, who, who, ("table", "month"), cell, n, 0)


def _exceeding(check: Check, item: Return) -> Iterator[Contradiction]:
    part, whole = (_sum(item, each, check.by) for each in (check.first, check.second))
    for cell in sorted(part):
        if part[cell] > whole[cell]:
            who = item.institution
            yield Contradiction(check.id, who, who, check.by, cell, part[cell], whole[cell])


def _between_two(check: Check, one: Return, other: Return) -> Iterator[Contradiction]:
    if check.relation is Relation.BETWEEN:
        return _between(check, one, other)
    return _told(check, one, other) if check.relation is Relation.TOLD else iter(())


def _told(check: Check, one: Return, other: Return) -> Iterator[Contradiction]:
    """What ``one`` says it heard of ``other``, who told others perhaps, and never less."""
    heard = _sum(one, check.first, check.by, other.institution)
    told = _sum(other, check.second, check.by)
    for cell in sorted(heard):
        if heard[cell] > told[cell]:
            names = (one.institution, other.institution)
            yield Contradiction(check.id, *names, check.by, cell, heard[cell], told[cell])


def _between(check: Check, one: Return, other: Return) -> Iterator[Contradiction]:
    """What ``one`` says it gave ``other``, and what that one says it got."""
    given = _sum(one, check.first, check.by, other.institution)
    got = _sum(other, check.second, check.by, one.institution)
    for cell in sorted({*given, *got}):
        if given[cell] != got[cell]:
            names = (one.institution, other.institution)
            yield Contradiction(check.id, *names, check.by, cell, given[cell], got[cell])


def _sum(
    item: Return, table_id: str, by: Sequence[str], partner: str | None = None
) -> Counter[tuple[str, ...]]:
    dimensions = table(table_id).dimensions
    places = [dimensions.index(each) for each in by]
    summed = Counter[tuple[str, ...]]()
    for cell, n in item.counts.get(table_id, {}).items():
        if partner is None or cell[dimensions.index("partner")] == partner:
            summed[tuple(cell[place] for place in places)] += n
    return summed
