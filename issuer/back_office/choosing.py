"""Choosing an institution instead of typing its code: from the directory, by country and name.

Few are shown at once; of many, those that a search names. Works without scripts: searching is
another submit of the same form.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash

from esspass.errors import UndecidedError
from esspass.exchange.model import Role
from esspass.exchange.partners import require_directory
from esspass.trust import Institution
from esspass.web import now
from esspass.web.languages import format_country
from issuer.back_office import exchange_texts as texts
from issuer.exchange.desk import CaseView
from issuer.exchange.drafts import Place
from issuer.services import services

RECEIVERS = "receivers"
_FIND = "find."
_FEW = 12  # shown without a search
_MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Offered:
    """An institution to choose: its code, its name, its country in words."""

    code: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What one place of a form offers. ``countries`` (ISO, words) is empty without a search.

    ``country`` and ``name`` are what was searched for; ``cut`` says that more were found.
    """

    shown: Sequence[Offered]
    countries: Sequence[tuple[str, str]] = ()
    country: str = ""
    name: str = ""
    cut: bool = False

    @property
    def searched(self) -> bool:
        """Whether anything was searched for."""
        return bool(self.country or self.name)


@dataclass(frozen=True, slots=True)
class Choosing:
    """The choices of one form; ``chosen`` are all codes that stand in it."""

    form: Mapping[str, Sequence[str]]
    place: Place
    view: CaseView | None
    institutions: Sequence[Institution]

    @classmethod
    def of_form(
        cls, form: Mapping[str, Sequence[str]], place: Place, view: CaseView | None
    ) -> Choosing:
        """Return the choices of a form; none, and the page says why, without a directory."""
        try:
            return cls(form, place, view, _read_institutions())
        except UndecidedError as error:
            flash(texts.refusal_words(error), "error")
            return cls(form, place, view, ())

    def offer(self, where: str) -> Offer:
        """Return what a place offers: what was chosen there, and what fits."""
        fitting = {each.institution_id: each for each in self._fitting(where)}
        chosen = [each for each in self.form.get(_field(where), ()) if each]
        if len(fitting) <= _FEW:
            return Offer([_describe(each) for each in _in_order(fitting, chosen)])
        country, name = (self._typed(where, part) for part in ("country", "name"))
        found = [each for each in fitting.values() if _matches(each, country, name)]
        found = found if country or name else []
        shown = {each.institution_id: each for each in found[:_MOST_FOUND]}
        countries = {each.country for each in fitting.values()}
        return Offer(
            [_describe(each) for each in _in_order(shown, chosen)],
            sorted(((code, format_country(code)) for code in countries), key=lambda one: one[1]),
            country, name, len(found) > _MOST_FOUND,
        )  # fmt: skip

    def _typed(self, where: str, part: str) -> str:
        return next(iter(self.form.get(f"{_FIND}{where}.{part}", ())), "").strip()[:100]

    def _fitting(self, where: str) -> list[Institution]:
        me, case = services().desk.me, self.view.case if self.view else None
        if "InstitutionsToRemove" in where and case:
            return [each for each in self.institutions if each.institution_id in case.participants
                    and each.institution_id != me]  # fmt: skip
        if where == RECEIVERS or "InstitutionsToAdd" in where:
            known = {me, *case.participants, *case.former} if case else {me}
            role = Role.COUNTERPARTY if where == RECEIVERS else None
            ready = [each for each in self.institutions if self._is_ready(each, role)]
            return [each for each in ready if each.institution_id not in known]
        return list(self.institutions)

    def _is_ready(self, institution: Institution, role: Role | None) -> bool:
        entry = institution.exchange
        return entry is not None and entry.is_competent(self.place.case_type, role, now())


def is_searching(form: Mapping[str, Sequence[str]]) -> bool:
    """Say whether somebody typed what to search for, and has chosen nothing there yet."""
    return any(
        name.startswith(_FIND)
        and any(typed)
        and not any(form.get(_field(name.removeprefix(_FIND).rpartition(".")[0]), ()))
        for name, typed in form.items()
    )


def _field(where: str) -> str:
    return where if where == RECEIVERS else f"{where}.institutionID"


def _read_institutions() -> tuple[Institution, ...]:
    directory = require_directory(services().view(now()).directory, now())
    return tuple(sorted(directory.institutions, key=lambda each: _fold(each.entity)))


def find_ready(case_type_id: str, role: Role) -> list[tuple[str, str]]:
    """Return code and name of everybody abroad who takes a role in a type of case now.

    Nobody is known to when there is no current directory.
    """
    try:
        institutions = _read_institutions()
    except UndecidedError:
        return []
    me = services().desk.me
    return [
        (each.institution_id, each.entity)
        for each in institutions
        if each.institution_id != me
        and each.exchange is not None
        and each.exchange.is_competent(case_type_id, role, now())
    ]


def _in_order(shown: Mapping[str, Institution], chosen: Sequence[str]) -> list[Institution | str]:
    """What was chosen stays in sight, first, whatever was searched for since."""
    others = [each for code, each in shown.items() if code not in chosen]
    return [*(shown.get(code, code) for code in dict.fromkeys(chosen)), *others]


def _describe(one: Institution | str) -> Offered:
    if isinstance(one, str):
        return Offered(one, texts.institution_name(one), "")
    return Offered(one.institution_id, one.entity, format_country(one.country))


def _matches(institution: Institution, country: str, name: str) -> bool:
    text = _fold(f"{institution.entity} {institution.institution_id}")
    fits = not country or institution.country == country
    return fits and all(word in text for word in _fold(name).split())


def _fold(text: str) -> str:
    """Neither case nor accents matter to who searches."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))
