"""The desk's code: who asks for which dates, which institution, what is sent; what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from esspass.attestations import describe_claims
from esspass.errors import MalformedError
from esspass.sdjwt import create_presentation, parse_sd_jwt_vc
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from wallet.pages.access import holder_id, is_unlocked, locale, open_holder, passkey_url
from wallet.pages.access import the_wallet as wallet
from wallet.presentation_request import choose_text
from wallet.replacing import (
    IDENTITY,
    AskedReplacement,
    find_identity,
    find_institutions,
    verify_asked,
)

LIFETIME = 900


def create_replacing_blueprint() -> Blueprint:
    """Make the blueprint of replacement certificates; all of it is for signed-in citizens."""
    blueprint = require_sign_in(page_blueprint("replacing", __name__))
    blueprint.add_url_rule("/replacement", "open_asked", open_asked)
    blueprint.add_url_rule("/replacement/result/<pending_id>", "show_reply", show_reply)
    blueprint.add_url_rule("/replacement/<pending_id>", "show_asked", show_asked)
    blueprint.add_url_rule("/replacement/<pending_id>", "answer", answer, methods=["POST"])
    return blueprint


def open_asked() -> ResponseReturnValue:
    """Fetch the desk's request once and remember it."""
    query = request.query_string.decode("ascii", "replace")
    asked = wallet().replacing.fetch(query, wallet().inspector.decide(now()), now())
    members = {"token": asked.token}
    until = now() + LIFETIME
    pending_id = wallet().pending.add("replacement", holder_id(), members, until, now())
    return redirect(f"/replacement/{pending_id}")


def show_asked(pending_id: str) -> ResponseReturnValue:
    """Show who asks, for when, and what would be sent."""
    members = wallet().pending.read("replacement", holder_id(), pending_id, now())
    return _page(pending_id, _read(members), "", {})


def answer(pending_id: str) -> ResponseReturnValue:
    """Send it on, or decline."""
    if request.form.get("answer") != "send":
        wallet().pending.take("replacement", holder_id(), pending_id, now())
        return redirect("/")
    if not is_unlocked():
        return redirect(passkey_url(f"/replacement/{pending_id}"))
    members = wallet().pending.read("replacement", holder_id(), pending_id, now())
    asked, issuer = _read(members), request.form.get("institution", "")
    held = wallet().credentials.of_holder(holder_id())
    known = find_institutions(held, wallet().inspector.trust.view(now()))
    identity = find_identity(held)
    if identity is None or issuer not in known:
        errors = {"institution": gettext("Choose the institution that insures you.")}
        return _page(pending_id, asked, issuer, errors)
    decide = wallet().inspector.decide(now())
    reply = wallet().replacing.send(open_holder(), asked, identity, issuer, decide, now())
    wallet().pending.take("replacement", holder_id(), pending_id, now())
    kept = {**asdict(reply), "desk": asked.request.desk_name}
    kept_id = wallet().pending.add("reply", holder_id(), kept, now() + LIFETIME, now())
    return redirect(f"/replacement/result/{kept_id}")


def show_reply(pending_id: str) -> ResponseReturnValue:
    """Show what came of it; a refusal is said here and nowhere else."""
    reply = wallet().pending.read("reply", holder_id(), pending_id, now())
    if reply is None:
        raise MalformedError("no such result is open", code="pending_gone")
    sentence = choose_text(reply["sentence"], locale())
    return render_template("wallet/replaced.html", reply=reply, sentence=sentence)


def _read(members: Mapping[str, str] | None) -> AskedReplacement:
    if members is None:
        raise MalformedError("no such request is open", code="pending_gone")
    return verify_asked(members["token"], wallet().inspector.decide(now()), now())


def _page(
    pending_id: str, asked: AskedReplacement, issuer: str, errors: Mapping[str, str]
) -> ResponseReturnValue:
    held = wallet().credentials.of_holder(holder_id())
    identity = find_identity(held)
    institutions = find_institutions(held, wallet().inspector.trust.view(now()))
    shown = []
    if identity is not None:
        sent = parse_sd_jwt_vc(create_presentation(identity.text, IDENTITY))
        shown = describe_claims(identity.vct, sent.claims, locale())
    page = render_template(
        "wallet/replacement.html",
        pending_id=pending_id,
        desk=asked.desk,
        asked=asked.request,
        institutions=institutions,
        issuer=issuer or next(iter(institutions), ""),
        identity=identity,
        shown=shown,
        unlocked=is_unlocked(),
        passkey_url=passkey_url(f"/replacement/{pending_id}"),
        errors=errors,
    )
    return page, 400 if errors else 200
