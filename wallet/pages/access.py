"""Who is looking at a page, and whether the passkey was used a moment ago."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from flask import current_app, redirect
from flask_babel import get_locale
from werkzeug.wrappers import Response

from esspass.attestations import date_name
from esspass.errors import VerificationError
from esspass.web import now
from esspass.web.passkeys import current_session, signed_in_user
from wallet.keys import Holder, HolderKeys
from wallet.sealing import SealingKey
from wallet.service import Wallet

WALLET, UNLOCK_SECONDS = "wallet", "wallet.unlock_seconds"


def the_wallet() -> Wallet:
    """Return the wallet of this app."""
    return cast("Wallet", current_app.extensions[WALLET])


def holder_id() -> str:
    """Return whose pages these are. Raises 401 when nobody is signed in."""
    return signed_in_user().id


def locale() -> str:
    """Return the language of this page, as the kernel names it."""
    chosen = get_locale()
    return chosen.language if chosen else "en"


def write_day(day: str) -> str:
    """Write an ISO date as a person of this page's language does."""
    return date_name(day, locale())


def open_holder() -> Holder:
    """Return the signed-in holder with open keys. Raises VerificationError ``locked``."""
    session = current_session()
    if session is None or session.secret is None:
        raise VerificationError("the keys of this wallet are locked", code="locked")
    return Holder(session.user_id, SealingKey(session.secret))


def is_unlocked() -> bool:
    """Whether the passkey was used within the last minutes: signing needs that."""
    session = current_session()
    allowed = cast("int", current_app.extensions[UNLOCK_SECONDS])
    return session is not None and 0 <= now() - session.created_at <= allowed


def passkey_url(path: str) -> str:
    """Return the page that asks for the passkey and then leads to ``path``."""
    return f"/sign-in?{urlencode({'next': path})}"


def ask_for_passkey(path: str) -> Response:
    """Send to the passkey page, and from there to ``path``."""
    return redirect(passkey_url(path))


def open_keys(keys: HolderKeys, user_id: str, prf: bytes | None, at: int) -> bytes:
    """Open a citizen's keys at sign-in; return the secret that the session keeps sealed.

    Raises LockedError when this passkey cannot open them.
    """
    if prf is None:
        return keys.open_with_server_key(user_id, at).wrapping_key.secret
    return keys.open_with_prf(user_id, prf, at).wrapping_key.secret
