"""Certificates for people who stay here without their card: ask for them abroad, over the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from esspass.attestations import create_person_record, parse_person_record
from esspass.errors import MalformedError, VerificationError
from esspass.exchange.entitlement import MAX_STAY_DAYS, EntitlementRequest
from esspass.web import now
from issuer.api import stay_shapes as shapes
from issuer.api.blueprint import blueprint, caller
from issuer.api.listing import write_page
from issuer.api.shapes import Paging
from issuer.exchange.replacement_cases import EntitlementOffice
from issuer.exchange.stays import Stay
from issuer.paging import find_start
from issuer.services import services

_TAG = ["Certificates from abroad"]


class NoPartnerError(VerificationError):
    """No institution of that State takes such requests now."""

    code = "receiver_not_ready"


@blueprint.get("/entitlement-requests")
@blueprint.input(Paging, location="query", arg_name="wanted")
@blueprint.output(shapes.StayPage)
@blueprint.doc(tags=_TAG)
def list_stays(wanted: Paging) -> dict[str, Any]:
    """List what was asked for, the latest first."""
    stays = _office().stays
    found = stays.latest(wanted.size, find_start(wanted.page, wanted.size))
    return write_page(map(_stay, found), wanted, stays.count())


@blueprint.get("/entitlement-requests/<case_id>")
@blueprint.output(shapes.Stay)
@blueprint.doc(tags=_TAG)
def get_stay(case_id: str) -> dict[str, Any]:
    """Read what was asked for in a case, and what was answered."""
    return _stay(_office().stays.get(case_id))


@blueprint.post("/entitlement-requests")
@blueprint.input(shapes.NewStay, arg_name="given")
@blueprint.output(shapes.Stay, status_code=201)
@blueprint.doc(tags=_TAG)
def ask_for_stay(given: shapes.NewStay) -> dict[str, Any]:
    """Ask the institution where the person is insured."""
    if not 0 <= (given.ends - given.starts).days <= MAX_STAY_DAYS:
        raise MalformedError("a temporary stay lasts a day to a year", code="bad_period")
    person = parse_person_record(given.model_dump(mode="json", exclude_none=True)["person"])
    asked = EntitlementRequest(person, given.starts, given.ends, given.reason, given.facility)
    reference = f"{caller().client.id}/{given.reference}"
    stay = _office().ask(asked, given.country, now(), caller().name, reference)
    if stay is None:
        raise NoPartnerError
    return _stay(stay)


def _office() -> EntitlementOffice:
    return services().joined.entitlements


def _stay(stay: Stay) -> dict[str, Any]:
    own = ("case_id", "country", "starts", "ends", "asked_at", "answered_at", "status", "seal")
    return {
        **{name: getattr(stay, name) for name in own},
        "institution": stay.institution_id,
        "person": create_person_record(stay.person),
        "certificate": asdict(stay.certificate) if stay.certificate else None,
    }
