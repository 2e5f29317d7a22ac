"""Loads: a file of records is chosen, checked, looked at, and let into the register."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from esspass.errors import MalformedError
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office.access import signed_in_member
from issuer.loading import ColumnMapping, Load, Stage
from issuer.loading.rows import MAX_BYTES
from issuer.loading.texts import STAGES, describe_row_error
from issuer.services import services

_FORM_PARTS = 64 * 1024
blueprint = require_sign_in(
    page_blueprint("back_office_loads", __name__, max_body=MAX_BYTES + _FORM_PARTS)
)
PAGE_SIZE, ERRORS_SHOWN, REPORT_SIZE = 15, 50, 100_000
_RUNNING = (Stage.CHECKING, Stage.LOADING)


@blueprint.get("/loads")
def index() -> str:
    """List what was taken in, with the form for another file."""
    return _render_index({})


def _render_index(errors: dict[str, str]) -> str:
    office, number = services().loading, max(1, request.args.get("page", 1, type=int))
    loads = office.loads.latest(number, PAGE_SIZE + 1)
    return render_template(
        "back_office/loads.html", loads=loads[:PAGE_SIZE], number=number, errors=errors,
        more=len(loads) > PAGE_SIZE, stages=STAGES, mappings=office.mappings.values(),
        title_of=title_of, source=services().source,
    )  # fmt: skip


def title_of(mapping: ColumnMapping) -> str:
    """Return what a kind of file is called in the reader's language."""
    return mapping.title.get(str(get_locale()), mapping.title["en"])


@blueprint.post("/loads")
def create() -> Response | tuple[str, int]:
    """Take a file in and check its first rows."""
    file = request.files.get("file")
    content = file.read(MAX_BYTES + 1) if file else b""
    if not file or not content:
        return _render_index({"file": gettext("Choose a file that holds something.")}), 400
    load_id = services().loading.take_in(
        content, request.form.get("mapping", ""), file.filename or "", now(), signed_in_user().name
    )
    return _go_on(load_id)


@blueprint.post("/loads/fetch")
def fetch() -> Response:
    """Take in what the institution's own system offers."""
    source = services().source
    if source is None:
        raise MalformedError("no source is set up", code="unknown_mapping")
    mapping = services().config.records_mapping
    load_id = services().loading.take_in_rows(
        source.fetch_rows(), mapping, source.name, now(), signed_in_user().name
    )
    return _go_on(load_id)


@blueprint.get("/loads/<load_id>")
def show(load_id: str) -> str:
    """Show how far a load is, and what was refused."""
    office = services().loading
    load = office.loads.get(load_id)
    return render_template(
        "back_office/load.html", load=load, stage=STAGES[load.stage], facts=_facts(load),
        running=load.stage in _RUNNING, describe=describe_row_error,
        errors=office.loads.errors(load_id, size=ERRORS_SHOWN), errors_shown=ERRORS_SHOWN,
    )  # fmt: skip


def _facts(load: Load) -> list[tuple[str, Any]]:
    mapping = services().loading.mappings.get(load.mapping)
    numbers = [(gettext("Rows"), load.total), (gettext("Refused"), load.refused)]
    if load.stage in (Stage.CHECKING, Stage.CHECKED):
        numbers.insert(1, (gettext("Sound"), load.accepted))
    else:
        numbers[1:1] = [(gettext("New"), load.added), (gettext("Known before"), load.known)]
    if load.waiting:
        numbers.insert(2, (gettext("Of these wait for a second person"), load.waiting))
    kind = title_of(mapping) if mapping else load.mapping
    return [(gettext("Kind of file"), kind), *numbers]


@blueprint.get("/loads/<load_id>/progress")
def progress(load_id: str) -> Response:
    """Tell the page that waits when the rows are through."""
    load = services().loading.loads.get(load_id)
    if load.stage in _RUNNING:
        return jsonify({})
    return jsonify(location=url_for("back_office_loads.show", load_id=load_id))


@blueprint.post("/loads/<load_id>/start")
def start(load_id: str) -> Response:
    """Let the sound rows into the register."""
    services().loading.loads.start(load_id, now(), signed_in_member())
    return _go_on(load_id)


@blueprint.post("/loads/<load_id>/step")
def step(load_id: str) -> Response:
    """Go through the next rows, where no worker does."""
    return _go_on(load_id)


@blueprint.post("/loads/<load_id>/discard")
def discard(load_id: str) -> Response:
    """Drop what was taken in."""
    services().loading.loads.discard(load_id, now())
    flash(gettext("The file is discarded. Nothing of it is in the register."), "success")
    return redirect(url_for("back_office_loads.index"), 303)


def _go_on(load_id: str) -> Response:
    services().loading.step(load_id, now())
    return redirect(url_for("back_office_loads.show", load_id=load_id), 303)


@blueprint.get("/loads/<load_id>/errors.csv")
def errors(load_id: str) -> Response:
    """Send every refused row, for whoever keeps the other system."""
    load = services().loading.loads.get(load_id)
    found = services().loading.loads.errors(load.id, size=REPORT_SIZE)
    rows = [(e.line, e.field, e.code, e.masked, describe_row_error(e.code)) for e in found]
    header = ("line", "column", "code", "shape", "reason")
    return _send_csv("errors.csv", [header, *rows])


@blueprint.get("/loads/columns/<mapping_id>.csv")
def template(mapping_id: str) -> Response:
    """Send an empty file with the columns of a kind."""
    mapping = services().loading.mappings.get(mapping_id)
    if mapping is None or not mapping.columns:
        raise MalformedError("there is no such mapping", code="unknown_mapping")
    return _send_csv(f"{mapping.id}.csv", [tuple(column.name for column in mapping.columns)])


def _send_csv(name: str, rows: list[tuple[Any, ...]]) -> Response:
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in rows)
    disposition = f'attachment; filename="{name}"'
    return Response(
        "\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )  # fmt: skip


def _harmless(cell: Any) -> str:
    """A spreadsheet takes a cell that starts like this for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
