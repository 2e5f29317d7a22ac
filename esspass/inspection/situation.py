"""What the inspector or the hospital desk says: where, when, for which employer, by which provider.

One JSON object of the contract between server, command line and browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esspass.attestations import iso_country, parse_day
from esspass.errors import MalformedError

WORK, CARE = "work", "care"
PROVIDERS = frozenset({"statutory", "private"})
MAX_TEXT = 500
MAX_ANSWERS = 100
_MEMBERS = frozenset({"kind", "country", "date", "until", "employer", "place", "provider"})


@dataclass(frozen=True, slots=True)
class Situation:
    """Dates are ISO full-dates, the country ISO alpha-2; None is what nobody said."""

    kind: str
    country: str
    date: str
    until: str | None = None
    employer_name: str | None = None
    employer_id: str | None = None
    place: str | None = None
    provider: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the object ``parse_situation`` reads, complete."""
        employer = {"name": self.employer_name, "id": self.employer_id}
        return {
            "kind": self.kind,
            "country": self.country,
            "date": self.date,
            "until": self.until,
            "employer": employer if self.employer_name or self.employer_id else None,
            "place": self.place,
            "provider": self.provider,
        }


def parse_situation(value: Any) -> Situation:
    """Read a situation. Raises MalformedError, ``bad_situation``."""
    if not isinstance(value, Mapping) or value.keys() - _MEMBERS:
        raise _bad("is no situation")
    employer = value.get("employer") or {}
    if not isinstance(employer, Mapping) or employer.keys() - {"name", "id"}:
        raise _bad("names an employer badly")
    situation = Situation(
        kind=_parse_choice(value.get("kind"), frozenset({WORK, CARE})),
        country=_parse_country(value.get("country")),
        date=_parse_date(value.get("date")),
        until=None if value.get("until") is None else _parse_date(value["until"]),
        employer_name=_parse_text(employer.get("name")),
        employer_id=_parse_text(employer.get("id")),
        place=_parse_text(value.get("place")),
        provider=_parse_choice(value["provider"], PROVIDERS) if value.get("provider") else None,
    )
    if situation.until is not None and situation.until < situation.date:
        raise _bad("ends before it begins")
    return situation


def parse_answers(value: Any) -> dict[str, bool | None]:
    """Read what a person answered, by question. Raises MalformedError, ``bad_answers``."""
    if (
        not isinstance(value, Mapping)
        or len(value) > MAX_ANSWERS
        or not all(isinstance(name, str) and len(name) <= 64 for name in value)
        or not all(answer is None or isinstance(answer, bool) for answer in value.values())
    ):
        raise MalformedError("answers are true, false or null", code="bad_answers")
    return dict(value)


def _parse_choice(value: Any, choices: frozenset[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise _bad("holds a word that is not one of its choices")
    return value


def _parse_country(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 2 or not (value.isascii() and value.isupper()):
        raise _bad("names no country")
    return iso_country(value)


def _parse_date(value: Any) -> str:
    day = parse_day(value)
    if day is None:
        raise _bad("holds something that is no date")
    return day.isoformat()


def _parse_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise _bad("holds something that is no short text")
    return value


def _bad(what: str) -> MalformedError:
    return MalformedError(f"the situation {what}", code="bad_situation")
