"""Writing to institutions abroad: the form of a message. What is typed is kept as a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.errors import MalformedError
from esspass.exchange.case_type import CaseType, Flag, case_type, case_types
from esspass.exchange.description import describe_content
from esspass.exchange.envelope import MAX_MESSAGE_BYTES, create_digest
from esspass.exchange.faults import find_faults
from esspass.exchange.form import fill_form, form_fields, parse_form
from esspass.exchange.model import Action, MessageAction, Role
from esspass.exchange.sed import sed_type
from esspass.exchange.wording import label
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from issuer.back_office import exchange_texts as texts
from issuer.back_office.access import signed_in_member
from issuer.back_office.choosing import Choosing, find_ready, is_searching
from issuer.bearer import create_identifier
from issuer.exchange.desk import CaseView, NewAttachment
from issuer.exchange.drafting import find_action, is_picked, split_subject
from issuer.exchange.drafts import KeptDraft, Place, name_draft
from issuer.services import services

blueprint = require_sign_in(
    page_blueprint("case_forms", __name__, max_body=MAX_MESSAGE_BYTES + 1024 * 1024)
)
_KINDS = ("LA", "S", "H", "DA")
_OURS = frozenset({"csrf_token", "draft", "do", "more", "drop"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of a message: where it belongs, what the case knows already, what was typed.

    ``to`` are (institution, name) that it may go to; ``pick`` is "one", "some" or "" (all).
    """

    place: Place
    draft_id: str
    known: Mapping[str, Any]
    form: Mapping[str, Sequence[str]]
    to: Sequence[tuple[str, str]]
    pick: str
    attachments: bool
    errors: Mapping[str, str]
    view: CaseView | None = None
    kept: KeptDraft | None = None
    more: str = ""

    @property
    def receivers(self) -> list[str]:
        """Those chosen; all where there is nothing to choose."""
        offered = [institution for institution, _ in self.to]
        if not self.pick:
            return offered
        return [each for each in offered if each in self.form.get("receivers", ())]


@blueprint.get("/cases/new")
def new() -> str:
    """Choose what the case is about."""
    kinds = {kind: [each for each in case_types() if _branch(each) == kind] for kind in _KINDS}
    return render_template("back_office/exchange/new.html", kinds=kinds, texts=texts)


def _branch(kind: CaseType) -> str:
    return kind.id.partition("_")[0]


@blueprint.route("/cases/new/<case_type_id>", methods=["GET", "POST"])
def start(case_type_id: str) -> Response:
    """Write the first message of a case."""
    kind = case_type(case_type_id)
    sed = kind.starters(Role.CASE_OWNER)[0]
    draft_id = request.values.get("draft", "") or create_identifier()
    sheet = Sheet(
        Place(kind.id, sed), draft_id, {}, {}, [], "some" if kind.multilateral else "one",
        kind.has_flag(sed, Role.CASE_OWNER, Flag.ATTACH), {},
    )  # fmt: skip
    return _fill(sheet, {})


@blueprint.route("/cases/<case_id>/write/<sed>", methods=["GET", "POST"])
def write(case_id: str, sed: str) -> Response:
    """Write a message in a case: an answer, something new, a new version, something about one."""
    desk = services().desk
    view = desk.view(case_id)
    about, update = request.args.get("about", ""), request.args.get("update") == "1"
    place = Place(view.case.type, sed, case_id, about, update)
    action = find_action(desk.actions(case_id, now()), place, now())
    if action is None:
        raise NotFound
    known, likely = split_subject(sed, view)
    sheet = Sheet(
        place, name_draft(signed_in_member().id, place), known, {},
        [(each, texts.institution_name(each)) for each in action.receivers],
        "some" if is_picked(action) else "", action.attachments, {}, view,
    )  # fmt: skip
    return _fill(sheet, {**fill_form(likely), **_prefill(view, action, place)})


def _prefill(view: CaseView, action: Action, place: Place) -> Mapping[str, Sequence[str]]:
    """Fill in what is known: the last version of a document, or the message that is meant."""
    sed = place.sed
    versions = [each for each in reversed(view.messages) if each.message.set_id == place.about]
    if action.action is MessageAction.UPDATE and versions:
        return fill_form(versions[0].message.content)
    if sed == "X008" and versions:
        issued = texts.day_of(versions[-1].message.sent_at)
        meant = {"SEDType": versions[0].message.sed, "dateIssued": issued}
        return fill_form({"TheFollowingSEDConsideredInvalidWithdrawn": meant})
    if sed == "X011" and versions:
        return fill_form({"Rejection": {"SEDType": versions[0].message.sed}})
    return fill_form({"Closure": {"typeClosure": "01"}}) if sed == "X001" else {}


