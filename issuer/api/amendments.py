"""Changed decisions over the API."""

from __future__ import annotations

from esspass.attestations.records import parse_record
from esspass.web import now
from issuer.api import shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.decisions import show_decision, unchanged
from issuer.api.listing import Answered
from issuer.api.second_looks import answer_proposal
from issuer.reasons import AmendmentReason
from issuer.services import services


@blueprint.post("/decisions/<record_id>/amendments")
@blueprint.input(shapes.Amendment, arg_name="given")
@blueprint.output(shapes.Decision, status_code=201)
@blueprint.doc(tags=["Decisions"])
def amend_decision(record_id: str, given: shapes.Amendment) -> Answered:
    """Change an A1 in force: a new decision takes its place.

    A risky one is put before a second person (202); until then the old one is in force.
    """
    document = parse_record(given.model_dump(mode="json", exclude_none=True)["document"])
    reason, looks = AmendmentReason(given.reason), services().second_looks
    with unchanged(record_id) as record:
        made = looks.amend(record.id, document, reason, caller().member, now())
    return answer_proposal(made.id) or show_decision(made)
