"""Signing in to apply: the same ways as at the authorization endpoint, without a wallet's request.

What is under way is a row; the browser keeps its secret, so nobody can finish another's sign-in.
"""

from __future__ import annotations

from dataclasses import replace

from flask import jsonify, redirect, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from esspass.errors import MalformedError, ProtocolError, VerificationError
from esspass.openid4vp.relying_party import Flow, State, Transaction
from esspass.web import now, page_blueprint
from esspass.web.passkeys.access import local_path
from issuer.bearer import hash_secret
from issuer.endpoints.applicant import (
    current_applicant,
    end_applicant_session,
    show,
    start_applicant_session,
)
from issuer.endpoints.authorize import FIELDS, missing_field
from issuer.endpoints.interactions import RequestOverError, require_method
from issuer.endpoints.sign_in import oidc_sign_in, pid_sign_in
from issuer.filing.applicants import NumberNeededError
from issuer.matching import Identity, parse_identity
from issuer.services import services
from issuer.sign_in_oidc import OidcSignIn
from issuer.sign_in_pid import NUMBER_CLAIM

blueprint = page_blueprint("apply_sign_in", __name__, url_prefix="/apply/sign-in")
_SECRET, _TRANSACTION, _NEXT = "apply_sign_in", "apply_pid", "apply_next"
_ENDED = frozenset({State.REFUSED, State.FAILED, State.EXPIRED})
_PAGES = {
    "pid": "apply_sign_in.pid", "oidc": "apply_sign_in.oidc",
    "demo-eid": "apply_sign_in.demo_eid",
}  # fmt: skip
_HOME = "/apply/mine"


@blueprint.get("")
def choose() -> Response | str:
    """Offer the ways to sign in."""
    if request.args.get("next"):
        session[_NEXT] = local_path(request.args["next"], _HOME)
    if current_applicant() is not None:
        return redirect(session.pop(_NEXT, _HOME))
    return show("apply/sign_in.html", methods=services().config.sign_in, pages=_PAGES)


@blueprint.get("/pid")
def pid() -> str:
    """Show the code that another device scans, and the way with the wallet on this one."""
    require_method("pid")
    return show("apply/pid.html", link=_start_pid(Flow.CROSS_DEVICE).link())


@blueprint.get("/pid/here")
def pid_here() -> Response:
    """Open the wallet on this device."""
    require_method("pid")
    wallet_url = services().config.wallet_url
    base = f"{wallet_url}/present" if wallet_url else "openid4vp://authorize"
    return redirect(_start_pid(Flow.SAME_DEVICE).link(base), 303)


@blueprint.get("/pid/state")
def pid_state() -> Response:
    """Tell the waiting page where to go, once the wallet has answered."""
    require_method("pid")
    state = pid_sign_in().state(_transaction()[0], now())
    if state is State.ACCEPTED:
        return jsonify(location=url_for("apply_sign_in.pid_return"))
    if state in _ENDED:
        return jsonify(location=url_for("apply_sign_in.pid_failed"))
    return jsonify(state=state)


@blueprint.get("/pid/return")
def pid_return() -> Response:
    """Take the answer in the browser that asked."""
    require_method("pid")
    transaction_id, secret = _transaction()
    code = request.args.get("response_code")
    context = _context()
    try:
        identity = pid_sign_in().finish(context, transaction_id, secret, code, now())
    except (ProtocolError, VerificationError):
        return redirect(url_for("apply_sign_in.pid_failed"), 303)
    session.pop(_TRANSACTION, None)
    return _finish(identity)


@blueprint.get("/pid/failed")
def pid_failed() -> Response:
    """Say that no identity was shown, and offer to try again."""
    require_method("pid")
    return Response(show("apply/pid_failed.html"), 403, mimetype="text/html")


@blueprint.get("/oidc")
def oidc() -> Response:
    """Send the citizen to the OpenID Provider."""
    require_method("oidc")
    started = _oidc().start()
    if not services().filing.applicants.remember(_begin(), started.remembered, now()):
        raise RequestOverError
    return redirect(started.url, 303)


@blueprint.get("/oidc/callback")
def oidc_callback() -> Response:
    """Take the provider's answer in the browser that was sent there."""
    require_method("oidc")
    remembered = services().filing.applicants.take_sign_in(session.get(_SECRET, ""), now())
    if not remembered:
        raise RequestOverError
    return _finish(_oidc().finish(request.args.to_dict(), remembered, now()))


@blueprint.get("/demo-eid")
def demo_eid() -> str:
    """Show the simulated sign-in."""
    require_method("demo-eid")
    return show("apply/demo_eid.html", values={}, errors={})


@blueprint.post("/demo-eid")
def submit_demo_eid() -> Response:
    """Take the form; whoever is not in the records may apply all the same."""
    require_method("demo-eid")
    values = {name: request.form.get(name, "").strip() for name in FIELDS}
    errors = {name: missing_field(name) for name in FIELDS if not values[name]}
    if not errors:
        try:
            return _finish(parse_identity(values, NUMBER_CLAIM))
        except MalformedError:
            errors = {"birthdate": gettext("Enter the date of birth as year-month-day")}
        except NumberNeededError:
            errors = {NUMBER_CLAIM: missing_field(NUMBER_CLAIM)}
    page = show("apply/demo_eid.html", values=values, errors=errors)
    return Response(page, 400, mimetype="text/html")


@blueprint.post("/leave")
def leave() -> Response:
    """Sign out."""
    end_applicant_session()
    return redirect(url_for("apply.home"), 303)


def _finish(identity: Identity) -> Response:
    start_applicant_session(identity)
    session.pop(_SECRET, None)
    return redirect(session.pop(_NEXT, _HOME), 303)


def _begin() -> str:
    """Open a sign-in in this browser; return its secret."""
    secret = services().filing.applicants.begin_sign_in(now())
    session[_SECRET] = secret
    return secret


def _context() -> str:
    """Return the name of the sign-in under way in this browser. Raises RequestOverError."""
    secret = session.get(_SECRET, "")
    if not services().filing.applicants.is_open(secret, now()):
        raise RequestOverError
    return f"apply {hash_secret(secret)}"


def _start_pid(flow: Flow) -> Transaction:
    _begin()
    path = url_for("apply_sign_in.pid_return")
    transaction = pid_sign_in().start(_context(), flow, now(), path)
    session[_TRANSACTION] = [transaction.id, transaction.browser_secret]
    return transaction


def _transaction() -> tuple[str, str]:
    known = session.get(_TRANSACTION)
    if not known:
        raise RequestOverError
    return known[0], known[1]


def _oidc() -> OidcSignIn:
    """The same provider; it sends the browser to an address of its own."""
    callback = services().config.base_url + url_for("apply_sign_in.oidc_callback")
    return replace(oidc_sign_in(), redirect_uri=callback)
