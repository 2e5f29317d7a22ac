"""Staff come in by the institution's OpenID Provider, beside the passkeys."""

from __future__ import annotations

from typing import cast

from flask import current_app, redirect, request, session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from esspass.web.passkeys import forget_session, local_path, start_session
from issuer.services import services
from issuer.sign_in_staff import StaffSignIn

blueprint = page_blueprint("staff_sign_in", __name__)
CALLBACK = "/sign-in/provider/callback"
_BEGUN = "staff_sign_in"


@blueprint.get("/sign-in/provider")
def begin() -> Response:
    """Send the browser to the provider."""
    following = local_path(request.args.get("next", ""), "/")
    begun = _sign_in().start(following, now())
    session[_BEGUN] = begun.name
    return redirect(begun.url, 303)


@blueprint.get(CALLBACK)
def callback() -> Response:
    """Take the provider's answer in the browser that was sent there."""
    name = str(session.pop(_BEGUN, ""))
    who, following = _sign_in().finish(request.args.to_dict(), name, now())
    member = services().staff.admit_signed_in(who, now())
    forget_session()
    start_session(member.id)
    return redirect(local_path(following, "/"), 303)


def _sign_in() -> StaffSignIn:
    sign_in = current_app.extensions.get("issuer.staff_oidc")
    if sign_in is None:
        raise NotFound
    return cast("StaffSignIn", sign_in)
