"""The pages of passkeys: sign in, sign up or redeem an invitation, manage, sign out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    Flask,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
)
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.wrappers import Response

from esspass.errors import MalformedError
from esspass.jose.jws import parse_json_object
from esspass.web.blueprints import page_blueprint
from esspass.web.passkeys.access import (
    SignIn,
    current_duties,
    current_session,
    current_user,
    forget_session,
    local_path,
    login_required,
    signed_in_user,
    start_session,
)
from esspass.web.passkeys.ceremony import (
    CONFIRM,
    Ceremonies,
    Registration,
    derive_prf_secret,
    new_user_id,
)
from esspass.web.passkeys.store import (
    Passkey,
    PasskeyStore,
    create_staff_invitation,
    invitation_url,
)
from esspass.web.sessions import ServerSessionStore
from esspass.web.settings import now, web_settings

OnSignIn = Callable[[str, bytes | None], bytes | None]
OnPasskeyAdded = Callable[[str, bytes, bytes | None], None]
STAFF, CITIZEN = "staff", "citizen"
MAX_NAME = 80
_CHALLENGE_KEY = "challenge"
_EIGHT_HOURS = 8 * 3600


def create_passkey_blueprint(
    store: PasskeyStore,
    sessions: ServerSessionStore,
    *,
    role: str,
    prf: bool = False,
    lifetime: int = _EIGHT_HOURS,
    home: str = "/",
    on_sign_in: OnSignIn | None = None,
    on_passkey_added: OnPasskeyAdded | None = None,
) -> Blueprint:
    """Make the blueprint for one role, ``staff`` (invited) or ``citizen`` (signs up alone).

    With ``prf`` the browser sends the passkey's PRF output; ``on_sign_in(user_id, prf_secret)``
    gets 32 bytes derived from it (None when the authenticator has no PRF) and returns a secret
    to keep sealed in the session (``current_session().secret``) or None.
    ``on_passkey_added(user_id, prf_secret, session_secret)`` lets the app wrap its keys for a
    further passkey of a user who is signed in. ``lifetime`` of a session is in seconds.
    """
    pages = _Pages(SignIn(store, sessions, role, lifetime), prf, home, on_sign_in, on_passkey_added)
    blueprint = page_blueprint("passkeys", __name__)
    blueprint.record_once(pages.configure)
    _add_ceremonies(blueprint, pages)
    _add_management(blueprint, pages)
    return blueprint


@dataclass(frozen=True, slots=True)
class _Pages:
    sign_in: SignIn
    prf: bool
    home: str
    on_sign_in: OnSignIn | None
    on_passkey_added: OnPasskeyAdded | None

    @property
    def invites(self) -> bool:
        """Whether every member of staff may invite others."""
        return self.sign_in.role == STAFF and current_duties() is None

    def configure(self, state: BlueprintSetupState) -> None:
        app = state.app
        assert isinstance(app, Flask)
        app.extensions["esspass.sign_in"] = self.sign_in
        app.jinja_env.globals.update(current_user=current_user)

    def ceremonies(self) -> Ceremonies:
        settings, duties = web_settings(), current_duties()
        admit = duties.admit if duties else None
        name = f"ESSPASS {settings.service_name}"
        return Ceremonies(self.sign_in.store, settings.host, name, settings.origin, self.prf, admit)

    def sign_in_page(self) -> str:
        following = local_path(request.args.get("next", ""), self.home)
        return self._render("sign_in.html", following=following)

    def sign_up_page(self) -> str:
        if self.sign_in.role != CITIZEN:
            abort(404)
        following = local_path(request.args.get("next", ""), self.home)
        return self._render("sign_up.html", invitation="", following=following)

    def invitation_page(self, token: str) -> str:
        store = self.sign_in.store
        invited = store.find_invited(store.check_invitation(token, now()))
        return self._render(
            "sign_up.html",
            invitation=token,
            following=self.home,
            known=invited.name if invited else "",
        )

    def begin_sign_in(self) -> Response:
        return self._ask(self.ceremonies().begin_sign_in(now()))

    def finish_sign_in(self) -> Response:
        body = _body()
        passkey = self.ceremonies().finish_sign_in(_take_challenge(), _credential(body), now())
        return self._welcome(passkey, body)

    def begin_registration(self) -> Response:
        who = self._registrant(_body())
        return self._ask(self.ceremonies().begin_registration(who, now()))

    def finish_registration(self) -> Response:
        body = _body()
        label = _name(body.get("label"), gettext("My passkey"))
        role = self.sign_in.role
        passkey = self.ceremonies().finish_registration(
            _take_challenge(), _credential(body), role, now(), label
        )
        if self.prf and body.get("prf_enabled") is True and body.get("prf") is None:
            return jsonify(next="confirm" if current_user() else "sign_in")
        return self._added(passkey, body) if current_user() else self._welcome(passkey, body)

    def begin_confirmation(self) -> Response:
        return self._ask(self.ceremonies().begin_sign_in(now(), signed_in_user().id))

    def finish_confirmation(self) -> Response:
        body, name = _body(), _take_challenge()
        passkey = self.ceremonies().finish_sign_in(name, _credential(body), now(), purpose=CONFIRM)
        return self._added(passkey, body)

    def manage(self) -> str:
        user = signed_in_user()
        passkeys = self.sign_in.store.list_passkeys(user.id)
        return self._render("passkeys.html", user=user, passkeys=passkeys, following="/passkeys")

    def rename(self, passkey_id: str) -> Response:
        name = _name(request.form.get("name"), "")
        if not name:
            raise MalformedError("a passkey needs a name")
        self.sign_in.store.rename_passkey(signed_in_user().id, passkey_id, name)
        flash(gettext("The new name is saved."), "success")
        return redirect("/passkeys")

    def remove(self, passkey_id: str) -> Response:
        self.sign_in.store.remove_passkey(signed_in_user().id, passkey_id)
        flash(gettext("The passkey is removed."), "success")
        return redirect("/passkeys")

    def invite(self) -> str:
        if not self.invites:
            abort(404)
        token = create_staff_invitation(self.sign_in.store, now())
        return self._render("invited.html", link=invitation_url(web_settings().base_url, token))

    def sign_out(self) -> Response:
        forget_session()
        flash(gettext("You are signed out."), "success")
        return redirect("/sign-in")

    def _registrant(self, body: dict[str, Any]) -> Registration:
        user, role = current_user(), self.sign_in.role
        if user is not None:
            return Registration(user.id, user.name, role)
        if role == CITIZEN:
            return Registration(new_user_id(), _name(body.get("name"), gettext("My wallet")), role)
        return self._invited(body)

    def _invited(self, body: dict[str, Any]) -> Registration:
        """Who redeems an invitation: somebody new by the name typed, or a user who is known."""
        store, token, role = self.sign_in.store, body.get("invitation"), self.sign_in.role
        invitation = store.check_invitation(token if isinstance(token, str) else "", now())
        user = store.find_invited(invitation)
        if user is not None:
            return Registration(user.id, user.name, role, invitation)
        name = _name(body.get("name"), "")
        if not name:
            raise MalformedError("a name is needed", code="name_missing")
        return Registration(new_user_id(), name, role, invitation)

    def _ask(self, question: tuple[str, dict[str, Any]]) -> Response:
        session[_CHALLENGE_KEY], options = question
        return jsonify(options)

    def _welcome(self, passkey: Passkey, body: dict[str, Any]) -> Response:
        user = self.sign_in.store.find_user(passkey.user_id)
        assert user is not None
        prf_secret = derive_prf_secret(body.get("prf"), user) if self.prf else None
        forget_session()
        secret = self.on_sign_in(user.id, prf_secret) if self.on_sign_in else None
        start_session(user.id, secret)
        following = body.get("following")
        return jsonify(
            location=local_path(following if isinstance(following, str) else "", self.home)
        )

    def _added(self, passkey: Passkey, body: dict[str, Any]) -> Response:
        user, opened = signed_in_user(), current_session()
        prf_secret = derive_prf_secret(body.get("prf"), user) if self.prf else None
        if self.on_passkey_added and prf_secret and passkey.user_id == user.id:
            self.on_passkey_added(user.id, prf_secret, opened.secret if opened else None)
        flash(gettext("The passkey is added."), "success")
        return jsonify(location="/passkeys")

    def _render(self, template: str, **values: Any) -> str:
        role, prf = self.sign_in.role, self.prf
        return render_template(
            f"esspass/passkeys/{template}", role=role, prf=prf, invites=self.invites, **values
        )


def _add_ceremonies(blueprint: Blueprint, pages: _Pages) -> None:
    blueprint.add_url_rule("/sign-in", "sign_in", pages.sign_in_page)
    blueprint.add_url_rule("/sign-up", "sign_up", pages.sign_up_page)
    blueprint.add_url_rule("/invitation/<token>", "invitation", pages.invitation_page)
    for address, view in (
        ("/sign-in/options", pages.begin_sign_in),
        ("/sign-in", pages.finish_sign_in),
        ("/passkeys/options", pages.begin_registration),
        ("/passkeys/new", pages.finish_registration),
        ("/passkeys/confirm/options", login_required(pages.begin_confirmation)),
        ("/passkeys/confirm", login_required(pages.finish_confirmation)),
    ):
        blueprint.add_url_rule(address, view.__name__, view, methods=["POST"])


def _add_management(blueprint: Blueprint, pages: _Pages) -> None:
    blueprint.add_url_rule("/passkeys", "manage", login_required(pages.manage))
    blueprint.add_url_rule("/sign-out", "sign_out", pages.sign_out, methods=["POST"])
    for address, view in (
        ("/passkeys/<passkey_id>/name", pages.rename),
        ("/passkeys/<passkey_id>/remove", pages.remove),
        ("/invitations", pages.invite),
    ):
        blueprint.add_url_rule(address, view.__name__, login_required(view), methods=["POST"])


def _body() -> dict[str, Any]:
    if not request.is_json:
        raise UnsupportedMediaType
    return parse_json_object(request.get_data())


def _credential(body: dict[str, Any]) -> dict[str, Any]:
    credential = body.get("credential")
    if not isinstance(credential, dict):
        raise MalformedError("the credential is missing")
    return credential


def _take_challenge() -> str:
    return str(session.pop(_CHALLENGE_KEY, ""))


def _name(value: Any, otherwise: str) -> str:
    """A name people see: one line, not endless."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text[:MAX_NAME] or otherwise
