"""Statistics over the API: the margins of a period as JSON or CSV, small numbers left out.

What is left out is null, or an empty field, as on the page. The whole return is signed and goes to
the centre only.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from pydantic import Field
from werkzeug.exceptions import NotAcceptable

from esspass.web import now
from esspass.web.statistics import answer_csv, choose_period, write_json
from issuer.api.blueprint import blueprint
from issuer.api.shapes import Count, Shape
from issuer.returns import create_counting
from issuer.services import services

_JSON, _CSV = "application/json", "text/csv"
_ALSO: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
    200: {"content": {_CSV: {"schema": {"type": "string"}}}}
}
_MONTH = "^((19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2]))?$"


class ReturnPeriod(Shape):
    """Calendar months, the last one included; this year so far, if none is named."""

    first: str = Field("", alias="from", pattern=_MONTH, description="2026-01")
    last: str = Field("", alias="until", pattern=_MONTH, description="2026-12")


class ReturnCell(Shape):
    """A value of the dimension, how often it was counted, and its share of the total."""

    value: str
    count: Count | None = Field(description="null: left out")
    percent: float | None


class ReturnMargin(Shape):
    """A table by one of its dimensions."""

    dimension: str
    total: Count | None = Field(description="null: left out")
    cells: list[ReturnCell]


class StatisticsReturn(Shape):
    """What the institution counted in a period, without small numbers."""

    institution: str
    country: str
    first: str = Field(alias="from")
    last: str = Field(alias="until")
    smallest_cell: Count = Field(description="what is smaller is left out")
    tables: dict[str, list[ReturnMargin]]


@blueprint.get("/statistics/returns")
@blueprint.input(ReturnPeriod, location="query", arg_name="wanted")
@blueprint.output(StatisticsReturn)
@blueprint.doc(tags=["Statistics"], responses=_ALSO)
def get_return(wanted: ReturnPeriod) -> dict[str, Any] | Response:
    """Count a period, as JSON or, where ``Accept`` prefers it, as CSV."""
    accepted = request.accept_mimetypes
    best = accepted.best_match((_JSON, _CSV)) if accepted else _JSON
    if best is None:
        raise NotAcceptable
    period = choose_period(wanted.first, wanted.last, now())
    item = create_counting(services()).count(period, now())
    return answer_csv(item) if best == _CSV else write_json(item)
