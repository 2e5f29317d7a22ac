"""History and account: what was shown to whom, one's own data, leaving."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from esspass.attestations import attestation_types, describe_path, describe_type
from esspass.errors import ProtocolError
from esspass.openid4vp.refusal import ERRORS
from esspass.web import now, page_blueprint
from esspass.web.error_texts import ERROR_TEXTS as KERNEL_TEXTS
from esspass.web.passkeys import (
    PasskeyStore,
    ServerSessionStore,
    forget_session,
    require_sign_in,
    signed_in_user,
)
from esspass.web.reason_texts import REASONS
from wallet.covering import OUTCOME_KINDS, name_ending
from wallet.history import Event, SharedClaims
from wallet.keys import SERVER
from wallet.pages.access import ask_for_passkey, holder_id, is_unlocked, locale
from wallet.pages.access import the_wallet as wallet
from wallet.pages.purposes import name_purpose
from wallet.pages.wording import ERROR_TEXTS, EVENTS, describe_request_error
from wallet.presentation_request import choose_text


def create_account_blueprint(passkeys: PasskeyStore, sessions: ServerSessionStore) -> Blueprint:
    """Make the blueprint of history and account; all of it is for signed-in citizens."""
    blueprint = require_sign_in(page_blueprint("account", __name__))
    blueprint.add_url_rule("/history", "history", history)
    blueprint.add_url_rule("/history/clear", "confirm_clear", confirm_clear)
    blueprint.add_url_rule("/history/clear", "clear", clear, methods=["POST"])
    entry = "/history/<entry_id>/delete"
    blueprint.add_url_rule(entry, "confirm_delete_entry", confirm_delete_entry)
    blueprint.add_url_rule(entry, "delete_entry", delete_entry, methods=["POST"])
    blueprint.add_url_rule("/account", "account", account)
    blueprint.add_url_rule("/account/export", "export", export)
    blueprint.add_url_rule("/account/delete", "confirm_delete", confirm_delete)

    @blueprint.post("/account/delete")
    def delete() -> Response:
        """Delete everything of this citizen, the way to sign in last."""
        if not is_unlocked():
            return ask_for_passkey("/account/delete")
        user_id = holder_id()
        wallet().delete_holder(user_id, now())
        forget_session()
        sessions.delete_all(user_id)
        passkeys.delete_user(user_id)
        flash(gettext("Your wallet and everything in it is deleted."), "success")
        return redirect("/")

    return blueprint


def history() -> str:
    """Show what happened, newest first, perhaps of one kind."""
    wish = request.args.get("event", "")
    event = Event(wish) if wish in set(Event) else None
    entries = wallet().history.of_holder(holder_id(), event)
    return render_template(
        "wallet/history.html",
        entries=entries,
        chosen=event.value if event else "",
        events=EVENTS,
        describe_shared=_describe_shared,
        name_purpose=name_purpose,
        name_outcome=_name_outcome,
        receipt_kinds=OUTCOME_KINDS,
        describe_stop=_describe_stop,
        describe_purpose=lambda texts: choose_text(texts, locale()),
    )


def confirm_clear() -> str:
    """Ask before the history is cleared."""
    return render_template("wallet/clear_history.html")


def clear() -> Response:
    """Clear the history."""
    wallet().history.delete_all(holder_id())
    flash(gettext("The history is cleared."), "success")
    return redirect("/history")


def confirm_delete_entry(entry_id: str) -> str:
    """Ask before one entry is deleted."""
    found = wallet().history.get(holder_id(), entry_id)
    if found is None:
        raise _entry_gone()
    return render_template(
        "wallet/delete_entry.html", entry=found, events=EVENTS, describe_shared=_describe_shared
    )


def delete_entry(entry_id: str) -> Response:
    """Delete one entry."""
    if not wallet().history.delete(holder_id(), entry_id):
        raise _entry_gone()
    flash(gettext("The entry is deleted."), "success")
    return redirect("/history")


def _entry_gone() -> ProtocolError:
    return ProtocolError("there is no such entry here", code="unknown_entry", status=404)


def account() -> str:
    """Show how the wallet is protected, and what can be taken along or deleted."""
    protections = wallet().keys.protections(holder_id())
    return render_template(
        "wallet/account.html", user=signed_in_user(), by_passkey=SERVER not in protections
    )


def export() -> Response:
    """Hand out everything kept about the citizen, as a file."""
    response = jsonify(wallet().export(holder_id(), now()))
    response.headers["Content-Disposition"] = 'attachment; filename="wallet.json"'
    return response


def confirm_delete() -> str:
    """Ask before everything is deleted."""
    return render_template("wallet/delete_account.html", unlocked=is_unlocked())


def _describe_shared(shared: SharedClaims) -> tuple[str, Sequence[str]]:
    """Return the name of a document and of the claims that were shown, each once."""
    if shared.vct not in attestation_types():
        return shared.vct, ()
    labels = (describe_path(shared.vct, path, locale()) for path in shared.paths)
    return describe_type(shared.vct, locale()), tuple(dict.fromkeys(labels))


def _name_outcome(outcome: str) -> str:
    """Name an outcome as the rules of inspection do."""
    return name_ending(outcome, locale())


def _describe_stop(code: str) -> str:
    """Say why something was stopped, in the words of the page that stopped it."""
    if code in REASONS:
        return str(REASONS[code])
    if code in ERRORS:
        return str(describe_request_error(code))
    text = ERROR_TEXTS.get(code) or KERNEL_TEXTS.get(code)
    return str(text.sentence) if text else gettext("It did not go as it should, so it was stopped.")
