"""Institutions abroad and what of theirs was refused, over the API."""

from __future__ import annotations

from typing import Any

from esspass.exchange.case_type import case_type
from esspass.exchange.partners import require_directory
from esspass.web import now
from issuer.api import case_shapes as shapes
from issuer.api.blueprint import blueprint
from issuer.api.listing import cut_page, pick
from issuer.api.shapes import Paging
from issuer.exchange.outbox import Delivery
from issuer.services import services

_TAG = ["Cases"]


@blueprint.get("/partners")
@blueprint.input(shapes.PartnerFilter, location="query", arg_name="wanted")
@blueprint.output(shapes.Partners)
@blueprint.doc(tags=_TAG)
def list_partners(wanted: shapes.PartnerFilter) -> dict[str, Any]:
    """List the institutions of a State that take part in a type of case now."""
    desk, at, kind = services().desk, now(), case_type(wanted.case_type)
    directory = require_directory(desk.view_of(at).directory, at)
    found = directory.find_partners(kind.id, wanted.role, wanted.country, at)
    partners = [each for each in found if each.institution_id != desk.me]
    return cut_page(
        partners, wanted,
        lambda each: {"id": each.institution_id, "name": each.entity, "country": each.country},
    )  # fmt: skip


@blueprint.get("/refusals")
@blueprint.input(Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.Refusals)
@blueprint.doc(tags=_TAG)
def list_refusals(wanted: Paging) -> dict[str, Any]:
    """List messages of others that were refused, the latest hundred first."""
    found = services().desk.refusals.latest()
    return cut_page(found, wanted, lambda refusal: pick(refusal, shapes.Refusal))


@blueprint.post("/refusals/<path:reference>/see")
@blueprint.input(shapes.Seen, arg_name="given")
@blueprint.output(shapes.WasNew)
@blueprint.doc(tags=_TAG)
def see_refusal(reference: str, given: shapes.Seen) -> dict[str, Any]:
    """Note that somebody saw a refusal; not if it came once more meanwhile."""
    return {"was_new": services().desk.refusals.mark_seen(reference, given.times, now())}


@blueprint.get("/undelivered")
@blueprint.input(Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.UndeliveredPage)
@blueprint.doc(tags=_TAG)
def list_undelivered(wanted: Paging) -> dict[str, Any]:
    """List messages of ours that were given up and nobody has settled."""
    given_up = services().desk.keeper.outbox.given_up()
    return cut_page(given_up, wanted, _undelivered)


def _undelivered(entry: tuple[Delivery, str]) -> dict[str, Any]:
    delivery, task_id = entry
    return {**pick(delivery, shapes.GivenUp), "task": task_id}