def _fill(sheet: Sheet, prefilled: Mapping[str, Sequence[str]]) -> Response:
    """Show the form, or keep what was typed in it and go on."""
    drafts, member = services().drafts.drafts, signed_in_member()
    if request.method == "GET":
        kept = drafts.find(sheet.draft_id, member.id)
        return _show(replace(sheet, form=kept.form if kept else prefilled, kept=kept))
    typed = request.form.to_dict(flat=False)
    form = {name: values for name, values in typed.items() if name not in _OURS}
    sheet = replace(sheet, form=form, more=request.form.get("more", ""))
    try:
        kept = drafts.save(
            sheet.draft_id, sheet.place, form, (member.id, member.name), now(), files=_files(),
            dropped=typed.get("drop", ()),
        )  # fmt: skip
    except MalformedError as error:  # a file that cannot go with a message
        return _show(replace(sheet, errors={"attachments": texts.cause_words(error.code)}), 400)
    sheet = replace(sheet, kept=kept)
    doing = request.form.get("do", "")
    if sheet.more or doing == "find" or (not doing and is_searching(form)):
        return _show(sheet)
    if doing == "keep":
        flash(gettext("The draft is kept. Nothing was sent."), "success")
        return redirect(_origin(sheet), 303)
    return _check(sheet)


def _check(sheet: Sheet) -> Response:
    sheet = _offer(sheet)
    content = {**parse_form(sheet.place.sed, sheet.form), **sheet.known}
    errors = find_errors(sheet, content)
    if errors:
        return _show(replace(sheet, errors=errors), 400)
    return redirect(url_for("drafts.show", draft_id=sheet.draft_id), 303)


def find_errors(sheet: Sheet, content: Mapping[str, Any]) -> dict[str, str]:
    """Say what is wrong with a message, by the place of its form."""
    errors = _check_receivers(sheet)
    for name, fault in find_faults(sheet.place.sed, content).items():
        errors[name] = _say(name, texts.FAULTS[fault])
    return errors


def _check_receivers(sheet: Sheet) -> dict[str, str]:
    if not sheet.receivers:
        return {"receivers": gettext("Choose who gets the message")}
    if sheet.pick == "one" and len(sheet.receivers) > 1:
        return {"receivers": gettext("This kind of case has one institution on the other side")}
    return {}


def _say(name: str, words: Any) -> str:
    parts = [part for part in name.split(".") if not part.isdecimal()]
    parent = parts[-2] if len(parts) > 1 else ""
    return f"{label(parts[-1], texts.locale(), parent)}: {words}"


def _files() -> list[NewAttachment]:
    return [
        NewAttachment(
            file.filename, file.mimetype or "application/octet-stream", file.stream.read()
        )
        for file in request.files.getlist("attachments")
        if file.filename
    ]


def _origin(sheet: Sheet) -> str:
    if sheet.view:
        return url_for("cases.show", case_id=sheet.place.case_id)
    return url_for("drafts.index")


def _offer(sheet: Sheet) -> Sheet:
    """Name who may be written to in a new case."""
    if sheet.view:
        return sheet
    return replace(sheet, to=find_ready(sheet.place.case_type, Role.COUNTERPARTY))


def _show(sheet: Sheet, status: int = 200) -> Response:
    locale, sheet = texts.locale(), _offer(sheet)
    files = services().drafts.drafts.files(sheet.draft_id) if sheet.kept else []
    page = render_template(
        "back_office/exchange/write.html", sheet=sheet, view=sheet.view,
        parts=form_fields(
            sheet.place.sed, locale, sheet.form, omit=sheet.known, more=sheet.more
        ),
        files=[(create_digest(each.data), each) for each in files], origin=_origin(sheet),
        known=describe_content(sheet.place.sed, sheet.known, locale), values=sheet.form,
        errors=sheet.errors, title=sed_type(sheet.place.sed).title(locale), texts=texts,
        choosing=Choosing.of_form(sheet.form, sheet.place, sheet.view),
    )  # fmt: skip
    return Response(page, status, mimetype="text/html")
