"""What a verifier counts for its return: presentations and verdicts, never whose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from esspass.statistics import Cell, Period, Return
from esspass.statistics.returns import bounds, count
from verifier.persons import NOTHING, PAPER, SCAN, WALLET, Persons

_KINDS = {"work": "pda1", "care": "ehic"}
_MEDIA = {WALLET: "online", SCAN: "qr", PAPER: "paper", NOTHING: "none"}


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts for one verifier, ``institution`` by its registered name; ``country`` ISO."""

    persons: Persons
    institution: str
    country: str

    def count(self, period: Period, now: int) -> Return:
        """Return what was counted in a period."""
        found = self.persons.count(*bounds(period))
        presented: list[Cell] = []
        verdicts: list[Cell] = []
        for source, kind, outcome, month, n in found:
            document = _KINDS.get(kind, "unknown")
            presented += [(document, _MEDIA[source], month)] * n
            verdicts += [(document, outcome, month)] * n
        counts = count(_named(presented, verdicts))
        totals = {name: sum(cells.values()) for name, cells in counts.items()}
        return Return(self.institution, self.country, period, now, counts, totals)


def _named(presented: list[Cell], verdicts: list[Cell]) -> dict[str, Iterable[Cell]]:
    return {"presentations": presented, "verdicts": verdicts}
