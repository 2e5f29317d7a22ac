"""What became of a document, asking for the next one, its paper."""

from __future__ import annotations

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from esspass.errors import EsspassError, ProtocolError
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from wallet.aftercare import read_number
from wallet.credentials import HeldCredential
from wallet.links import LinkKind, parse_link
from wallet.pages.access import holder_id, locale
from wallet.pages.access import the_wallet as wallet

_NOT_OFFERED = "not_offered"


def create_aftercare_blueprint() -> Blueprint:
    """Make the blueprint; all of it is for signed-in citizens."""
    blueprint = require_sign_in(page_blueprint("aftercare", __name__))
    document = "/documents/<credential_id>"
    blueprint.add_url_rule(f"{document}/notices", "ask", ask, methods=["POST"])
    blueprint.add_url_rule(f"{document}/renewal", "renew", renew, methods=["POST"])
    blueprint.add_url_rule(f"{document}/paper", "paper", paper)
    return blueprint


def ask(credential_id: str) -> ResponseReturnValue:
    """Ask the institution now."""
    held = _find(credential_id)
    try:
        found = wallet().aftercare.ask(held, wallet().inspector.decide(now()), now())
    except EsspassError as error:
        return _back(held, _describe(error))
    if not found:
        return _back(held, gettext("The institution has nothing to say about this document."))
    return redirect(f"{_address(held)}#institution")


def renew(credential_id: str) -> ResponseReturnValue:
    """Ask for what follows; an offer is opened at once, to be accepted on its own page."""
    held = _find(credential_id)
    try:
        renewal = wallet().aftercare.renew(held, wallet().inspector.decide(now()), now())
        if renewal.result == "offered":
            link = parse_link(renewal.offer_uri, wallet().base_url)
            if link.kind is LinkKind.OFFER:
                return redirect(f"/offer?{link.query}")
    except EsspassError as error:
        return _back(held, _describe(error))
    if renewal.result == "requested":
        text = gettext("The institution has your wish and decides. Its answer will stand here.")
        flash(text, "success")
        return redirect(f"{_address(held)}#institution")
    return _back(
        held, gettext("The institution cannot renew this document. Ask it for the reason.")
    )


def paper(credential_id: str) -> ResponseReturnValue:
    """Hand on the sealed PDF; nothing of it is kept here."""
    held = _find(credential_id)
    try:
        decide = wallet().inspector.decide(now())
        pdf = wallet().aftercare.fetch_paper(held, locale(), decide, now())
    except EsspassError as error:
        return _back(held, _describe(error))
    response = Response(pdf, mimetype="application/pdf")
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in read_number(held))
    response.headers["Content-Disposition"] = f'attachment; filename="{name or "document"}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _find(credential_id: str) -> HeldCredential:
    return wallet().find(holder_id(), credential_id)


def _address(held: HeldCredential) -> str:
    return f"/documents/{held.id}"


def _back(held: HeldCredential, text: str) -> ResponseReturnValue:
    flash(text, "error")
    return redirect(_address(held))


def _describe(error: EsspassError) -> str:
    """Say what to do now; the institution's own code is not for people."""
    if error.code == _NOT_OFFERED:
        return str(
            gettext("The institution does not offer this through the wallet. Ask it directly.")
        )
    if isinstance(error, ProtocolError):
        return str(gettext("The institution refused. Ask it for the reason."))
    return str(gettext("The institution cannot be reached now. Try again later."))
