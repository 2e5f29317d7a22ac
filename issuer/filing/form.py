"""The application's questions and steps, read from ``specs/back_office/application.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.numbers import format_percent

from esspass.attestations import country_name, parse_day, pda1_states, plain_text
from esspass.attestations.specification import LOCALES
from esspass.attestations.wording import choose_locale
from esspass.statistics.sectors import sectors
from issuer.names import fold_name
from issuer.sectors import sector_choices

_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)
_COUNTRY_CODES = tuple(
    sorted(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())
)
_REGULAR, _PERIOD = frozenset({"02", "04"}), ("starts", "ends")
_OPTIONAL = frozenset({"work_name", "work_street", "work_town", "work_postcode"})
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"})


class Form(StrEnum):
    """Who asks for what."""

    A1_SELF = "a1-self"
    A1_EMPLOYER = "a1-employer"
    EHIC_SELF = "ehic-self"

    @property
    def kind(self) -> str:
        """The document asked for: ``a1`` or ``ehic``."""
        return self.value.partition("-")[0]

    @property
    def is_employer(self) -> bool:
        """Say whether an employer asks, for workers."""
        return self is Form.A1_EMPLOYER


class Problem(StrEnum):
    """What can be wrong with one answer."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NO_DAY = "no_day"
    NO_COUNTRY = "no_country"
    NO_CHOICE = "no_choice"
    NO_SHARE = "no_share"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Question:
    """One question: a text, a day, a country, a sector, a choice or a share in per cent."""

    id: str
    kind: str
    words: Mapping[str, Any]

    @property
    def is_optional(self) -> bool:
        """Say whether it may stay empty."""
        return bool(self.words.get("optional"))

    def label(self, form: Form, locale: str) -> str:
        """Return what is asked, as the one who fills it in reads it."""
        return localize(self._words_for(form, "label"), locale)

    def hint(self, form: Form, locale: str) -> str:
        """Return what helps to answer, empty if nothing is needed."""
        hint = self._words_for(form, "hint")
        return localize(hint, locale) if hint else ""

    def _words_for(self, form: Form, name: str) -> Mapping[str, str] | None:
        own = self.words.get("employer", {}) if form.is_employer else {}
        found: Mapping[str, str] | None = own.get(name) or self.words.get(name)
        return found

    def choices(self, form: Form, locale: str) -> list[tuple[str, str]]:
        """Return the values and their words; countries come with those of the A1 first."""
        if self.kind == "country":
            return _countries(locale)
        if self.kind == "sector":
            return sector_choices(locale)
        return [
            (value, localize(words.get("employer") if form.is_employer else None, locale)
             or localize(words["label"], locale))
            for value, words in self.words.get("choices", {}).items()
            if not (form.is_employer and words.get("only") == "self")
        ]  # fmt: skip

    def parse(self, text: str) -> tuple[str, Problem | None]:
        """Return the answer as it is kept, and what is wrong with it."""
        value = " ".join(plain_text(text).split())
        if not value:
            return "", None if self.is_optional else Problem.MISSING
        return self._parse_value(value)

    def _parse_value(self, value: str) -> tuple[str, Problem | None]:
        if self.kind == "day":
            day = read_day(value)
            return (day.isoformat(), None) if day else (value[:20], Problem.NO_DAY)
        if self.kind == "country":
            code = read_country(value)
            return (code, None) if code else ("", Problem.NO_COUNTRY)
        if self.kind == "share":
            share = read_share(value)
            return ("", Problem.NO_SHARE) if share is None else (str(share), None)
        if self.kind in ("choice", "sector"):
            known = value in (sectors() if self.kind == "sector" else self.words["choices"])
            return (value, None) if known else ("", Problem.NO_CHOICE)
        most = int(self.words.get("max", 155))
        return value[:most], Problem.TOO_LONG if len(value) > most else None

    def describe(self, value: str, form: Form, locale: str) -> str:
        """Return an answer in words, for the summary."""
        if self.kind == "country":
            return country_name(value, locale) if value else ""
        if self.kind in ("choice", "sector"):
            return dict(self.choices(form, locale)).get(value, "")
        if self.kind == "share":
            return format_percent(int(value) / 100, locale=locale) if value else ""
        return value


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the application. ``who`` is ``you`` or ``known``: prefilled from the records."""

    id: str
    title: Mapping[str, str]
    who: str
    questions: tuple[Question, ...]
    forms: tuple[Form, ...]
    when: Mapping[str, Sequence[str]]

    def applies(self, form: Form, answers: Mapping[str, str]) -> bool:
        """Say whether this page is needed, after what was answered before."""
        fits = all(answers.get(name) in values for name, values in self.when.items())
        return form in self.forms and fits

    def parse(self, form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Problem]]:
        """Return the answers of a posted page, and the problems by question."""
        read = {one.id: one.parse(form.get(one.id, "")[:2000]) for one in self.questions}
        problems = {name: problem for name, (_, problem) in read.items() if problem}
        return {name: value for name, (value, _) in read.items()}, problems

    def is_complete(self, answers: Mapping[str, str]) -> bool:
        """Say whether every question that needs an answer has one."""
        return all(one.is_optional or answers.get(one.id) for one in self.questions)


def steps(form: Form, answers: Mapping[str, str]) -> list[Step]:
    """Return the pages that this application needs, in order."""
    return [step for step in _steps() if step.applies(form, answers)]


def all_steps(form: Form) -> list[Step]:
    """Return every page that an application of this kind may need."""
    return [step for step in _steps() if form in step.forms]


@cache
def worker_questions() -> tuple[Question, ...]:
    """Return what an employer says about each worker; also the columns of the file."""
    return tuple(Question(each["id"], each["kind"], each) for each in _read()["worker"])


@cache
def state_questions(work: str) -> tuple[Question, ...]:
    """Return what is asked about each further State, for a kind of work."""
    asked, known = _read()["state"], _read()["questions"]
    is_regular = work in _REGULAR
    names = [name for name in asked["questions"] if is_regular or name != "share"]
    return tuple(
        Question(
            name,
            known[name]["kind"],
            {
                **known[name],
                **(asked["words"].get(name, {}) if is_regular or name not in _PERIOD else {}),
                "optional": name in _OPTIONAL or (is_regular and name in _PERIOD),
            },
        )
        for name in names
    )


def localize(words: Mapping[str, str] | None, locale: str) -> str:
    """Return the words in the language that serves ``locale``; English where it has none."""
    if not words:
        return ""
    return words.get(choose_locale(locale)) or words[LOCALES[0]]


def read_day(text: str) -> date | None:
    """Read a day: year-month-day, or day.month.year as people in Europe write it."""
    day = parse_day(text)
    if day is None:
        parts = text.replace("/", ".").replace(" ", "").strip(".").split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
            return None
        day = parse_day(f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}")
    return day if day and _EARLIEST <= day <= _LATEST else None


def read_share(text: str) -> int | None:
    """Read a share in whole per cent, 0 to 100; the sign may stand behind it."""
    digits = text.removesuffix("%").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 3):
        return None
    return int(digits) if int(digits) <= 100 else None


def read_country(text: str) -> str:
    """Return the ISO code of a country given by its code (also ``EL``, ``UK``) or its name.

    Names count in every language on offer; the answer is empty if it is no country.
    """
    code = {"EL": "GR", "UK": "GB"}.get(text.strip().upper(), text.strip().upper())
    if code in _COUNTRY_CODES and code not in _NO_COUNTRIES:
        return code
    return _country_names().get(fold_name(text), "")


@cache
def _country_names() -> Mapping[str, str]:
    codes = [code for code in _COUNTRY_CODES if code not in _NO_COUNTRIES]
    return {fold_name(country_name(code, each)): code for each in LOCALES for code in codes}


@cache
def _countries(locale: str) -> list[tuple[str, str]]:
    first = sorted((country_name(code, locale), code) for code in pda1_states())
    rest = sorted(
        (country_name(code, locale), code)
        for code in _COUNTRY_CODES
        if code not in pda1_states() and code not in _NO_COUNTRIES
    )
    return [(code, name) for name, code in (*first, *rest)]


@cache
def _read() -> Any:
    return read_rules("application.json")


def read_rules(name: str) -> Any:
    """Return a JSON file of ``specs/back_office``."""
    path = files("specs").joinpath("back_office", name)
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def _steps() -> tuple[Step, ...]:
    words = _read()["questions"]
    known = {name: Question(name, each["kind"], each) for name, each in words.items()}
    return tuple(
        Step(
            each["id"],
            each["title"],
            each["who"],
            tuple(known[name] for name in each["questions"]),
            tuple(Form(name) for name in each["forms"]),
            each.get("when", {}),
        )
        for each in _read()["steps"]
    )
