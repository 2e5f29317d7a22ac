"""Loads over the API: records in, an account of every row out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from esspass.web import now
from issuer.api import shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.listing import write_page
from issuer.loading import Load
from issuer.loading.rows import Row
from issuer.services import services

_TAG = ["Loads"]


@blueprint.get("/loads")
@blueprint.input(shapes.Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.Loads)
@blueprint.doc(tags=_TAG)
def list_loads(wanted: shapes.Paging) -> dict[str, Any]:
    """List loads."""
    loads = services().loading.loads
    found = loads.latest(wanted.page, wanted.size)
    return write_page(map(_load, found), wanted, loads.count_all())


@blueprint.post("/loads")
@blueprint.input(shapes.NewLoad, arg_name="given")
@blueprint.output(shapes.Load, status_code=201)
@blueprint.doc(tags=_TAG)
def add_load(given: shapes.NewLoad) -> dict[str, Any]:
    """Take records in to be checked; the register stays as it is.

    The worker checks what is not checked at once. Ask for the load until its stage is "checked".
    """
    rows = [Row(place, values) for place, values in enumerate(given.rows, 1)]
    office = services().loading
    load_id = office.take_in_rows(rows, given.mapping, given.source, now(), caller().name)
    office.step(load_id, now())
    return _load(office.loads.get(load_id))


@blueprint.get("/loads/<load_id>")
@blueprint.output(shapes.Load)
@blueprint.doc(tags=_TAG)
def get_load(load_id: str) -> dict[str, Any]:
    """Say how far a load is."""
    return _load(services().loading.loads.get(load_id))


@blueprint.get("/loads/<load_id>/errors")
@blueprint.input(shapes.Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.LoadErrors)
@blueprint.doc(tags=_TAG)
def list_load_errors(load_id: str, wanted: shapes.Paging) -> dict[str, Any]:
    """List the refused rows."""
    loads = services().loading.loads
    load = loads.get(load_id)
    found = loads.errors(load.id, wanted.page, wanted.size)
    return write_page(map(asdict, found), wanted, load.refused)


@blueprint.post("/loads/<load_id>/start")
@blueprint.output(shapes.Load)
@blueprint.doc(tags=_TAG)
def start_load(load_id: str) -> dict[str, Any]:
    """Let the sound rows into the register."""
    office = services().loading
    office.loads.get(load_id)
    office.loads.start(load_id, now(), caller().member)
    office.step(load_id, now())
    return _load(office.loads.get(load_id))


@blueprint.post("/loads/<load_id>/discard")
@blueprint.output(shapes.Load)
@blueprint.doc(tags=_TAG)
def discard_load(load_id: str) -> dict[str, Any]:
    """Drop what was taken in."""
    loads = services().loading.loads
    loads.get(load_id)
    loads.discard(load_id, now())
    return _load(loads.get(load_id))


def _load(load: Load) -> dict[str, Any]:
    return {name: getattr(load, name) for name in shapes.Load.model_fields}
