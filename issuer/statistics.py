"""What an institution counts for its return: applications, decisions, documents, doubts, messages.

Only counts leave this module.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from esspass.statistics import (
    NONE,
    SEVERAL,
    UNKNOWN,
    Cell,
    Period,
    Return,
    days_band,
    month_of,
)
from esspass.statistics.returns import MAX_VALUE, bounds, count
from esspass.storage import Database
from issuer.exchange.counting import read_messages
from issuer.history import Event

_DAY = 86400
_ABOUT_WORK = ("pda1", "application")
MACHINE, PERSON = "machine", "person"
ASKED, SET_ASIDE = "asked", "set_aside"
_FIRST = """
    WHERE history.event IN (:one, :other) AND history.at >= :starts AND history.at < :ends
    AND NOT EXISTS (SELECT 1 FROM history AS earlier WHERE earlier.record_id = history.record_id
        AND earlier.event IN (:one, :other) AND (earlier.at < history.at
            OR earlier.at = history.at AND earlier.id < history.id))"""
"""The first of two events, in a period."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts for one institution; ``country`` ISO."""

    database: Database
    institution: str
    country: str

    def count(self, period: Period, now: int) -> Return:
        """Return what was counted in a period."""
        starts, ends = bounds(period)
        counts = count({
            "issued": self._issued(starts, ends),
            "applications": self._applications(starts, ends),
            "decisions": self._decisions(starts, ends),
            "withdrawn": self._withdrawn(starts, ends),
            "doubts_heard": self._heard(starts, ends),
            "doubts_decided": self._decided(starts, ends),
            **read_messages(self.database, starts, ends).count(),
        })  # fmt: skip
        totals = {name: sum(cells.values()) for name, cells in counts.items()}
        return Return(self.institution, self.country, period, now, counts, totals)

    def _issued(self, starts: int, ends: int) -> Iterator[Cell]:
        """Each document once, in the month in which it first left the house."""
        rows = self.database.query(
            "SELECT records.kind, records.document, records.sector, history.at"  # noqa: S608 - constants
            f" FROM history JOIN records ON records.id = history.record_id {_FIRST}",
            one=Event.ISSUED,
            other=Event.PRINTED,
            starts=starts,
            ends=ends,
        )
        for row in rows:
            article, country = _describe(row["kind"], json.loads(row["document"]))
            sector = _sector(row["kind"], row["sector"])
            yield row["kind"], article, country, sector, month_of(row["at"])

    def _applications(self, starts: int, ends: int) -> Iterator[Cell]:
        """Each person of an application that was sent."""
        rows = self.database.query(
            "SELECT filings.form, filings.sent_at, records.kind, records.sector FROM filings"
            " JOIN filing_persons ON filing_persons.filing_id = filings.id"
            " JOIN records ON records.id = filing_persons.record_id"
            " WHERE filings.sent_at >= :starts AND filings.sent_at < :ends",
            starts=starts,
            ends=ends,
        )
        for row in rows:
            yield row["form"], _sector(row["kind"], row["sector"]), month_of(row["sent_at"])

    def _decisions(self, starts: int, ends: int) -> Iterator[Cell]:
        """Each decision once; what was loaded was decided elsewhere."""
        rows = self.database.query(
            "SELECT records.kind, records.sector, history.event, history.actor, history.at"  # noqa: S608
            f" FROM history JOIN records ON records.id = history.record_id {_FIRST}",
            one=Event.APPROVED,
            other=Event.REFUSED,
            starts=starts,
            ends=ends,
        )
        for row in rows:
            decided_by = PERSON if row["actor"] else MACHINE
            sector = _sector(row["kind"], row["sector"])
            yield row["kind"], row["event"], decided_by, sector, month_of(row["at"])

    def _withdrawn(self, starts: int, ends: int) -> Iterator[Cell]:
        rows = self.database.query(
            "SELECT records.kind, history.detail, history.at FROM history"
            " JOIN records ON records.id = history.record_id"
            " WHERE history.event = 'withdrawn' AND history.at >= :starts AND history.at < :ends",
            starts=starts,
            ends=ends,
        )
        return ((row["kind"], row["detail"], month_of(row["at"])) for row in rows)

    def _heard(self, starts: int, ends: int) -> Iterator[Cell]:
        """Doubts of verifiers, by the name in their access certificates."""
        rows = self.database.query(
            "SELECT organization, received_at FROM doubts"
            " WHERE received_at >= :starts AND received_at < :ends",
            starts=starts,
            ends=ends,
        )
        return ((_name(row["organization"]), month_of(row["received_at"])) for row in rows)

    def _decided(self, starts: int, ends: int) -> Iterator[Cell]:
        """What became of them here: the issuing institution was asked, or they were set aside."""
        rows = self.database.query(
            "SELECT organization, received_at, decided_at, set_aside FROM doubts"
            " WHERE decided_at >= :starts AND decided_at < :ends",
            starts=starts,
            ends=ends,
        )
        for row in rows:
            days = days_band((row["decided_at"] - row["received_at"]) // _DAY)
            decision = ASKED if row["set_aside"] is None else SET_ASIDE
            yield _name(row["organization"]), decision, days, month_of(row["decided_at"])


def _describe(kind: str, document: Mapping[str, Any]) -> tuple[str, str]:
    """Return the ground and the country of work, of a document as it is stored."""
    if kind != "pda1":
        return NONE, NONE
    countries = {each["country"] for each in document["states_of_activity"]}
    return document["status_confirmation"], countries.pop() if len(countries) == 1 else SEVERAL


def _sector(kind: str, sector: str) -> str:
    return sector or UNKNOWN if kind in _ABOUT_WORK else NONE


def _name(organization: str) -> str:
    return organization[:MAX_VALUE] or UNKNOWN
