"""What rules need and conditions as data cannot compute: names, law, chains of postings.

Pure functions over the JSON of the facts, so that the browser's twin is easy to hold beside them.
Both read ``specs/inspection/reference.json``: which law binds which States (the strongest first),
the numeric country codes of cards, and the legal forms of businesses (casefolded, without dots),
which tell no two undertakings apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from esspass.attestations import parse_day
from esspass.inspection.logic import plus_days, plus_months
from esspass.inspection.names import NameMatch, match_names

Facts = Mapping[str, Any]
SAME, SIMILAR, DIFFERENT = "same", "similar", "different"

_SAME_NAME = frozenset({NameMatch.EXACT, NameMatch.DIACRITICS, NameMatch.TRANSLITERATED})


def derive(document: Facts, situation: Facts, history: Sequence[Facts] = ()) -> dict[str, Any]:
    """Return the ``derived`` member of the facts; None where too little was shown or said."""
    employer = match_employers(situation["employer"], document["employers"])
    place = match_place(situation, document["places"])
    more = document["more_on_paper"] or ()
    return {
        # what the code on paper left out may be the one that is looked for
        "employer_match": None if employer == DIFFERENT and "employers" in more else employer,
        "place_match": None if place == DIFFERENT and "places" in more else place,
        "basis": find_basis(
            situation["country"], document["legislation"] or document["issuing_country"]
        ),
        "postings": find_postings(document, situation, history),
        "number_country_matches": match_card_number(document),
    }


def match_employers(employer: Facts | None, listed: Sequence[Facts] | None) -> str | None:
    """Compare the employer on site with each one shown; the closest counts (A-19)."""
    if employer is None or not listed:
        return None
    found = {_match_employer(employer, each) for each in listed}
    return next((match for match in (SAME, SIMILAR, DIFFERENT) if match in found), None)


def _match_employer(one: Facts, other: Facts) -> str | None:
    """Equal numbers decide. Unequal ones may be of two registers, so they only spoil certainty."""
    numbers = [_plain_id(each["id"]) for each in (one, other)]
    if all(numbers) and numbers[0] == numbers[1]:
        return SAME
    if not one["name"] or not other["name"]:
        return DIFFERENT if all(numbers) else None
    match = match_names(business_name(one["name"]), business_name(other["name"]))
    if match in _SAME_NAME:
        return SIMILAR if all(numbers) else SAME
    return SIMILAR if match is NameMatch.PARTIAL else DIFFERENT


def business_name(name: str) -> str:
    """Drop quotation marks, punctuation and the legal form: ``UAB „Statyba“`` is ``Statyba``."""
    dotless = name.replace(".", "").replace("/", "")
    words = "".join(c if c.isalnum() or c in "-'" else " " for c in dotless).split()
    kept = [word for word in words if word.casefold() not in _reference()["legal_forms"]]
    return " ".join(kept or words)


def match_place(situation: Facts, places: Sequence[Facts] | None) -> str | None:
    """Look for the place on site among the places shown for its country (A-20).

    Same when a name or town shown stands within what the inspector wrote, or the other way round.
    """
    written = situation["place"]
    here = [place for place in places or () if place["country"] == situation["country"]]
    if not written or not here:
        return None
    named = [value for place in here for value in (place["name"], place["town"]) if value]
    close = {NameMatch.PARTIAL, *_SAME_NAME}
    found = any(match_names(business_name(written), business_name(name)) in close for name in named)
    return SAME if found else DIFFERENT


def find_basis(*countries: str | None) -> str | None:
    """Name the law between the States: the weakest link of EU, EEA, CH, UK (A-30)."""
    found = [_basis_of(country) for country in countries]
    if None in found:
        return None
    order = list(_reference()["bases"])
    return max((basis for basis in found if basis), key=order.index)


def _basis_of(country: str | None) -> str | None:
    bases = _reference()["bases"].items()
    return next((name for name, members in bases if country in members), None)


def find_postings(
    document: Facts, situation: Facts, history: Sequence[Facts]
) -> dict[str, bool] | None:
    """Compare with earlier certificates of the same worker (A-25; Decisions A2, A3).

    ``history`` holds ``{"number", "starts", "ends", "states", "employers"}``. Only those for the
    same employer in this country count. None without any, or without dates. Certificates that
    follow on each other without a day between are one posting: there only the sum counts.
    """
    ours = _period(document)
    related = [_period(each) for each in history if _is_related(document, situation, each)]
    earlier = sorted(each for each in related if each is not None)
    if ours is None or not earlier:
        return None
    chain, gap = ours, False
    for starts, ends in reversed([each for each in earlier if each <= ours]):
        following = plus_days(ends, 1) or ends
        free_again = plus_months(following, 2)
        if free_again is not None and chain[0] >= free_again:
            break
        gap = gap or following < chain[0]
        chain = (min(starts, chain[0]), max(ends, chain[1]))
    limit = plus_months(chain[0], 24)
    return {"gap_under_two_months": gap, "over_24_months": limit is not None and chain[1] >= limit}


def _is_related(document: Facts, situation: Facts, other: Facts) -> bool:
    if other["number"] is not None and other["number"] == document["number"]:
        return False
    here = situation["country"] in (other["states"] or ())
    found = {match_employers(each, other["employers"]) for each in document["employers"] or ()}
    return here and not found.isdisjoint({SAME, SIMILAR})


def _period(document: Facts) -> tuple[date, date] | None:
    starts, ends = parse_day(document["starts"]), parse_day(document["ends"])
    return (starts, ends) if starts and ends else None


def numeric_country_code(country: str) -> str | None:
    """Return the three digits that stand for a State on cards (ISO 3166-1 numeric)."""
    code: str | None = _reference()["numeric_country_codes"].get(country)
    return code


def match_card_number(document: Facts) -> bool | None:
    """Say whether a card's number is 20 digits: 80, the numeric country, a serial (E-16)."""
    number, country = document["number"], document["issuing_country"]
    codes = _reference()["numeric_country_codes"]
    if document["kind"] != "ehic" or not number or country not in codes:
        return None
    digits = len(number) == 20 and number.isascii() and number.isdigit()
    return digits and number.startswith(f"80{codes[country]}")


def _plain_id(value: str | None) -> str:
    return "".join(c for c in (value or "").casefold() if c.isalnum())


@cache
def _reference() -> dict[str, Any]:
    text = files("specs").joinpath("inspection", "reference.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
