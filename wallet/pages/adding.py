"""Adding: a pasted link or a scanned code, the offer, the sign-in at the issuer.

A scanned text is never followed by itself: the page shows what it asks for and the whole host
first (quishing). Before anything is accepted, the page names who offers (OpenID4VCI 1.0, 13.6.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from esspass.attestations import attestation_types, describe_type
from esspass.errors import EsspassError, MalformedError, ProtocolError
from esspass.openid4vci.metadata import CredentialConfiguration
from esspass.openid4vci.offer import create_credential_offer, parse_credential_offer
from esspass.web import allow_form_action, now, page_blueprint
from esspass.web.passkeys import require_sign_in
from wallet.discovery import ResolvedOffer
from wallet.issuance import Received
from wallet.links import parse_link
from wallet.pages.access import holder_id, is_unlocked, locale, open_holder, passkey_url
from wallet.pages.access import the_wallet as wallet
from wallet.pages.pictures import find_pictures
from wallet.type_metadata import clean_text, fetch_display_names

LIFETIME = 900
_MAX_TX_CODE = 64


def create_adding_blueprint() -> Blueprint:
    """Make the blueprint of adding documents; all of it is for signed-in citizens."""
    blueprint = require_sign_in(page_blueprint("adding", __name__))
    blueprint.add_url_rule("/add", "add", add)
    blueprint.add_url_rule("/add", "read", read, methods=["POST"])
    blueprint.add_url_rule("/offer", "open_offer", open_offer)
    blueprint.add_url_rule("/offer/callback", "callback", callback)
    blueprint.add_url_rule("/offer/<pending_id>", "show_offer", show_offer)
    blueprint.add_url_rule("/offer/<pending_id>", "answer_offer", answer_offer, methods=["POST"])
    return blueprint


def add() -> str:
    """Ask for a link or a code."""
    return render_template("wallet/add.html", errors={}, text="")


def read() -> ResponseReturnValue:
    """Say what a text asks for, and who stands behind it; open nothing yet."""
    text = request.form.get("link", "")
    try:
        link = parse_link(text, wallet().base_url)
    except MalformedError:
        problem = gettext("This is not an offer or a request for this wallet.")
        errors = {"link": problem if text.strip() else gettext("Paste a link or scan a code.")}
        return render_template("wallet/add.html", errors=errors, text=text[:500]), 400
    return render_template("wallet/link.html", link=link)


def open_offer() -> ResponseReturnValue:
    """Read an offer and remember it, so that the page can be reloaded."""
    query = request.query_string.decode("ascii", "replace")
    resolved = wallet().resolve_offer(f"openid-credential-offer://?{query}", now())
    members = {"offer": create_credential_offer(resolved.offer)}
    until = now() + LIFETIME
    pending_id = wallet().pending.add("offer", holder_id(), members, until, now())
    wallet().keep_offer_pictures(holder_id(), pending_id, resolved, until, now())
    return redirect(f"/offer/{pending_id}")


def show_offer(pending_id: str) -> ResponseReturnValue:
    """Show who offers what."""
    return _offer_page(pending_id, _resolve(pending_id), {})


def answer_offer(pending_id: str) -> ResponseReturnValue:
    """Accept or decline an offer."""
    if request.form.get("answer") != "accept":
        wallet().pending.take("offer", holder_id(), pending_id, now())
        flash(gettext("You declined the offer. Nothing was added."), "success")
        return redirect("/")
    if not is_unlocked():
        return redirect(passkey_url(f"/offer/{pending_id}"))
    resolved = _resolve(pending_id)
    if resolved.offer.pre_authorized is None:
        return _begin_authorization(pending_id, resolved)
    return _accept(pending_id, resolved)


def callback() -> ResponseReturnValue:
    """Come back from the issuer's sign-in; ``state`` names what was begun (RFC 6749, 4.1.2)."""
    state = request.args.get("state", "")
    begun = wallet().pending.take("authorization", holder_id(), state, now())
    if begun is None:
        raise MalformedError("no such sign-in was begun here", code="pending_gone")
    decide = wallet().inspector.decide(now())
    received = wallet().issuance.finish_authorization(
        open_holder(), begun, request.url, decide, now()
    )
    return _received(received)


