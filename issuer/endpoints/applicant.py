"""Who has signed in to apply, on the pages for citizens and employers."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request, session
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from esspass.web import now
from issuer.filing.applicants import Applicant
from issuer.matching import Identity
from issuer.services import services

SIGN_IN = "/apply/sign-in"
_KEY = "applicant"


def current_applicant() -> Applicant | None:
    """Return who is signed in to apply, or None."""
    if "applicant" not in g:
        token = session.get(_KEY)
        applicants = services().filing.applicants
        g.applicant = applicants.of_session(token, now()) if token else None
    return cast("Applicant | None", g.applicant)


def applicant() -> Applicant:
    """Return who is signed in to apply. Raises 401 when nobody is."""
    found = current_applicant()
    if found is None:
        raise Unauthorized
    return found


def require_applicant(blueprint: Blueprint) -> Blueprint:
    """Guard every view of a blueprint: send others to sign in first."""
    blueprint.before_request(_ask_to_sign_in)
    return blueprint


def _ask_to_sign_in() -> Response | None:
    if current_applicant() is not None:
        return None
    here = request.path if request.method == "GET" else ""
    return redirect(SIGN_IN + (f"?{urlencode({'next': here})}" if here else ""))


def start_applicant_session(identity: Identity) -> None:
    """Sign somebody in to apply. Raises NumberNeededError."""
    end_applicant_session()
    session[_KEY] = services().filing.applicants.open_session(identity, now())
    g.pop("applicant", None)


def end_applicant_session() -> None:
    """Sign out."""
    token = session.pop(_KEY, None)
    if token:
        services().filing.applicants.close_session(token)
    g.pop("applicant", None)


def show(template: str, **values: Any) -> str:
    """Render a page for citizens and employers."""
    return render_template(template, applicant=current_applicant(), **values)
