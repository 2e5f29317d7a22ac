"""What an institution counts for its return: documents, withdrawals, messages, doubts, answers.

Only counts leave this module. The month of a message is that of its legal delivery (Decision E6),
on both sides, so that the two returns can agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from esspass.attestations import Pda1, parse_record
from esspass.statistics import NONE, SEVERAL, UNKNOWN, Cell, Period, Return, days_band
from esspass.statistics.returns import bounds, count
from esspass.storage import Database, Row

_DAY = 86400
_DOUBTS = ("DA01", "A005", "H001")


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
            "withdrawn": self._withdrawn(starts, ends),
            "messages_sent": self._sent(starts, ends),
            "messages_received": self._received(starts, ends),
            "doubts_raised": self._doubts(self._sent_rows(starts, ends), "receiver"),
            "doubts_received": self._doubts(self._received_rows(starts, ends), "sender"),
            "answers": self._answers(starts, ends),
        })  # fmt: skip
        totals = {name: sum(cells.values()) for name, cells in counts.items()}
        return Return(self.institution, self.country, period, now, counts, totals)

    def _issued(self, starts: int, ends: int) -> Iterator[Cell]:
        """Each document once, in the month in which it first left the house."""
        rows = self.database.query(
            "SELECT records.kind, records.document, first.at FROM records JOIN ("
            "SELECT record_id, min(at) AS at FROM history"
            " WHERE event IN ('issued', 'printed') GROUP BY record_id) AS first"
            " ON first.record_id = records.id WHERE first.at >= :starts AND first.at < :ends",
            starts=starts,
            ends=ends,
        )
        for row in rows:
            document = parse_record(json.loads(row["document"]))
            article, country = NONE, NONE
            if isinstance(document, Pda1):
                countries = {each.country for each in document.states_of_activity}
                country = countries.pop() if len(countries) == 1 else SEVERAL
                article = document.status_confirmation
            yield row["kind"], article, country, UNKNOWN, _month(row["at"])

    def _withdrawn(self, starts: int, ends: int) -> Iterator[Cell]:
        rows = self.database.query(
            "SELECT records.kind, history.detail, history.at FROM history"
            " JOIN records ON records.id = history.record_id"
            " WHERE history.event = 'withdrawn' AND history.at >= :starts AND history.at < :ends",
            starts=starts,
            ends=ends,
        )
        return ((row["kind"], row["detail"], _month(row["at"])) for row in rows)

    def _sent_rows(self, starts: int, ends: int) -> list[Row]:
        return self.database.query(
            "SELECT m.sed, m.position, m.message, d.receiver, d.at FROM exchange_deliveries AS d"
            " JOIN exchange_messages AS m ON m.message_id = d.message_id"
            " WHERE d.status = 'DELIVERED' AND d.at >= :starts AND d.at < :ends",
            starts=starts,
            ends=ends,
        )

    def _received_rows(self, starts: int, ends: int) -> list[Row]:
        return self.database.query(
            "SELECT sed, position, message, sender, at FROM exchange_messages"
            " WHERE direction = 'in' AND signed <> '' AND at >= :starts AND at < :ends",
            starts=starts,
            ends=ends,
        )

    def _sent(self, starts: int, ends: int) -> Iterator[Cell]:
        rows = self._sent_rows(starts, ends)
        return ((row["sed"], row["receiver"], _month(row["at"])) for row in rows)

    def _received(self, starts: int, ends: int) -> Iterator[Cell]:
        rows = self._received_rows(starts, ends)
        return ((row["sed"], row["sender"], _month(row["at"])) for row in rows)

    def _doubts(self, rows: list[Row], partner: str) -> Iterator[Cell]:
        """A doubt opens a case, and is about a document."""
        for row in rows:
            opens = row["position"] == 0 and row["sed"] in _DOUBTS
            if opens and "PortableDocument" in json.loads(row["message"])["content"]:
                yield row[partner], _month(row["at"])

    def _answers(self, starts: int, ends: int) -> Iterator[Cell]:
        """What we answered: days from getting a message to having its answer delivered."""
        rows = self.database.query(
            "SELECT set_id, sed, sender, min(at) AS at FROM exchange_messages"
            " WHERE direction = 'in' GROUP BY set_id, sed, sender"
        )
        asked = {row["set_id"]: row for row in rows}
        for row in self._sent_rows(starts, ends):
            message = json.loads(row["message"])
            question = asked.get(message["related_set_id"])
            is_answer = not row["sed"].startswith("X") and message["version"] == 1
            if question is not None and is_answer and question["sender"] == row["receiver"]:
                days = max(0, row["at"] - question["at"]) // _DAY
                yield question["sed"], question["sender"], days_band(days)


def _month(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m}"
