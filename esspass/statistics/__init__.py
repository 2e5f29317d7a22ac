"""Statistics returns: what an institution counted in a period, joined with others' and published.

A return is whole and signed; it goes to whoever centralises and to nobody else. What is published
of it are margins with small cells left out. Counts only, never a person.
"""

from esspass.statistics.publication import PublishedCell, PublishedMargin, publish_margins
from esspass.statistics.reconciliation import Contradiction, reconcile
from esspass.statistics.returns import (
    Cell,
    Period,
    Return,
    combine,
    create_return,
    month_of,
    parse_period,
    parse_return,
    verify_return_signature,
)
from esspass.statistics.tables import (
    NONE,
    SEVERAL,
    UNKNOWN,
    Table,
    days_band,
    smallest_cell,
    table,
    tables,
)

__all__ = [
    "NONE",
    "SEVERAL",
    "UNKNOWN",
    "Cell",
    "Contradiction",
    "Period",
    "PublishedCell",
    "PublishedMargin",
    "Return",
    "Table",
    "combine",
    "create_return",
    "days_band",
    "month_of",
    "parse_period",
    "parse_return",
    "publish_margins",
    "reconcile",
    "smallest_cell",
    "table",
    "tables",
    "verify_return_signature",
]
