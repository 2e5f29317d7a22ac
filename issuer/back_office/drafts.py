"""Drafts of messages: the list, and the page that shows what a message will say and do.

Nothing is sent but from that page. Where two people are asked for, the second one sends from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.errors import (
    EsspassError,
    MalformedError,
    UndecidedError,
    VerificationError,
)
from esspass.exchange.description import Section, describe_content
from esspass.exchange.envelope import create_digest
from esspass.exchange.faults import find_faults
from esspass.exchange.schema import members, root
from esspass.exchange.sed import sed_type
from esspass.exchange.subject import describe_subject
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from issuer.back_office import exchange_texts as texts
from issuer.back_office.access import may, signed_in_member
from issuer.back_office.effects import describe_effects
from issuer.exchange.drafting import Composed, Preview, split_subject
from issuer.exchange.drafts import ChangedDraftError, KeptDraft
from issuer.four_eyes import SECOND
from issuer.services import services
from issuer.staff import Member

blueprint = require_sign_in(page_blueprint("drafts", __name__))
_REFUSALS = (MalformedError, VerificationError, UndecidedError)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what will be said; ``href`` leads to where it is changed, if it can be."""

    sections: Sequence[Section]
    href: str


@blueprint.get("/drafts")
def index() -> str:
    """List one's own drafts, and what colleagues put before a second person."""
    drafts, member = services().drafts.drafts, signed_in_member()
    return render_template(
        "back_office/exchange/drafts.html", own=drafts.of_clerk(member.id), texts=texts,
        waiting=drafts.waiting_for(member.id) if member.role in SECOND else [],
        subject_of=subject_of, href_of=href_of,
    )  # fmt: skip


def subject_of(draft: KeptDraft) -> str:
    """Return the name of the person a draft is about; empty if nobody is named yet."""
    if draft.place.case_id:
        found = describe_subject(services().desk.view(draft.place.case_id).contents)
        return found[0] if found else ""
    names = ("forename", "familyName")
    typed = (draft.form.get(f"Person.PersonIdentification.{name}", [""]) for name in names)
    return " ".join("".join(values[:1]) for values in typed).strip()


def href_of(draft: KeptDraft, member: Member | None = None) -> str:
    """Return where a draft is worked on: its form, or the page from which it is sent."""
    own = draft.clerk == (member or signed_in_member()).id
    if own and draft.proposed_at is None:
        return form_of(draft)
    return url_for("drafts.show", draft_id=draft.id)


def form_of(draft: KeptDraft, anchor: str | None = None) -> str:
    """Return the address of a draft's form."""
    place = draft.place
    if not place.case_id:
        return url_for(
            "case_forms.start", case_type_id=place.case_type, draft=draft.id, _anchor=anchor
        )
    return url_for(
        "case_forms.write", case_id=place.case_id, sed=place.sed, about=place.about or None,
        update=1 if place.update else None, _anchor=anchor,
    )  # fmt: skip


@blueprint.get("/drafts/<draft_id>")
def show(draft_id: str) -> Response:
    """Show what will be said, to whom, and what it will do; nothing is sent by looking."""
    return _render(services().drafts.drafts.get(draft_id))


def _render(draft: KeptDraft, status: int = 200) -> Response:
    office, member, refusal = services().drafts, signed_in_member(), ""
    composed: Composed | None = None
    preview: Preview | None = None
    try:
        composed = office.compose(draft, now())
        if find_faults(draft.place.sed, composed.content):
            return _return_incomplete(draft, member)
        preview = office.preview(composed, now())
    except _REFUSALS as error:
        refusal, status = texts.refusal_words(error), 409
    own = draft.clerk == member.id
    page = render_template(
        "back_office/exchange/review.html", draft=draft, own=own, refusal=refusal, texts=texts,
        title=sed_type(draft.place.sed).title(texts.locale()), preview=preview,
        parts=_describe(draft, composed, own=own) if composed else [],
        files=[(create_digest(each.data), each) for each in composed.files] if composed else [],
        effects=describe_effects(preview) if preview else [], approval=office.approval,
        second=not own and may("drafts.approve"), subject=subject_of(draft),
        change=form_of(draft) if own else "", to=_receivers_of(draft, composed) if own else "",
    )  # fmt: skip
    return Response(page, status, mimetype="text/html")