def _accept(pending_id: str, resolved: ResolvedOffer) -> ResponseReturnValue:
    """A wrong code may be corrected; how often is up to the issuer."""
    tx_code = request.form.get("tx_code", "").strip()[:_MAX_TX_CODE] or None
    grant = resolved.offer.pre_authorized
    if grant is not None and grant.tx_code is not None and tx_code is None:
        return _offer_page(pending_id, resolved, {"tx_code": gettext("Enter the code.")})
    try:
        received = wallet().issuance.accept_pre_authorized(open_holder(), resolved, tx_code, now())
    except ProtocolError as error:
        if error.code != "invalid_grant" or tx_code is None:
            raise
        problem = gettext("The code is wrong, or the offer is no longer open.")
        return _offer_page(pending_id, resolved, {"tx_code": problem})
    wallet().pending.take("offer", holder_id(), pending_id, now())
    return _received(received)


def _begin_authorization(pending_id: str, resolved: ResolvedOffer) -> ResponseReturnValue:
    begun = wallet().issuance.begin_authorization(resolved, now())
    state = begun.state["state"]
    wallet().pending.add(
        "authorization", holder_id(), begun.state, now() + LIFETIME, now(), pending_id=state
    )
    wallet().pending.take("offer", holder_id(), pending_id, now())
    return redirect(begun.url)


def _received(received: Received) -> ResponseReturnValue:
    if wallet().settle(holder_id(), now()):
        flash(gettext("It replaces your proof of application, which is no longer here."), "success")
    if received.deferred_ids:
        return redirect("/waiting")
    flash(gettext("The document is in your wallet."), "success")
    only = received.credential_ids if len(received.credential_ids) == 1 else ()
    return redirect(f"/documents/{only[0]}" if only else "/")


def _resolve(pending_id: str) -> ResolvedOffer:
    members = wallet().pending.read("offer", holder_id(), pending_id, now())
    if members is None:
        raise MalformedError("no such offer is open", code="pending_gone")
    return wallet().resolve_again(parse_credential_offer(members["offer"]), now())


def _offer_page(
    pending_id: str, resolved: ResolvedOffer, errors: Mapping[str, str]
) -> ResponseReturnValue:
    grant = resolved.offer.pre_authorized
    if grant is None and resolved.server.authorization_endpoint:
        allow_form_action(resolved.server.authorization_endpoint)
    tx_code = grant.tx_code if grant else None
    page = render_template(
        "wallet/offer.html",
        pending_id=pending_id,
        party=resolved.party,
        documents=[_describe(each) for each in resolved.offered],
        pictures=find_pictures(pending_id, resolved.party.name),
        signs_in=grant is None,
        tx_code=tx_code,
        tx_code_hint=clean_text(tx_code.description, 300) if tx_code else "",
        unlocked=is_unlocked(),
        passkey_url=passkey_url(f"/offer/{pending_id}"),
        errors=errors,
    )
    return page, 400 if errors else 200


@dataclass(frozen=True, slots=True)
class OfferedDocument:
    """A document on offer; ``kind`` is empty when this wallet cannot keep it."""

    kind: str
    name: str


def _describe(configuration: CredentialConfiguration) -> OfferedDocument:
    """Name a document on offer; a foreign name is plain text from its type's metadata."""
    known = attestation_types().get(configuration.vct)
    if known is not None:
        return OfferedDocument(known.kind, describe_type(known.vct, locale()))
    try:
        names = fetch_display_names(configuration.vct, {}, wallet().issuance.desk.fetcher)
    except EsspassError:
        names = {}
    by_language = {tag.partition("-")[0]: name for tag, name in reversed(names.items())}
    name = by_language.get(locale()) or by_language.get("en") or clean_text(configuration.vct, 80)
    return OfferedDocument("", name)
