"""The authorization endpoint: the citizen sees who asks for what, and chooses how to sign in.

A request is bound to the browser that opened it. Whatever the method, the last step is the same:
the person is matched to the records, and the browser returns to the wallet with a code.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from esspass.errors import MalformedError, ProtocolError
from esspass.web import now, page_blueprint
from esspass.web.passkeys import current_user
from issuer.authorization import NothingToIssueError
from issuer.endpoints.interactions import (
    begin_request,
    finish,
    pushed_request,
    require_method,
    show,
)
from issuer.matching import NoMatchError, parse_identity
from issuer.services import services
from issuer.sign_in_pid import NUMBER_CLAIM

blueprint = page_blueprint("authorize", __name__)
FIELDS = ("family_name", "given_name", "birthdate", NUMBER_CLAIM)
_PAGES = {"pid": "sign_in.pid", "oidc": "sign_in.oidc", "demo-eid": "authorize.demo_eid"}


@blueprint.get("/authorize")
def begin() -> Response:
    """Open a pushed request (RFC 9126, section 4) and offer the ways to sign in."""
    request_uri, client_id = request.args.get("request_uri"), request.args.get("client_id")
    if not request_uri or not client_id:
        raise ProtocolError("the request must be pushed first", code="request_not_pushed")
    pushed = begin_request(request_uri, client_id)
    methods = services().config.sign_in
    page = _PAGES["demo-eid"] if methods == ("demo-eid",) else "authorize.choose"
    return redirect(url_for(page, request_id=pushed.id), 303)


@blueprint.get("/authorize/<request_id>")
def choose(request_id: str) -> str:
    """Show who asks for what, and the ways to sign in."""
    return show("choose.html", pushed_request(request_id), pages=_PAGES)


@blueprint.post("/authorize/<request_id>/decline")
def decline(request_id: str) -> Response:
    """Send the citizen back to the wallet without anything."""
    return redirect(services().authorization.deny(pushed_request(request_id), now()), 303)


@blueprint.get("/authorize/<request_id>/demo-eid")
def demo_eid(request_id: str) -> str:
    """Show the simulated sign-in: a plain form that a script can post."""
    require_method("demo-eid")
    return show("demo_eid.html", pushed_request(request_id), values={}, errors={})


@blueprint.post("/authorize/<request_id>/demo-eid")
def submit_demo_eid(request_id: str) -> Response:
    """Take the form; the person must be in the records all the same."""
    require_method("demo-eid")
    pushed = pushed_request(request_id)
    values = {name: request.form.get(name, "").strip() for name in FIELDS}
    errors = {name: missing_field(name) for name in FIELDS if not values[name]}
    if not errors:
        try:
            return finish(pushed, parse_identity(values, NUMBER_CLAIM))
        except MalformedError:
            errors = {"birthdate": gettext("Enter the date of birth as year-month-day")}
        except NoMatchError:
            errors = {"family_name": gettext("There is nobody with these details in our records.")}
        except NothingToIssueError:
            errors = {"family_name": gettext("We hold no such document for this person.")}
    page = show("demo_eid.html", pushed, values=values, errors=errors)
    return Response(page, 400, mimetype="text/html")


@blueprint.get("/")
def home() -> Response | str:
    """Lead staff to what waits, and tell others what this address is."""
    if current_user() is not None:
        return redirect(url_for("office.index"))
    return render_template("home.html")


@blueprint.get("/privacy")
def privacy() -> str:
    """Say what happens to the identity that is asked for."""
    return render_template("privacy.html")


def missing_field(name: str) -> str:
    """Say that a field of the simulated sign-in is empty."""
    texts = {
        "family_name": gettext("Enter the surnames"),
        "given_name": gettext("Enter the forenames"),
        "birthdate": gettext("Enter the date of birth"),
    }
    return str(texts.get(name, gettext("Enter the personal identification number")))
