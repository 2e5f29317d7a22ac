"""The start page, a document in full, deleting it, fetching it fresh."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template
from flask_babel import format_timedelta, gettext
from werkzeug.wrappers import Response

from esspass.attestations import attestation_type, describe_type
from esspass.errors import EsspassError
from esspass.web import now, page_blueprint
from esspass.web.passkeys import current_user, login_required
from wallet.cards import Card, create_card
from wallet.covering import SITUATIONS
from wallet.deferred import DeferredCredential
from wallet.pages.access import ask_for_passkey, holder_id, is_unlocked, locale, open_holder
from wallet.pages.access import the_wallet as wallet
from wallet.pages.pictures import find_pictures
from wallet.purposes import purposes_of

CHECK_AGAIN_AFTER = 60


def create_documents_blueprint() -> Blueprint:
    """Make the blueprint of the citizen's documents."""
    blueprint = page_blueprint("documents", __name__)
    for rule, view in (("/", start), ("/documents/<credential_id>", login_required(show)),
                       ("/documents/<credential_id>/delete", login_required(confirm_delete)),
                       ("/waiting", login_required(waiting))):  # fmt: skip
        blueprint.add_url_rule(rule, view.__name__, view)
    for rule, change in (("/documents/<credential_id>/check", check),
                         ("/documents/<credential_id>/renew", renew),
                         ("/documents/<credential_id>/delete", delete),
                         ("/waiting", poll)):  # fmt: skip
        view = login_required(change)
        blueprint.add_url_rule(rule, change.__name__, view, methods=["POST"])
    return blueprint


def start() -> str:
    """Show the documents, or what this wallet is for."""
    user = current_user()
    if user is None:
        return render_template("wallet/welcome.html")
    held = wallet().check_stale(user.id, now())
    cards = [create_card(each, locale(), now()) for each in held]
    return render_template("wallet/home.html", cards=cards, waiting=_waiting())


def show(credential_id: str) -> str:
    """Show one document: card, standing, every claim, what it is for."""
    held = wallet().find(holder_id(), credential_id)
    if now() - held.checked.at >= CHECK_AGAIN_AFTER:
        wallet().check(held, now())
    return render_template(
        "wallet/document.html",
        card=_card(credential_id),
        showable=bool(purposes_of(held.vct)),
        notices=wallet().aftercare.notices.of(holder_id(), held.id),
        locale=locale(),
        coverable=attestation_type(held.vct).kind in SITUATIONS,
        age=_age,
        pictures=find_pictures(credential_id, held.provenance.issuer_name),
    )


def check(credential_id: str) -> Response:
    """Ask now whether the document still holds."""
    wallet().check(wallet().find(holder_id(), credential_id), now())
    flash(gettext("The document was checked just now."), "success")
    return redirect(f"/documents/{credential_id}")


def renew(credential_id: str) -> Response:
    """Fetch fresh copies, unless the document is withdrawn: a fresh one would be so too."""
    card = _card(credential_id)
    address = f"/documents/{card.held.id}"
    if not card.renewable:
        flash(gettext("A withdrawn document has no fresh copies. Ask the institution."), "error")
        return redirect(address)
    if not is_unlocked():
        return ask_for_passkey(address)
    try:
        done = wallet().renew(open_holder(), credential_id, now())
    except EsspassError:
        flash(gettext("The institution gave no fresh copy. Ask it for a new offer."), "error")
        return redirect(address)
    if done:
        flash(gettext("Your wallet has fresh copies of the document."), "success")
    else:
        flash(gettext("The institution needs time. Try again later."), "warning")
    return redirect(address)


def confirm_delete(credential_id: str) -> str:
    """Ask before deleting."""
    return render_template("wallet/delete_document.html", card=_card(credential_id))


def delete(credential_id: str) -> Response:
    """Delete a document."""
    wallet().delete_credential(holder_id(), credential_id, now())
    flash(gettext("The document is deleted."), "success")
    return redirect("/")


def waiting() -> str:
    """Show what institutions are still preparing."""
    return render_template("wallet/waiting.html", waiting=_waiting())


def poll() -> Response:
    """Ask the institutions now."""
    before = wallet().deferred.of_holder(holder_id())
    wait = min((each.next_at for each in before), default=0) - now()
    if wait > 0:
        flash(_describe_wait(wait), "warning")
        return redirect("/waiting")
    try:
        received = wallet().poll(holder_id(), now())
    except EsspassError:
        flash(gettext("A document was refused. The history says why."), "error")
        return redirect("/")
    if received.credential_ids:
        flash(gettext("A document has arrived."), "success")
        return redirect("/")
    if before:
        flash(gettext("Not ready yet. Come back later; nothing is lost."), "warning")
    return redirect("/waiting" if before else "/")


def _describe_wait(seconds: int) -> str:
    """Say when the institution may be asked again (OpenID4VCI 1.0, section 9: ``interval``)."""
    message: str = gettext(
        "The institution wants to be asked less often. You can ask again %(when)s.",
        when=format_timedelta(timedelta(seconds=seconds), add_direction=True, threshold=1),
    )
    return message


def _card(credential_id: str) -> Card:
    return create_card(wallet().find(holder_id(), credential_id), locale(), now())


def _waiting() -> list[tuple[str, str, DeferredCredential]]:
    """Return name of the document, name of the institution, and the rest."""
    return [
        (describe_type(each.state["vct"], locale()), each.state["issuer_name"], each)
        for each in wallet().deferred.of_holder(holder_id())
    ]


def _age(moment: int) -> str:
    """How long ago something was: "2 hours ago"."""
    seconds = max(0, now() - moment)
    if seconds < CHECK_AGAIN_AFTER:
        return str(gettext("just now"))
    age: str = format_timedelta(timedelta(seconds=-seconds), add_direction=True)
    return age
