"""Requests for renewal over the API: list, grant, decline."""

from __future__ import annotations

from typing import Any

from esspass.web import now
from issuer.api import shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.listing import Answered, cut_page
from issuer.api.second_looks import answer_proposal
from issuer.renewals import Renewal
from issuer.services import services

_TAG = ["Renewals"]


@blueprint.get("/renewal-requests")
@blueprint.input(shapes.Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.RenewalPage)
@blueprint.doc(tags=_TAG)
def list_renewals(wanted: shapes.Paging) -> dict[str, Any]:
    """List what holders asked for and nobody has decided, the oldest hundred first."""
    return cut_page(services().issuer.renewals.open_requests(), wanted, _renewal)


@blueprint.post("/renewal-requests/<record_id>/grant")
@blueprint.output(shapes.Renewed)
@blueprint.doc(tags=_TAG)
def grant_renewal(record_id: str) -> Answered:
    """Grant: a new card is made, a risky one as a proposal (202); a new A1 is entered apart."""
    renewed = services().issuer.renewals.grant(record_id, now(), caller().member)
    if renewed is None:
        return {"decision": None}
    return answer_proposal(renewed.id) or {"decision": renewed.id}


@blueprint.post("/renewal-requests/<record_id>/decline")
@blueprint.output({}, status_code=204)
@blueprint.doc(tags=_TAG)
def decline_renewal(record_id: str) -> tuple[str, int]:
    """Decline; the holder is told."""
    services().issuer.renewals.decline(record_id, now(), caller().name)
    return "", 204


def _renewal(renewal: Renewal) -> dict[str, Any]:
    record = renewal.record
    return {
        "decision": record.id,
        "kind": record.kind,
        "number": record.number,
        "requested_at": renewal.requested_at,
    }
