"""Who is signed in: the cookie names a session, the database knows the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, current_app, g, redirect, request, session
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from esspass.web.error_pages import wants_json
from esspass.web.passkeys.store import PasskeyStore, User
from esspass.web.sessions import ServerSession, ServerSessionStore
from esspass.web.settings import now

P = ParamSpec("P")
R = TypeVar("R")
MAX_NEXT = 4096
_SESSION_KEY, _DUTIES = "session", "esspass.duties"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What sign-in needs to know; ``lifetime`` of a session in seconds."""

    store: PasskeyStore
    sessions: ServerSessionStore
    role: str
    lifetime: int


@dataclass(frozen=True, slots=True)
class Duties:
    """What an app lets each of its staff do.

    ``admit(user, invitation_role, now)`` is told of whoever redeems an invitation, inside that
    transaction; ``authorize(user)`` raises when a user may not make the current request.
    """

    admit: Callable[[User, str, int], None]
    authorize: Callable[[User], None]


def configure_duties(app: Flask, duties: Duties) -> None:
    """Put an app's staff under its rules; it then makes the invitations itself."""
    app.extensions[_DUTIES] = duties


def current_duties() -> Duties | None:
    """Return the rules of the current app, if it has any."""
    return cast("Duties | None", current_app.extensions.get(_DUTIES))


def current_session() -> ServerSession | None:
    """Return the open session of this request, with its secret."""
    if "server_session" not in g:
        token = session.get(_SESSION_KEY)
        g.server_session = _sign_in().sessions.find(token, now()) if token else None
    return cast("ServerSession | None", g.server_session)


def current_user() -> User | None:
    """Return who is signed in, or None."""
    if "user" not in g:
        opened = current_session()
        g.user = _sign_in().store.find_user(opened.user_id) if opened else None
    return cast("User | None", g.user)


def signed_in_user() -> User:
    """Return who is signed in. Raises 401 when nobody is."""
    user = current_user()
    if user is None:
        raise Unauthorized
    return user


def start_session(user_id: str, secret: bytes | None = None) -> None:
    """Sign a user in and keep ``secret`` sealed until the session ends."""
    sign_in = _sign_in()
    session[_SESSION_KEY] = sign_in.sessions.create(
        user_id, now=now(), lifetime=sign_in.lifetime, secret=secret
    )


def forget_session() -> None:
    """Drop everything the cookie carries, and the server's side of it."""
    token = session.get(_SESSION_KEY)
    if token:
        _sign_in().sessions.delete(token)
    session.clear()
    g.pop("server_session", None)
    g.pop("user", None)


def login_required(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Let only signed-in people who may reach a view; send strangers to sign in first."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        return _ask_to_sign_in() or view(*args, **kwargs)

    return guarded


def require_sign_in(blueprint: Blueprint) -> Blueprint:
    """Guard every view of a blueprint, as ``login_required`` does."""
    blueprint.before_request(_ask_to_sign_in)
    return blueprint


def local_path(path: str, otherwise: str) -> str:
    """Return ``path`` if it stays on this host, else ``otherwise``."""
    if not path.startswith("/") or len(path) > MAX_NEXT:
        return otherwise
    foreign = path[1:2] in {"/", "\\"} or any(ord(char) < 0x20 for char in path)
    return otherwise if foreign else path


def _ask_to_sign_in() -> Response | None:
    user, duties = current_user(), current_duties()
    if user is not None:
        if duties is not None:
            duties.authorize(user)
        return None
    if wants_json():
        raise Unauthorized
    here = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect("/sign-in" + (f"?{urlencode({'next': here})}" if here else ""))


def _sign_in() -> SignIn:
    return cast("SignIn", current_app.extensions["esspass.sign_in"])
