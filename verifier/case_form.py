"""The form that opens a case: why, on which ground, where, when, at whose site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import get_locale, gettext

from esspass.attestations import country_name, parse_day
from esspass.attestations.specification import pda1_states
from esspass.errors import MalformedError
from verifier.cases import Case
from verifier.purposes import PURPOSES, parse_place

MAX_EMPLOYER, MAX_EMPLOYER_ID = 200, 50
PROVIDERS = ("statutory", "private")
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class CaseForm:
    """What was typed, and what is wrong with it, by the id of the field."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def read(self, inspector: str, keeps: tuple[int, ...], now: int) -> Case | None:
        """Return the case, or None with ``errors``."""
        purpose = next((p for p in PURPOSES if p.id == self.values.get("purpose")), None)
        if purpose is None:
            self.errors["purpose"] = gettext("Choose what to check")
        country = self._choose("country", pda1_states(), gettext("Choose a country"))
        day, until = self._read_day(), self._read_until()
        if day and until and until < day:
            self.errors["until"] = gettext("The last day comes before the first")
        place = self._read_place()
        work = purpose is not None and purpose.kind == "pda1"
        name = self._read_text("employer_name", MAX_EMPLOYER) if work else ""
        number = self._read_text("employer_id", MAX_EMPLOYER_ID) if work else ""
        keep = self._choose("keep", tuple(map(str, keeps)), gettext("Choose how long"))
        if self.errors:
            return None
        return Case(
            id="",
            inspector=inspector,
            kind="",
            purpose=purpose.id if purpose else "",
            country=country,
            day=day or "",
            until=until,
            place=place,
            employer_name=name,
            employer_id=number,
            provider="" if work else self._provider(),
            keep=int(keep),
            created_at=now,
        )

    def _choose(self, name: str, choices: tuple[str, ...], message: str) -> str:
        chosen = self.values.get(name, "")
        if chosen not in choices:
            self.errors[name] = message
        return chosen

    def _provider(self) -> str:
        chosen = self.values.get("provider", "")
        return chosen if chosen in PROVIDERS else ""

    def _read_day(self) -> str | None:
        day = parse_day(self.values.get("day"))
        if day is None:
            self.errors["day"] = gettext("Write the day")
        return day.isoformat() if day else None

    def _read_until(self) -> str | None:
        written = self.values.get("until", "")
        day = parse_day(written)
        if written and day is None:
            self.errors["until"] = gettext("Write the last day, or leave it empty")
        return day.isoformat() if day else None

    def _read_place(self) -> str:
        try:
            return parse_place(self.values.get("place", ""))
        except MalformedError:
            self.errors["place"] = gettext("Write a shorter place")
            return ""

    def _read_text(self, name: str, longest: int) -> str:
        text = " ".join(self.values.get(name, "").split())
        if len(text) > longest or not text.isprintable():
            self.errors[name] = gettext("Write at most %(num)s characters", num=longest)
        return text


def default_values(last: Case | None, country: str, day: str, keep: int) -> dict[str, str]:
    """Return what the form starts with: what the last case said, and today."""
    if last is None:
        return {"country": country, "day": day, "keep": str(keep), "provider": "statutory"}
    return {
        "purpose": last.purpose,
        "country": last.country,
        "day": day,
        "place": last.place,
        "employer_name": last.employer_name,
        "employer_id": last.employer_id,
        "provider": last.provider or "statutory",
        "keep": str(last.keep),
    }


def country_choices() -> list[tuple[str, str]]:
    """Return code and name of every State the coordination covers, by name."""
    locale = str(get_locale())
    return sorted(
        ((code, country_name(code, locale)) for code in pda1_states()), key=lambda each: each[1]
    )


def keep_choices(default: int, most: int) -> list[tuple[int, str]]:
    """Return how long what was shown may be kept, in seconds and in words."""
    choices = [
        (0, gettext("Keep nothing but the verdicts")),
        (default, gettext("Keep what was shown for %(num)s minutes", num=default // 60)),
        (8 * _HOUR, gettext("Keep it for 8 hours, to finish the visit")),
        (7 * 24 * _HOUR, gettext("Keep it for 7 days, for a case file")),
    ]
    return [(seconds, text) for seconds, text in choices if seconds <= most]
