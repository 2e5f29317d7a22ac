"""Periods of days, working days and months, as Regulation (EEC, Euratom) 1182/71 counts them.

The day of the event is not counted; a period ends with the last hour of its last day; if that is a
Saturday or Sunday, with that of the next working day (Article 3). Days are UTC. Public holidays
differ by State and are not known here, so the true end may be later.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta

DAY = 86_400
_SATURDAY = 5


def add_months(at: int, months: int) -> int:
    """The same time of day, months later; the last day of a shorter month."""
    return at + (_find_month_day(_day(at), months) - _day(at)).days * DAY


def find_end(at: int, *, days: int = 0, working_days: int = 0, months: int = 0) -> int:
    """The end of a period that an event at ``at`` started: midnight after its last day."""
    last = _find_month_day(_day(at), months) + timedelta(days=days)
    for _ in range(working_days):
        last = _skip_weekend(last + timedelta(days=1))
    return _midnight(_skip_weekend(last) + timedelta(days=1))


def _find_month_day(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _skip_weekend(day: date) -> date:
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


def _day(at: int) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
