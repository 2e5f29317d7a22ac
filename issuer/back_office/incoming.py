"""The register of incoming documents: the list with search, one document with what was noticed."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from esspass.attestations import OPEN_END
from esspass.attestations.wording import code_name
from esspass.inspection import read_rule_set
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from issuer.back_office import incoming_texts as texts
from issuer.exchange.incoming import Search
from issuer.exchange.joined import Joined
from issuer.exchange.notification import Grade, IncomingDocument, IncomingState
from issuer.renewals import day_of
from issuer.services import services

blueprint = require_sign_in(page_blueprint("incoming", __name__))
PAGE_SIZE = 15
C = TypeVar("C", bound=StrEnum)


def _joined() -> Joined:
    return services().joined


@blueprint.get("/incoming")
@blueprint.post("/incoming")
def index() -> str:
    """List what came in; what is searched for is personal data, so it is posted."""
    text = request.form.get("q", "").strip()
    state = _choose(IncomingState, request.values.get("state", ""))
    grade = _choose(Grade, request.values.get("grade", ""))
    number = max(1, request.values.get("page", 1, type=int))
    page = _joined().incoming.search(Search(text, state, grade), number, PAGE_SIZE)
    return render_template(
        "back_office/incoming/index.html", page=page, text=text, state=state, grade=grade,
        texts=texts, today=day_of(now()),
    )  # fmt: skip


def _choose(choices: type[C], text: str) -> C | None:
    return choices(text) if text in list(choices) else None


@blueprint.get("/incoming/<document_id>")
def show(document_id: str) -> str:
    """Show one document."""
    document, locale, at = _joined().incoming.get(document_id), str(get_locale()), now()
    rules = read_rule_set(services().view(at))
    return render_template(
        "back_office/incoming/document.html", document=document, texts=texts, today=day_of(at),
        findings=texts.describe_findings(document.arrival, rules, locale),
        article=code_name("status_confirmation", document.document.status_confirmation, locale),
        reason=texts.describe_reason(document.withdrawal_reason, locale),
        others=_others(document), open_end=OPEN_END, before=_find_before(document),
        follower=_find_follower(document),
    )  # fmt: skip


def _find_before(document: IncomingDocument) -> IncomingDocument | None:
    institution = document.notification.institution_id
    return _joined().incoming.find_replaced(institution, document.number)


def _find_follower(document: IncomingDocument) -> IncomingDocument | None:
    institution = document.notification.institution_id
    number = document.replaced_by
    return _joined().incoming.find(institution, number) if number else None


def _others(document: IncomingDocument) -> list[IncomingDocument]:
    found = _joined().incoming.of_person(document.person)
    return [each for each in found if each.id != document.id]


@blueprint.post("/incoming/<document_id>/check")
def check(document_id: str) -> Response:
    """Check again: with the status, the rules and the register of now."""
    registrar = _joined().registrar
    registrar.check(registrar.incoming.get(document_id), now())
    flash(gettext("The document was checked again."), "success")
    return redirect(url_for("incoming.show", document_id=document_id), 303)
