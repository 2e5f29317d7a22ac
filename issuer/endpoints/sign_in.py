"""Signing in with other people's proofs: a PID from a wallet, or an OpenID Provider."""

from __future__ import annotations

from typing import cast

from flask import current_app, jsonify, redirect, request, session, url_for
from werkzeug.wrappers import Response

from esspass.errors import ProtocolError, VerificationError
from esspass.openid4vp.relying_party import Flow, State, Transaction
from esspass.web import now, page_blueprint
from issuer.endpoints.interactions import (
    finish_or_explain,
    pushed_request,
    require_method,
    show,
)
from issuer.services import services
from issuer.sign_in_oidc import OidcSignIn
from issuer.sign_in_pid import PidSignIn

blueprint = page_blueprint("sign_in", __name__)
OIDC_CALLBACK = "/authorize/oidc/callback"
_TRANSACTION, _OIDC = "pid_transaction", "oidc_request"
_ENDED = frozenset({State.REFUSED, State.FAILED, State.EXPIRED})


@blueprint.get("/authorize/<request_id>/pid")
def pid(request_id: str) -> str:
    """Show the code that another device scans, and the way with the wallet on this one."""
    require_method("pid")
    pushed = pushed_request(request_id)
    transaction = _start(request_id, Flow.CROSS_DEVICE)
    return show("pid.html", pushed, link=transaction.link())


@blueprint.get("/authorize/<request_id>/pid/here")
def pid_here(request_id: str) -> Response:
    """Open the wallet on this device: an app, or the web wallet that the settings name."""
    require_method("pid")
    pushed_request(request_id)
    wallet_url = services().config.wallet_url
    base = f"{wallet_url}/present" if wallet_url else "openid4vp://authorize"
    return redirect(_start(request_id, Flow.SAME_DEVICE).link(base), 303)


@blueprint.get("/authorize/<request_id>/pid/state")
def pid_state(request_id: str) -> Response:
    """Tell the waiting page where to go, once the wallet has answered."""
    require_method("pid")
    transaction_id, _ = _transaction(request_id)
    state = pid_sign_in().state(transaction_id, now())
    if state is State.ACCEPTED:
        return jsonify(location=url_for("sign_in.pid_return", request_id=request_id))
    if state in _ENDED:
        return jsonify(location=url_for("sign_in.pid_failed", request_id=request_id))
    return jsonify(state=state)


@blueprint.get("/authorize/<request_id>/pid/return")
def pid_return(request_id: str) -> Response:
    """Take the answer in the browser that asked, and go on."""
    require_method("pid")
    pushed = pushed_request(request_id)
    code = request.args.get("response_code")
    transaction_id, secret = _transaction(request_id)
    try:
        identity = pid_sign_in().finish(request_id, transaction_id, secret, code, now())
    except (ProtocolError, VerificationError):
        return redirect(url_for("sign_in.pid_failed", request_id=request_id), 303)
    session.pop(_TRANSACTION, None)
    return finish_or_explain(pushed, identity)


@blueprint.get("/authorize/<request_id>/pid/failed")
def pid_failed(request_id: str) -> Response:
    """Say that no identity was shown, and offer to try again."""
    require_method("pid")
    page = show("pid_failed.html", pushed_request(request_id))
    return Response(page, 403, mimetype="text/html")


def _start(request_id: str, flow: Flow) -> Transaction:
    transaction = pid_sign_in().start(request_id, flow, now())
    session[_TRANSACTION] = [request_id, transaction.id, transaction.browser_secret]
    return transaction


def _transaction(request_id: str) -> tuple[str, str]:
    known = session.get(_TRANSACTION) or ["", "", ""]
    if known[0] != request_id:
        raise ProtocolError("no presentation was begun in this browser", code="request_over")
    return known[1], known[2]


@blueprint.get("/authorize/<request_id>/oidc")
def oidc(request_id: str) -> Response:
    """Send the citizen to the OpenID Provider."""
    require_method("oidc")
    pushed = pushed_request(request_id)
    started = oidc_sign_in().start()
    services().authorization.requests.remember_sign_in(pushed.id, started.remembered)
    session[_OIDC] = pushed.id
    return redirect(started.url, 303)


@blueprint.get(OIDC_CALLBACK)
def oidc_callback() -> Response:
    """Take the provider's answer in the browser that was sent there."""
    require_method("oidc")
    pushed = pushed_request(session.pop(_OIDC, ""))
    if not pushed.sign_in:
        raise ProtocolError("no sign-in was begun", code="request_over")
    identity = oidc_sign_in().finish(request.args.to_dict(), pushed.sign_in, now())
    return finish_or_explain(pushed, identity)


def pid_sign_in() -> PidSignIn:
    """Return the sign-in with a PID."""
    return cast("PidSignIn", current_app.extensions["issuer.pid"])


def oidc_sign_in() -> OidcSignIn:
    """Return the sign-in with the OpenID Provider of the settings."""
    return cast("OidcSignIn", current_app.extensions["issuer.oidc"])
