"""The staff's way into the back office: each request is held against the table of routes.

A route that does not stand in the table is nobody's. What is shown or changed is logged before it
happens.
"""

from __future__ import annotations

from typing import cast

from flask import Flask, g, request
from werkzeug.exceptions import Forbidden

from esspass.errors import VerificationError
from esspass.web import now
from esspass.web.passkeys import Duties, User, configure_duties, current_user
from issuer.access_log import RECOVERED, Ground, subject_of
from issuer.back_office.routes import ACCESS, OWN_ACCOUNT, ground_of
from issuer.services import services
from issuer.staff import RECOVERY, Member, Role


class ProviderSignsInError(VerificationError):
    """Who comes from an OpenID Provider has no passkey here: the provider could not end it."""

    code = "provider_signs_in"


def configure_access(app: Flask) -> None:
    """Hold the app's staff to the table, and let templates ask ``may(route)``."""
    configure_duties(app, Duties(admit, authorize))
    app.jinja_env.globals.update(may=may, current_member=current_member)


def admit(user: User, invited_as: str, at: int) -> None:
    """Take in who redeems an invitation; log it where it gave back a lost access."""
    services().staff.admit(user, invited_as, at)
    if invited_as == RECOVERY:
        member = services().staff.get(user.id)
        services().access_log.add(member, RECOVERED, member.id, Ground.ADMINISTRATION, at)


def authorize(user: User) -> None:
    """Let a signed-in user go on, and log it. Raises Forbidden, ProviderSignsInError."""
    member, route = _member(user), request.endpoint or ""
    if member is None or not _is_open(route, member):
        raise Forbidden
    if route in OWN_ACCOUNT:
        if member.provider:
            raise ProviderSignsInError
        return
    ground = Ground.OVERSIGHT if member.role is Role.AUDITOR else ground_of(route)
    subject = subject_of(request.view_args or {})
    services().access_log.add(member, route, subject, ground, now())


def _is_open(route: str, member: Member) -> bool:
    access = ACCESS.get(route)
    return route in OWN_ACCOUNT or (access is not None and member.role in access.roles)


def current_member() -> Member | None:
    """Return who of the staff is signed in, or None."""
    user = current_user()
    return _member(user) if user else None


def _member(user: User) -> Member | None:
    if "member" not in g:
        g.member = services().staff.member(user, now())
    return cast("Member | None", g.member)


def signed_in_member() -> Member:
    """Return who of the staff is signed in. Raises Forbidden when nobody is."""
    member = current_member()
    if member is None:
        raise Forbidden
    return member


def may(route: str) -> bool:
    """Say whether who is signed in may call a route; pages leave the others' buttons away."""
    member = current_member()
    return member is not None and _is_open(route, member)


def refuse_passkey_of_provider(user_id: str, _secret: bytes | None) -> None:
    """End a sign-in with a passkey of somebody whose provider signs in. For ``on_sign_in``."""
    if services().staff.get(user_id).provider:
        raise ProviderSignsInError
