"""One page of a list: where it stands in the whole. What it lists, each register adds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paging:
    """``number`` counts from 1; ``total`` is how many entries there are on all pages."""

    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page, at least 1."""
        return max(1, -(-self.total // self.size))


def find_start(number: int, size: int) -> int:
    """Return how many entries come before a page; what lies before the first page is the first."""
    return (max(number, 1) - 1) * size
