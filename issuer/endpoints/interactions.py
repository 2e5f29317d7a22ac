"""What all pages of the authorization endpoint share: the request, the browser, the way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import redirect, render_template, session
from flask_babel import get_locale
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.attestations.describe import describe_type
from esspass.errors import VerificationError
from esspass.web import allow_form_action, now
from issuer.authorization import NothingToIssueError
from issuer.authorization_requests import PushedRequest
from issuer.bearer import create_secret
from issuer.matching import Identity, NoMatchError, match_person
from issuer.services import services

_BROWSER = "browser"


class RequestOverError(VerificationError):
    """The request from the wallet is unknown, expired or completed."""

    code = "request_over"


def begin_request(request_uri: str, client_id: str) -> PushedRequest:
    """Open a pushed request in this browser. Raises RequestOverError."""
    browser = session.setdefault(_BROWSER, create_secret())
    try:
        return services().authorization.requests.begin(request_uri, client_id, browser, now())
    except LookupError as error:
        raise RequestOverError from error


def pushed_request(request_id: str) -> PushedRequest:
    """Return an open request that this browser began. Raises RequestOverError."""
    try:
        browser = session.get(_BROWSER, "")
        return services().authorization.requests.get(request_id, browser, now())
    except LookupError as error:
        raise RequestOverError from error


def require_method(method: str) -> None:
    """Refuse a way to sign in that this institution does not offer. Raises NotFound."""
    if method not in services().config.sign_in:
        raise NotFound


def finish(pushed: PushedRequest, identity: Identity) -> Response:
    """Match the person and return to the wallet with a code.

    Raises NoMatchError, NothingToIssueError; nothing is issued then.
    """
    own = services()
    person_id = match_person(own.issuer.records, identity)
    return redirect(own.authorization.authorize(pushed, person_id, now()), 303)


def finish_or_explain(pushed: PushedRequest, identity: Identity) -> Response:
    """As ``finish``; a person without a document gets a page that says so."""
    try:
        return finish(pushed, identity)
    except (NoMatchError, NothingToIssueError) as error:
        return Response(show("not_found.html", pushed, code=error.code), 403, mimetype="text/html")


def show(template: str, pushed: PushedRequest, **values: Any) -> str:
    """Render a page of the interaction: who asks, for what, and the way back."""
    allow_form_action(pushed.request.redirect_uri)
    request, locale = pushed.request, str(get_locale())
    names = (*request.scopes, *request.configuration_ids)
    known = [name for name in names if name in services().publication.configurations]
    back = urlsplit(request.redirect_uri)
    return render_template(
        f"authorize/{template}",
        pushed=pushed,
        documents=[describe_type(vct, locale) for vct in dict.fromkeys(known)],
        wallet=request.client_id,
        wallet_host=back.netloc or f"{back.scheme}:",
        methods=services().config.sign_in,
        **values,
    )
