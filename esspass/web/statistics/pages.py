"""An institution's own statistics: a page with charts, files, and the signed return to hand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import get_locale

from esspass.errors import UnavailableError
from esspass.keys.signer import Signer
from esspass.statistics import Period, Return, create_return, parse_period, smallest_cell
from esspass.web.blueprints import page_blueprint
from esspass.web.settings import now
from esspass.web.statistics.view import create_view, write_csv, write_json

MEDIA_TYPE = "application/jwt"


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts for a period, and signs the return (not without ``signer``)."""

    count: Callable[[Period, int], Return]
    signer: Signer | None

    def sign(self, period: Period, now: int) -> str:
        """Count and sign a return. Raises UnavailableError ``no_exchange_key``."""
        if self.signer is None:
            raise UnavailableError("there is no key to sign returns with", code="no_exchange_key")
        return create_return(self.count(period, now), self.signer)


def create_statistics_blueprint(counting: Counting) -> Blueprint:
    """Make the blueprint; whoever registers it guards it."""
    blueprint = page_blueprint("statistics", __name__)

    @blueprint.get("/statistics")
    def show() -> str:
        """Show the margins of a period with a bar for every value."""
        item = counting.count(read_period(now()), now())
        return render_template(
            "esspass/statistics/own.html",
            item=item,
            tables=create_view(item, str(get_locale())),
            smallest=smallest_cell(),
            can_sign=counting.signer is not None,
        )

    @blueprint.get("/statistics.csv")
    def as_csv() -> Response:
        """Hand out the margins as CSV."""
        return answer_csv(counting.count(read_period(now()), now()))

    @blueprint.get("/statistics.json")
    def as_json() -> Response:
        """Hand out the margins as JSON."""
        return jsonify(write_json(counting.count(read_period(now()), now())))

    @blueprint.get("/statistics/return.jwt")
    def signed() -> Response:
        """Hand out the whole return, signed, for whoever centralises."""
        period = read_period(now())
        body = counting.sign(period, now())
        return _file(body, MEDIA_TYPE, f"return-{period.first}-{period.last}.jwt")

    return blueprint


def read_period(at: int) -> Period:
    """Read the period of an address; this year so far without one. Raises MalformedError."""
    return choose_period(request.args.get("from", ""), request.args.get("until", ""), at)


def choose_period(first: str, last: str, at: int) -> Period:
    """Return a period; what is empty is this year so far. Raises MalformedError."""
    today = datetime.fromtimestamp(at, UTC)
    return parse_period(first or f"{today.year}-01", last or f"{today:%Y-%m}")


def answer_csv(item: Return) -> Response:
    """Answer with the margins as a CSV file."""
    name = f"statistics-{item.period.first}-{item.period.last}.csv"
    return _file(write_csv(item), "text/csv; charset=utf-8", name)


def _file(body: str, media_type: str, name: str) -> Response:
    response = Response(body, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