def _receivers_of(draft: KeptDraft, composed: Composed | None) -> str:
    """Return where the receivers are chosen; "" where there is nothing to choose."""
    chosen = composed is not None and composed.receivers is not None
    return form_of(draft, "receivers") if chosen else ""


def _return_incomplete(draft: KeptDraft, member: Member) -> Response:
    """Only who writes it can complete a message."""
    if draft.clerk != member.id:
        raise NotFound
    return redirect(form_of(draft), 303)


def _describe(draft: KeptDraft, composed: Composed, *, own: bool) -> list[Part]:
    sed, locale, known = draft.place.sed, texts.locale(), _known(draft)
    parts = []
    for name, _, _ in members(root(sed)):
        if name not in composed.content:
            continue
        sections = describe_content(sed, {name: composed.content[name]}, locale)
        fixed = name in known or not own
        parts.append(Part(sections, "" if fixed else form_of(draft, f"part-{name}")))
    return [part for part in parts if part.sections]


def _known(draft: KeptDraft) -> Mapping[str, object]:
    if not draft.place.case_id:
        return {}
    return split_subject(draft.place.sed, services().desk.view(draft.place.case_id))[0]


@blueprint.get("/drafts/<draft_id>/attachments/<sha256>")
def attachment(draft_id: str, sha256: str) -> Response:
    """Hand out a file of a draft, to be looked at before it is sent."""
    drafts = services().drafts.drafts
    draft = drafts.get(draft_id)
    for each in drafts.files(draft.id):
        if create_digest(each.data) == sha256:
            return send_file(
                BytesIO(each.data), mimetype="application/octet-stream", as_attachment=True,
                download_name=each.name,
            )  # fmt: skip
    raise NotFound


@blueprint.post("/drafts/<draft_id>/send")
def send(draft_id: str) -> Response:
    """Send one's own draft."""
    return _send(draft_id, services().drafts.send)


@blueprint.post("/drafts/<draft_id>/approve")
def approve(draft_id: str) -> Response:
    """Agree to a colleague's draft, and send it."""
    return _send(draft_id, services().drafts.approve)


def _send(draft_id: str, sending: Callable[[KeptDraft, Member, int], str]) -> Response:
    draft = _looked_at(draft_id)
    try:
        case_id = sending(draft, signed_in_member(), now())
    except _REFUSALS as error:
        return _refuse(draft_id, error)
    flash(gettext("The message is under way."), "success")
    return redirect(url_for("cases.show", case_id=case_id), 303)


def _looked_at(draft_id: str) -> KeptDraft:
    """Return the draft; it must be the one that was on the page. Raises ChangedDraftError."""
    draft = services().drafts.drafts.get(draft_id)
    if draft.revision != request.form.get("revision", 0, type=int):
        raise ChangedDraftError
    return draft


def _refuse(draft_id: str, error: EsspassError) -> Response:
    flash(texts.refusal_words(error), "error")
    return redirect(url_for("drafts.show", draft_id=draft_id), 303)


@blueprint.post("/drafts/<draft_id>/propose")
def propose(draft_id: str) -> Response:
    """Put one's own draft before a second person."""
    draft, office = _looked_at(draft_id), services().drafts
    if find_faults(draft.place.sed, office.compose(draft, now()).content):
        return redirect(form_of(draft), 303)
    office.drafts.propose(draft.id, draft.revision, signed_in_member().id, now())
    flash(gettext("A second person can look at it now. Nothing was sent yet."), "success")
    return redirect(url_for("drafts.index"), 303)


@blueprint.post("/drafts/<draft_id>/send-back")
def send_back(draft_id: str) -> Response:
    """Give a colleague's draft back, with the reason."""
    draft, remark = _looked_at(draft_id), request.form.get("remark", "").strip()
    if not remark:
        flash(gettext("Say what has to change, so that your colleague knows."), "error")
        return redirect(url_for("drafts.show", draft_id=draft_id), 303)
    services().drafts.send_back(draft, signed_in_member(), remark)
    flash(gettext("The draft is sent back. Nothing was sent."), "success")
    return redirect(url_for("drafts.index"), 303)


@blueprint.post("/drafts/<draft_id>/discard")
def discard(draft_id: str) -> Response:
    """Throw one's own draft away."""
    services().drafts.drafts.discard(draft_id, signed_in_member().id)
    flash(gettext("The draft is thrown away."), "success")
    return redirect(url_for("drafts.index"), 303)
