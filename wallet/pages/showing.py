"""Showing by QR code: what for, which entries, and then the codes, which only the page keeps.

The codes travel in the page that answers the form, as symbols to be drawn, so no address and no
store ever holds a claim. ``show.js`` draws them, each in its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import segno
from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from segno import QRCode

from esspass.errors import MalformedError
from esspass.jose.jws import create_json
from esspass.keys.jwk import encode_base64url
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from wallet.cards import create_card
from wallet.credentials import HeldCredential
from wallet.pages.access import holder_id, is_unlocked, locale, open_holder, passkey_url
from wallet.pages.access import the_wallet as wallet
from wallet.pages.purposes import PURPOSE_TEXTS, name_purpose
from wallet.purposes import purposes_of
from wallet.showing import STEP, Choice, ShownCode, find_choices, find_fixed


def create_showing_blueprint() -> Blueprint:
    """Make the blueprint of codes; all of it is for signed-in citizens."""
    blueprint = require_sign_in(page_blueprint("showing", __name__))
    blueprint.add_url_rule("/documents/<credential_id>/show", "choose", choose)
    blueprint.add_url_rule("/documents/<credential_id>/show", "show", show, methods=["POST"])
    return blueprint


def choose(credential_id: str) -> ResponseReturnValue:
    """Ask what for and what of it."""
    return _choose(wallet().find(holder_id(), credential_id), None, "", {})


def show(credential_id: str) -> ResponseReturnValue:
    """Make the codes and hand them to the page."""
    held = wallet().find(holder_id(), credential_id)
    groups, purpose = request.form.getlist("group"), request.form.get("purpose", "")
    if purpose not in purposes_of(held.vct):
        errors = {"purpose": gettext("Choose what the check is about.")}
        return _choose(held, groups, purpose, errors)
    if not is_unlocked():
        return redirect(passkey_url(f"/documents/{held.id}/show"))
    codes = wallet().show(open_holder(), held.id, purpose, now(), groups)
    return render_template(
        "wallet/showing.html",
        card=create_card(held, locale(), now()),
        purpose=purpose,
        purpose_name=name_purpose(purpose),
        groups=groups,
        labels=[
            each.group.labels[_language(each)]
            for each in find_choices(held, locale())
            if each.group.id in groups
        ],
        first=codes[0].texts[0],
        codes=write_codes(codes, now()),
    )


def _choose(
    held: HeldCredential, groups: Sequence[str] | None, purpose: str, errors: Mapping[str, str]
) -> ResponseReturnValue:
    purposes = purposes_of(held.vct)
    if not purposes:
        raise MalformedError("no code is made of this document", code="unknown_purpose")
    choices = find_choices(held, locale())
    if groups is None:
        groups = [choice.group.id for choice in choices if choice.default]
    page = render_template(
        "wallet/show.html",
        card=create_card(held, locale(), now()),
        purposes=[(each, *PURPOSE_TEXTS[each]) for each in purposes],
        purpose=purpose or purposes[0],
        choices=choices,
        groups=groups,
        language=_language(choices[0]) if choices else "en",
        fixed=find_fixed(held, locale()),
        unlocked=is_unlocked(),
        passkey_url=passkey_url(f"/documents/{held.id}/show"),
        errors=errors,
    )
    return page, 400 if errors else 200


def _language(choice: Choice) -> str:
    return locale() if locale() in choice.group.labels else "en"


def write_codes(codes: Sequence[ShownCode], at: int) -> str:
    """Return what ``show.js`` reads; ``at`` is this server's time, against a wrong device clock."""
    written = [
        {"starts": code.starts, "expires": code.expires, "frames": draw_symbols(code.texts)}
        for code in codes
    ]
    return create_json({"now": at, "step": STEP, "codes": written}).decode()


def draw_symbols(texts: Sequence[str]) -> list[list[int | str]]:
    """Draw texts as symbols of one size, so that frames in turn stay in place."""
    drawn = [_make(text) for text in texts]
    version = max(int(each.version) for each in drawn)
    return [
        _write(each if int(each.version) == version else _make(text, version))
        for each, text in zip(drawn, texts, strict=True)
    ]


def _make(text: str, version: int | None = None) -> QRCode:
    return segno.make(
        text, version=version, error="l", mode="alphanumeric", micro=False, boost_error=False
    )


def _write(symbol: QRCode) -> list[int | str]:
    """Return modules per side, and base64url of their bits, row by row."""
    bits = "".join("1" if module else "0" for row in symbol.matrix for module in row)
    padded = bits.ljust(-(-len(bits) // 8) * 8, "0")
    data = int(padded, 2).to_bytes(len(padded) // 8, "big")
    return [len(symbol.matrix), encode_base64url(data)]
