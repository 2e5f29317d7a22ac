"""Offering a document: a link and a QR code for the person, a second code shown once."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.errors import EsspassError, MalformedError
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office.decisions import render_decision
from issuer.offers import Grant, OfferState
from issuer.service import OfferError
from issuer.services import services

blueprint = require_sign_in(page_blueprint("back_office_offers", __name__))


@blueprint.get("/decisions/<record_id>/offer")
def new(record_id: str) -> str:
    """Show the form."""
    record = services().issuer.records.get(record_id)
    return render_decision("back_office/offer_form.html", record, error="", later=False)


@blueprint.post("/decisions/<record_id>/offer")
def create(record_id: str) -> Response:
    """Make the offer and show it; the transaction code is on this page only."""
    record, later = services().issuer.records.get(record_id), bool(request.form.get("later"))
    try:
        grant, with_tx_code = _read_choice(request.form.get("grant", ""))
        made = services().issuer.create_offer(
            record_id,
            request.form.get("vct", ""),
            grant,
            tx_code=with_tx_code,
            now=now(),
            created_by=signed_in_user().name,
            later=later,
        )
    except (OfferError, MalformedError) as error:
        page = render_decision(
            "back_office/offer_form.html", record, error=_explain(error), later=later
        )
        return Response(page, 400, mimetype="text/html")
    issuer = services().issuer
    page = render_decision(
        "back_office/offer.html", issuer.records.get(record_id), offer=issuer.offers.get(made.id),
        tx_code=made.tx_code, open=True, **_links(made.id),
    )  # fmt: skip
    return Response(page, 201, mimetype="text/html")


def _read_choice(text: str) -> tuple[Grant, bool]:
    """Read the choice of the form: sign-in, code, or code with a second one."""
    choices = {
        "authorization": (Grant.AUTHORIZATION, False),
        "pre-authorized": (Grant.PRE_AUTHORIZED, False),
        "pre-authorized-tx-code": (Grant.PRE_AUTHORIZED, True),
    }
    if text not in choices:
        raise MalformedError("no such choice", code="grant_missing")
    return choices[text]


def _explain(error: EsspassError) -> str:
    texts = {
        "grant_missing": gettext("Choose how the person proves to be the right one"),
        "unknown_type": gettext("Choose a form of the document"),
        "wrong_state": gettext("The document was withdrawn or refused"),
        "not_issuable": gettext("The document is over, or cannot be written in this form"),
    }
    return str(texts.get(error.code, gettext("The document cannot be offered")))


@blueprint.get("/decisions/<record_id>/offers/<offer_id>")
def show(record_id: str, offer_id: str) -> str:
    """Show an offer again, without the transaction code."""
    record, offer = services().issuer.records.get(record_id), services().issuer.offers.get(offer_id)
    if offer is None or offer.record_id != record.id:
        raise NotFound
    return render_decision(
        "back_office/offer.html", record, offer=offer, tx_code=None,
        open=offer.state(now()) is OfferState.OPEN, **_links(offer_id),
    )  # fmt: skip


def _links(offer_id: str) -> dict[str, str | None]:
    """Return the offer by reference, by value, and for the web wallet if there is one."""
    issuer, wallet = services().issuer, services().config.wallet_url
    return {
        "uri": issuer.offer_uri(offer_id),
        "uri_by_value": issuer.offer_uri_by_value(offer_id),
        "wallet_link": issuer.offer_uri(offer_id, f"{wallet}/offer") if wallet else None,
    }


@blueprint.post("/decisions/<record_id>/offers/<offer_id>/cancel")
def cancel(record_id: str, offer_id: str) -> Response:
    """Cancel an offer."""
    services().issuer.cancel_offer(offer_id, now(), signed_in_user().name)
    flash(gettext("The offer is cancelled. Its link no longer works."), "success")
    return redirect(url_for("decisions.show", record_id=record_id), 303)
