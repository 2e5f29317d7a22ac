"""The centre's pages and files, and the one endpoint that takes returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask_babel import get_locale

from esspass.statistics import (
    Contradiction,
    Period,
    Return,
    combine,
    parse_period,
    reconcile,
    smallest_cell,
)
from esspass.statistics.returns import MAX_BYTES
from esspass.statistics.tables import dimension_title, table
from esspass.statistics.wording import value_name
from esspass.web.blueprints import page_blueprint, protocol_blueprint
from esspass.web.centre.returns import Returns
from esspass.web.settings import now
from esspass.web.statistics.pages import answer_csv
from esspass.web.statistics.view import create_view, write_json

ALL = "EU"


def create_centre_pages(kept: Returns) -> Blueprint:
    """Make the blueprint of what everybody may see."""
    pages = page_blueprint("centre", __name__)
    address = "/periods/<first>/<last>"

    @pages.get("/")
    def index() -> str:
        """List the periods."""
        return render_template("esspass/statistics/centre.html", periods=kept.periods())

    @pages.get(address)
    def show(first: str, last: str) -> str:
        """Show a period: all countries, or one."""
        period, country = parse_period(first, last), request.args.get("country", ALL)
        items = kept.of_period(period)
        item = _join(items, country)
        return render_template(
            "esspass/statistics/period.html",
            item=item,
            country=country,
            countries=sorted({each.country for each in items}),
            returns=items,
            tables=create_view(item, str(get_locale())),
            contradictions=[_describe(each) for each in reconcile(items)],
            smallest=smallest_cell(),
        )

    @pages.get(f"{address}/statistics.csv")
    def as_csv(first: str, last: str) -> Response:
        """Hand out the margins as CSV."""
        return answer_csv(_find(kept, first, last))

    @pages.get(f"{address}/statistics.json")
    def as_json(first: str, last: str) -> Response:
        """Hand out the margins as JSON."""
        return jsonify(write_json(_find(kept, first, last)))

    return pages


def create_returns_endpoint(kept: Returns) -> Blueprint:
    """Make the blueprint of the endpoint that takes returns."""
    endpoint = protocol_blueprint("returns", __name__, max_body=MAX_BYTES)

    @endpoint.post("/returns")
    def take() -> Response:
        """Take a signed return; answer where it contradicts others."""
        token = request.get_data(as_text=True)
        return jsonify(contradictions=[asdict(each) for each in kept.take(token, now())])

    return endpoint


def _find(kept: Returns, first: str, last: str) -> Return:
    return _join(kept.of_period(parse_period(first, last)), request.args.get("country", ALL))


def _join(items: list[Return], country: str) -> Return:
    chosen = [each for each in items if country in (ALL, each.country)]
    if not chosen:
        abort(404)
    return combine(chosen, country, country)


def _describe(found: Contradiction) -> Mapping[str, Any]:
    """Say where two numbers differ; small ones are not shown."""
    locale = str(get_locale())
    cell = [_name(*each, locale) for each in zip(found.by, found.cell, strict=True)]
    numbers = (found.stated, found.expected)
    shown = all(n == 0 or n >= smallest_cell() for n in numbers)
    what = (found.check, found.first, found.second)
    shown_numbers = numbers if shown else None
    return {"what": what, "contradiction": found, "cell": cell, "numbers": shown_numbers}


def _name(dimension: str, value: str, locale: str) -> tuple[str, str]:
    if dimension == "table":
        return "", table(value).title(locale)
    return dimension_title(dimension, locale), value_name(dimension, value, locale)


def period_name(period: Period) -> str:
    """Name a period in the page's language."""
    locale = str(get_locale())
    months = [value_name("month", each, locale) for each in (period.first, period.last)]
    return months[0] if months[0] == months[1] else " - ".join(months)
