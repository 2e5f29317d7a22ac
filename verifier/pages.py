"""The pages of an inspector: begin a check, follow it, read the verdict, look back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cryptography.x509.oid import NameOID
from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from esspass.attestations import (
    PID,
    PresentedPerson,
    attestation_types,
    describe_claims,
    describe_path,
    describe_type,
    read_presented,
)
from esspass.errors import MalformedError
from esspass.inspection import CHECKS
from esspass.openid4vp.relying_party import Flow
from esspass.verdict import Outcome
from esspass.web import now, page_blueprint
from esspass.web.passkeys import login_required, signed_in_user
from verifier.conclusions import Conclusion, DocumentVerdict
from verifier.purposes import PURPOSES, find_purpose
from verifier.service import Result, Stage, Verifier, Wish
from verifier.wording import KIND_NAMES, create_headline

_SECRETS = "inspections"
_MAX_SECRETS = 5
_OVER = frozenset({Stage.CONCLUDED, Stage.EXPIRED, Stage.CANCELLED, Stage.REFUSED})


def create_pages(verifier: Verifier) -> Blueprint:
    """Make the blueprint; all pages but the privacy notice need a signed-in member of staff."""
    pages = _Pages(verifier)
    blueprint = page_blueprint("pages", __name__)
    one = "/inspections/<inspection_id>"
    for address, view, method in (
        ("/", pages.begin, "GET"),
        ("/", pages.start, "POST"),
        ("/inspections", pages.recent, "GET"),
        (one, pages.show, "GET"),
        (f"{one}/state", pages.state, "GET"),
        (f"{one}/return", pages.come_back, "GET"),
        (f"{one}/cancel", pages.cancel, "POST"),
        (f"{one}/erase", pages.erase, "POST"),
    ):
        guarded = login_required(view)
        blueprint.add_url_rule(address, view.__name__, guarded, methods=[method])
    blueprint.add_url_rule("/privacy", "privacy", pages.privacy)
    return blueprint


@dataclass(frozen=True, slots=True)
class _Pages:
    verifier: Verifier

    def begin(self) -> str:
        return self._form({"purpose": request.args.get("purpose", ""), "with_pid": "1"}, {})

    def start(self) -> Response | tuple[str, int]:
        if not request.form.get("purpose"):
            return self._form(request.form, {"purpose": gettext("Choose what to check")}), 422
        purpose = find_purpose(request.form["purpose"])
        wish = Wish(
            kind=purpose.kind,
            with_pid=bool(request.form.get("with_pid")),
            purpose=purpose.id,
            place=request.form.get("place", ""),
            flow=request.form.get("flow", Flow.CROSS_DEVICE),
            inspector=signed_in_user().id,
        )
        try:
            started = self.verifier.start(wish, now=now())
        except MalformedError as error:
            if error.code != "place_too_long":
                raise
            return self._form(request.form, {"place": gettext("Write a shorter place")}), 422
        _remember(started.id, started.browser_secret)
        return redirect(url_for("pages.show", inspection_id=started.id), 303)

    def show(self, inspection_id: str) -> str:
        result = self._result(inspection_id)
        if result.conclusion is not None:
            return _render_verdict(result, result.conclusion)
        return self._render_progress(result)

    def state(self, inspection_id: str) -> Response:
        result = self._result(inspection_id)
        remaining = max(0, result.inspection.expires_at - now())
        here = url_for("pages.show", inspection_id=inspection_id)
        location = here if result.stage in _OVER else None
        return jsonify(stage=result.stage.value, remaining=remaining, location=location)

    def come_back(self, inspection_id: str) -> Response:
        secret = session.get(_SECRETS, {}).get(inspection_id, "")
        code = request.args.get("response_code", "")
        if self._result(inspection_id).stage is not Stage.CONCLUDED:
            self.verifier.confirm(inspection_id, secret, code, now())
        return redirect(url_for("pages.show", inspection_id=inspection_id), 303)

    def cancel(self, inspection_id: str) -> Response:
        self.verifier.cancel(inspection_id, now(), signed_in_user().id)
        flash(gettext("The check is cancelled. Nothing was shown."), "success")
        return redirect(url_for("pages.begin"), 303)

    def erase(self, inspection_id: str) -> Response:
        self.verifier.erase(inspection_id, now(), signed_in_user().id)
        flash(gettext("What was shown is erased. The verdict stays."), "success")
        return redirect(url_for("pages.show", inspection_id=inspection_id), 303)

    def recent(self) -> str:
        rows = self.verifier.recent(signed_in_user().id, now())
        days = self.verifier.config.verdict_retention // 86400
        return render_template(
            "verifier/recent.html", rows=rows, days=days, kinds=KIND_NAMES, purposes=_purposes()
        )

    def privacy(self) -> str:
        config = self.verifier.config
        return render_template(
            "verifier/privacy.html",
            minutes=config.claims_retention // 60,
            days=config.verdict_retention // 86400,
            name=_organization(self.verifier),
        )

    def _form(self, values: Any, errors: dict[str, str]) -> str:
        return render_template(
            "verifier/start.html",
            values=values,
            errors=errors,
            choices=_choices(),
        )

    def _result(self, inspection_id: str) -> Result:
        return self.verifier.result(inspection_id, now(), signed_in_user().id)

    def _render_progress(self, result: Result) -> str:
        inspection = result.inspection
        app_link, web_link = self.verifier.links(inspection)
        return render_template(
            "verifier/progress.html",
            inspection=inspection,
            stage=result.stage,
            remaining=max(0, inspection.expires_at - now()),
            app_link=app_link,
            web_link=web_link,
            kinds=KIND_NAMES,
            purpose=_purposes().get(inspection.purpose, ""),
            again=urlencode({"purpose": inspection.purpose}),
        )


def _render_verdict(result: Result, conclusion: Conclusion) -> str:
    inspection = result.inspection
    documents = [each for each in conclusion.documents if each.vct != PID]
    identities = [each for each in conclusion.documents if each.vct == PID]
    return render_template(
        "verifier/verdict.html",
        inspection=inspection,
        headline=create_headline(inspection.kind, conclusion),
        documents=[_shown(each) for each in documents],
        identities=[_shown(each) for each in identities],
        person=conclusion.person,
        kinds=KIND_NAMES,
        purpose=_purposes().get(inspection.purpose, ""),
        holder=_find_holder((*identities, *documents)),
        erased=inspection.claims is None,
        shown=any(each.claims for each in conclusion.documents),
        erased_at=inspection.claims_until,
        again=urlencode({"purpose": inspection.purpose}),
    )


def _shown(document: DocumentVerdict) -> dict[str, Any]:
    """One document as the page shows it, in the language of the reader."""
    locale = str(get_locale())
    readable = document.vct in attestation_types()
    return {
        "name": describe_type(document.vct, locale) if readable else gettext("Unknown document"),
        "outcome": document.outcome,
        "findings": sorted(document.findings, key=lambda each: CHECKS.index(each.check)),
        "claims": describe_claims(document.vct, document.claims or {}, locale) if readable else [],
        "excess": [describe_path(document.vct, path, locale) for path in document.excess],
    }


def _find_holder(documents: Iterable[DocumentVerdict]) -> PresentedPerson | None:
    """Whom the identity, or else the document, names; forged ones name nobody."""
    for document in documents:
        signature = document.finding("signature")
        if signature and signature.outcome is Outcome.PASSED and document.claims:
            with contextlib.suppress(MalformedError):
                presented = read_presented(document.vct, document.claims)
                if presented.person and presented.person.surnames:
                    return presented.person
    return None


def _purposes() -> dict[str, str]:
    return {each.id: each.describe(str(get_locale())) for each in PURPOSES}


def _choices() -> list[tuple[str, str, str]]:
    """Id, label and hint of each purpose: the document and the name, then the question."""
    choices = []
    for each in PURPOSES:
        name, _, question = each.describe(str(get_locale())).partition(": ")
        label = f"{KIND_NAMES[each.kind]} \N{EN DASH} {name}"
        choices.append((each.id, label, question[:1].upper() + question[1:]))
    return choices


def _remember(inspection_id: str, browser_secret: str) -> None:
    """Keep the secrets of the last few checks; opaque, so they may be in the cookie."""
    known = list(session.get(_SECRETS, {}).items())[-(_MAX_SECRETS - 1) :]
    session[_SECRETS] = dict([*known, (inspection_id, browser_secret)])


def _organization(verifier: Verifier) -> str:
    subject = verifier.relying_party.access_signer.certificates[0].subject
    names = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(names[0].value) if names else ""
