"""Offers over the API: make one, see where they stand, cancel."""

from __future__ import annotations

from typing import Any

from esspass.web import now
from issuer.api import shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.listing import cut_page
from issuer.offers import Offer
from issuer.services import services

_TAG = ["Offers"]


@blueprint.get("/decisions/<record_id>/offers")
@blueprint.input(shapes.Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.Offers)
@blueprint.doc(tags=_TAG)
def list_offers(record_id: str, wanted: shapes.Paging) -> dict[str, Any]:
    """List the offers of a decision, the latest first."""
    issuer = services().issuer
    record = issuer.records.get(record_id)
    return cut_page(issuer.offers.of_record(record.id), wanted, _offer)


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "id": offer.id,
        "vct": offer.configuration_id,
        "grant": offer.grant,
        "state": offer.state(now()),
        "created_at": offer.created_at,
        "expires_at": offer.expires_at,
    }


@blueprint.post("/decisions/<record_id>/offers")
@blueprint.input(shapes.NewOffer, arg_name="given")
@blueprint.output(shapes.CreatedOffer, status_code=201)
@blueprint.doc(tags=_TAG)
def create_offer(record_id: str, given: shapes.NewOffer) -> dict[str, Any]:
    """Offer a document to its person.

    Send the person the link; the code of the transaction, if any, goes by another way.
    """
    made = services().issuer.create_offer(
        record_id, given.vct, given.grant, tx_code=given.tx_code, now=now(),
        created_by=caller().name,
    )  # fmt: skip
    return {
        "id": made.id, "uri": made.uri, "tx_code": made.tx_code, "expires_at": made.expires_at
    }  # fmt: skip


@blueprint.post("/offers/<offer_id>/cancel")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def cancel_offer(offer_id: str) -> tuple[str, int]:
    """Cancel an offer that nobody has taken."""
    services().issuer.cancel_offer(offer_id, now(), caller().name)
    return "", 204
