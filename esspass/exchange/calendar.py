"""Periods of days, working days and months, as Regulation (EEC, Euratom) 1182/71 counts them.

The day of the event is not counted; a period ends with the last hour of its last day; if that is a
Saturday, a Sunday or a public holiday, with that of the next working day (Article 3). Public
holidays are those of the State in which something is to be done (Article 2): whose turn it is
decides. Regional holidays are left aside. Days are UTC.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from holidays import country_holidays, list_supported_countries

DAY = 86_400
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class PeriodEnd:
    """The end of a period: midnight after its last day.

    ``counted`` is the day on which it would have ended by the count alone, if that is another.
    """

    at: int
    counted: date | None = None


def add_months(at: int, months: int) -> int:
    """The same time of day, months later; the last day of a shorter month."""
    return at + (_find_month_day(_day(at), months) - _day(at)).days * DAY


def find_end(
    at: int, country: str, *, days: int = 0, working_days: int = 0, months: int = 0
) -> PeriodEnd:
    """The end of a period that an event at ``at`` started for somebody in an ISO country.

    Where the holidays of the country are not known, only weekends are rest days.
    """
    counted = _find_month_day(_day(at), months) + timedelta(days=days)
    for _ in range(working_days):
        counted = _skip_rest(counted + timedelta(days=1), country)
    last = _skip_rest(counted, country)
    return PeriodEnd(_midnight(last + timedelta(days=1)), counted if counted != last else None)


def is_holiday(country: str, day: date) -> bool:
    """Say whether a day is a public holiday in all of an ISO country."""
    return day in _holidays(country, day.year)


def name_holiday(country: str, day: date, locale: str) -> str:
    """Return what a public holiday is called in a language, or "" where nobody says."""
    language = _find_language(country, locale)
    return _holidays(country, day.year, language).get(day, "") if language else ""


@lru_cache(maxsize=500)
def _holidays(country: str, year: int, language: str | None = None) -> Mapping[date, str]:
    if country not in list_supported_countries():
        return {}
    return dict(country_holidays(country, years=year, language=language))


def _find_language(country: str, locale: str) -> str | None:
    if country not in list_supported_countries():
        return None
    known = sorted(getattr(country_holidays(country), "supported_languages", ()))
    wanted = locale.partition("_")[0]
    return next((each for each in known if each.partition("_")[0] == wanted), None)


def _find_month_day(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _skip_rest(day: date, country: str) -> date:
    while day.weekday() >= _SATURDAY or is_holiday(country, day):
        day += timedelta(days=1)
    return day


def _day(at: int) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
