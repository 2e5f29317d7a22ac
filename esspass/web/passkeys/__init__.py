"""Passkeys (WebAuthn level 3): sign-in without passwords for staff and citizens."""

from __future__ import annotations

from esspass.web import sessions
from esspass.web.passkeys import store
from esspass.web.passkeys.access import (
    Duties,
    configure_duties,
    current_session,
    current_user,
    forget_session,
    local_path,
    login_required,
    require_sign_in,
    signed_in_user,
    start_session,
)
from esspass.web.passkeys.ceremony import new_user, new_user_id
from esspass.web.passkeys.pages import CITIZEN, STAFF, create_passkey_blueprint
from esspass.web.passkeys.store import (
    Passkey,
    PasskeyStore,
    User,
    create_first_invitation,
    create_staff_invitation,
    invitation_url,
)
from esspass.web.sessions import ServerSession, ServerSessionStore

MIGRATIONS = {**sessions.MIGRATIONS, **store.MIGRATIONS}

__all__ = [
    "CITIZEN",
    "MIGRATIONS",
    "STAFF",
    "Duties",
    "Passkey",
    "PasskeyStore",
    "ServerSession",
    "ServerSessionStore",
    "User",
    "configure_duties",
    "create_first_invitation",
    "create_passkey_blueprint",
    "create_staff_invitation",
    "current_session",
    "current_user",
    "forget_session",
    "invitation_url",
    "local_path",
    "login_required",
    "new_user",
    "new_user_id",
    "require_sign_in",
    "signed_in_user",
    "start_session",
]
