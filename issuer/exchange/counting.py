"""What is counted of messages: sent, received, doubts among them, and the time answers took.

A message counts in the month of its legal delivery (Decision E6). That moment stands in the
receiver's signed receipt, so sender and receiver count alike, to the day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from esspass.statistics import Cell, days_band, month_of
from esspass.statistics.tables import answers, doubts
from esspass.storage import Database, Row

_DAY = 86400
_CASES = """
    SELECT case_id FROM exchange_deliveries
    WHERE status = 'DELIVERED' AND at >= :starts AND at < :ends
    UNION SELECT case_id FROM exchange_messages
    WHERE direction = 'in' AND at >= :starts AND at < :ends"""
_SENT = f"""
    SELECT m.sed, m.set_id, m.version, m.message, d.receiver AS partner, d.at
    FROM exchange_deliveries AS d JOIN exchange_messages AS m ON m.message_id = d.message_id
    WHERE d.status = 'DELIVERED' AND d.at < :ends AND d.case_id IN ({_CASES})"""  # noqa: S608 - constants
_RECEIVED = f"""
    SELECT sed, set_id, version, message, sender AS partner, at FROM exchange_messages
    WHERE direction = 'in' AND signed <> '' AND at < :ends AND case_id IN ({_CASES})"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Passed:
    """A message that reached its receiver; ``partner`` is the other institution.

    ``related`` is the set id of what it answers. ``is_doubt`` says it doubts a document.
    """

    sed: str
    set_id: str
    version: int
    related: str
    partner: str
    at: int
    is_doubt: bool


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """The messages of a period, and those of the same cases before it."""

    sent: Sequence[Passed]
    received: Sequence[Passed]
    starts: int

    def count(self) -> Mapping[str, Iterator[Cell]]:
        """Return the cells by table."""
        given = list(self._answered(self.received, self.sent))
        got = list(self._answered(self.sent, self.received))
        return {
            "messages_sent": self._passed(self.sent),
            "messages_received": self._passed(self.received),
            "doubts_raised": self._doubts(self.sent),
            "doubts_received": self._doubts(self.received),
            "doubts_answered": (cell for cell, is_doubt in given if is_doubt),
            "doubt_answers_received": (cell for cell, is_doubt in got if is_doubt),
            "answers": (cell for cell, _ in given),
            "answers_received": (cell for cell, _ in got),
        }

    def _passed(self, messages: Sequence[Passed]) -> Iterator[Cell]:
        return (
            (each.sed, each.partner, month_of(each.at))
            for each in messages
            if each.at >= self.starts
        )

    def _doubts(self, messages: Sequence[Passed]) -> Iterator[Cell]:
        """A doubt counts once, in whichever case it is raised; its new versions do not."""
        doubted = [each for each in messages if each.is_doubt and each.version == 1]
        return self._passed(doubted)

    def _answered(
        self, questions: Sequence[Passed], replies: Sequence[Passed]
    ) -> Iterator[tuple[Cell, bool]]:
        """The first answer to each question, and whether that was a doubt."""
        asked = _first(questions)
        first: dict[tuple[str, str], Passed] = {}
        for reply in sorted(replies, key=lambda each: each.at):
            question = asked.get((reply.related, reply.partner))
            if question is not None and reply.sed in answers().get(question.sed, ()):
                first.setdefault((reply.related, reply.partner), reply)
        for key, reply in first.items():
            if reply.at >= self.starts:
                question = asked[key]
                days = days_band(max(0, reply.at - question.at) // _DAY)
                cell = (question.sed, question.partner, days, month_of(reply.at))
                yield cell, question.is_doubt


def read_messages(database: Database, starts: int, ends: int) -> MessageCounts:
    """Read the messages of a period (epoch seconds), with what came before in their cases."""
    sent, received = (
        [_read(row) for row in database.query(sql, starts=starts, ends=ends)]
        for sql in (_SENT, _RECEIVED)
    )
    return MessageCounts(sent, received, starts)


def _first(messages: Sequence[Passed]) -> dict[tuple[str, str], Passed]:
    """The first that came of each document to each partner."""
    found: dict[tuple[str, str], Passed] = {}
    for each in sorted(messages, key=lambda each: each.at):
        found.setdefault((each.set_id, each.partner), each)
    return found


def _read(row: Row) -> Passed:
    message = json.loads(row["message"])
    doubted = row["sed"] in doubts() and "PortableDocument" in message["content"]
    return Passed(
        row["sed"], row["set_id"], int(row["version"]), message["related_set_id"] or "",
        row["partner"], int(row["at"]), doubted,
    )  # fmt: skip
