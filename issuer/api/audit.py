"""Who called this API, for auditors."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from issuer.api import shapes
from issuer.api.blueprint import blueprint
from issuer.api.listing import write_page
from issuer.services import services


@blueprint.get("/accesses")
@blueprint.input(shapes.AccessFilter, location="query", arg_name="wanted")
@blueprint.output(shapes.Accesses)
@blueprint.doc(tags=["Oversight"])
def list_accesses(wanted: shapes.AccessFilter) -> dict[str, Any]:
    """List calls of this API, of one subject or of all."""
    accesses = services().api.accesses
    found = accesses.latest(wanted.subject, wanted.page, wanted.size)
    return write_page(map(asdict, found), wanted, accesses.count(wanted.subject))
