"""What a verifier counts for its return: presentations, verdicts and doubts, never whose.

No document says in which sector its holder works, so of an A1 it is not recorded here.
"""

from __future__ import annotations

from dataclasses import dataclass

from esspass.statistics import NONE, UNKNOWN, Cell, Period, Return
from esspass.statistics.returns import bounds, count
from verifier.enquiries import Enquiries
from verifier.persons import NOTHING, PAPER, SCAN, WALLET, Persons

_KINDS = {"work": "pda1", "care": "ehic"}
_SECTORS = {"ehic": NONE}
_MEDIA = {WALLET: "online", SCAN: "qr", PAPER: "paper", NOTHING: "none"}


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts for one verifier, ``institution`` by its registered name; ``country`` ISO."""

    persons: Persons
    enquiries: Enquiries
    institution: str
    country: str

    def count(self, period: Period, now: int) -> Return:
        """Return what was counted in a period."""
        found = self.persons.count(*bounds(period))
        presented: list[Cell] = []
        verdicts: list[Cell] = []
        for source, kind, outcome, month, n in found:
            document = _KINDS.get(kind, "unknown")
            sector = _SECTORS.get(document, UNKNOWN)
            presented += [(document, _MEDIA[source], sector, month)] * n
            verdicts += [(document, outcome, sector, month)] * n
        told = self.enquiries.count(*bounds(period))
        counts = count({
            "presentations": presented,
            "verdicts": verdicts,
            "doubts_told": ((month,) for month, n in told for _ in range(n)),
        })  # fmt: skip
        totals = {name: sum(cells.values()) for name, cells in counts.items()}
        return Return(self.institution, self.country, period, now, counts, totals)
