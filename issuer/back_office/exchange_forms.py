"""Writing to institutions abroad: starting a case, sending a message in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.attestations import pda1_states
from esspass.errors import EsspassError, MalformedError, UndecidedError, VerificationError
from esspass.exchange.case_type import CaseType, Flag, case_type, case_types
from esspass.exchange.description import describe_content
from esspass.exchange.envelope import MAX_MESSAGE_BYTES
from esspass.exchange.faults import find_faults
from esspass.exchange.form import fill_form, form_fields, parse_form
from esspass.exchange.model import Action, MessageAction, Role
from esspass.exchange.sed import sed_type
from esspass.exchange.subject import create_subject
from esspass.exchange.wording import label
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from issuer.back_office import exchange_texts as texts
from issuer.back_office.exchange import contents_of
from issuer.exchange.desk import CaseView, NewAttachment
from issuer.services import services

blueprint = require_sign_in(
    page_blueprint("case_forms", __name__, max_body=MAX_MESSAGE_BYTES + 1024 * 1024)
)
_KINDS = ("LA", "S", "H", "DA")
_REFUSALS = (MalformedError, VerificationError, UndecidedError)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message being written: what the case knows of it already, what was typed, what is wrong.

    ``to`` are (institution, name) that it may go to; ``pick`` is "one", "some" or "" (all).
    """

    sed: str
    known: Mapping[str, Any]
    form: Mapping[str, Sequence[str]]
    to: Sequence[tuple[str, str]]
    pick: str
    attachments: bool
    errors: Mapping[str, str]
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
    typed = request.form.to_dict(flat=False)
    draft = Draft(
        sed, {}, typed, _partners(kind), "some" if kind.multilateral else "one",
        kind.has_flag(sed, Role.CASE_OWNER, Flag.ATTACH), {}, _more(typed),
    )  # fmt: skip
    if request.method == "GET" or draft.more:
        return _show(draft, kind)
    content = parse_form(sed, typed)
    checked = _check(draft, content)
    if checked.errors:
        return _show(checked, kind, status=400)
    try:
        case_id = services().desk.start(
            kind.id, draft.receivers, sed, content, now(), attachments=_files(),
            actor=signed_in_user().name,
        )  # fmt: skip
    except _REFUSALS as error:
        return _refuse(error, draft, kind)
    flash(gettext("The case is started. Its first message is under way."), "success")
    return redirect(url_for("cases.show", case_id=case_id), 303)


def _partners(kind: CaseType) -> list[tuple[str, str]]:
    """Everybody abroad who is ready for this kind of case; nobody if the directory is missing."""
    found: dict[str, str] = {}
    try:
        for country in pda1_states():
            for each in services().desk.find_partners(kind.id, Role.COUNTERPARTY, country, now()):
                found[each] = texts.institution_name(each)
    except UndecidedError as error:
        flash(texts.refusal_words(error), "error")
    return list(found.items())


@blueprint.route("/cases/<case_id>/write/<sed>", methods=["GET", "POST"])
def write(case_id: str, sed: str) -> Response:
    """Write a message in a case: an answer, something new, a new version, something about one."""
    desk, at = services().desk, now()
    about, update = request.args.get("about"), request.args.get("update") == "1"
    view = desk.view(case_id)
    action = _find_action(desk.actions(case_id, at), sed, about, update=update)
    typed = request.form.to_dict(flat=False)
    known, likely = _split(sed, create_subject(sed, contents_of(view)))
    prefilled = {**fill_form(likely), **_prefill(view, action, sed, about)}
    given = typed if request.method == "POST" else prefilled
    draft = Draft(
        sed, known, given, [(each, texts.institution_name(each)) for each in action.receivers],
        "some" if action.pick and len(action.receivers) > 1 else "", action.attachments, {},
        _more(typed),
    )  # fmt: skip
    if request.method == "GET" or draft.more:
        return _show(draft, view)
    content = {**parse_form(sed, typed), **known}
    checked = _check(draft, content)
    if checked.errors:
        return _show(checked, view, status=400)
    try:
        desk.send(
            case_id, sed, content, at, attachments=_files(), actor=signed_in_user().name,
            set_id=about if update else None, related_set_id=None if update else about,
            receivers=draft.receivers if draft.pick else None,
        )  # fmt: skip
    except _REFUSALS as error:
        return _refuse(error, draft, view)
    flash(gettext("The message is under way."), "success")
    return redirect(url_for("cases.show", case_id=case_id), 303)


def _split(sed: str, subject: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is certain, and what is likely: other messages may be about another document."""
    certain = [name for name in subject if name != "PortableDocument" or sed.startswith("DA")]
    known = {name: subject[name] for name in certain}
    return known, {name: value for name, value in subject.items() if name not in known}


def _find_action(actions: Sequence[Action], sed: str, about: str | None, *, update: bool) -> Action:
    """The action that is meant. Raises NotFound when it is not possible, or not yet."""
    for action in actions:
        same = action.sed == sed and (action.action is MessageAction.UPDATE) is update
        if same and about in (action.set_id or action.related_set_id, action.related_set_id):
            if action.local or action.system or action.available_at > now():
                continue
            return action
    raise NotFound


def _prefill(
    view: CaseView, action: Action, sed: str, about: str | None
) -> Mapping[str, Sequence[str]]:
    """Fill in what is known: the last version of a document, or the message that is meant."""
    versions = [each for each in reversed(view.messages) if each.message.set_id == about]
    if action.action is MessageAction.UPDATE and versions:
        return fill_form(versions[0].message.content)
    if sed == "X008" and versions:
        issued = texts.day_of(versions[-1].message.sent_at)
        meant = {"SEDType": versions[0].message.sed, "dateIssued": issued}
        return fill_form({"TheFollowingSEDConsideredInvalidWithdrawn": meant})
    if sed == "X011" and versions:
        return fill_form({"Rejection": {"SEDType": versions[0].message.sed}})
    return fill_form({"Closure": {"typeClosure": "01"}}) if sed == "X001" else {}


def _more(typed: Mapping[str, Sequence[str]]) -> str:
    return next(iter(typed.get("more", ())), "")


def _check(draft: Draft, content: Mapping[str, Any]) -> Draft:
    errors = _check_receivers(draft)
    for name, fault in find_faults(draft.sed, content).items():
        errors[name] = _say(name, texts.FAULTS[fault])
    return Draft(
        draft.sed, draft.known, draft.form, draft.to, draft.pick, draft.attachments, errors
    )


def _check_receivers(draft: Draft) -> dict[str, str]:
    if not draft.receivers:
        return {"receivers": gettext("Choose who gets the message")}
    if draft.pick == "one" and len(draft.receivers) > 1:
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


def _refuse(error: EsspassError, draft: Draft, where: CaseView | CaseType) -> Response:
    flash(texts.refusal_words(error), "error")
    return _show(draft, where, status=409)


def _show(draft: Draft, where: CaseView | CaseType, status: int = 200) -> Response:
    locale = texts.locale()
    view = where if isinstance(where, CaseView) else None
    page = render_template(
        "back_office/exchange/write.html", draft=draft, view=view,
        case_type_id=view.case.type if view else where.id if isinstance(where, CaseType) else "",
        parts=form_fields(draft.sed, locale, draft.form, omit=draft.known, more=draft.more),
        known=describe_content(draft.sed, draft.known, locale), values=draft.form,
        errors=draft.errors, title=sed_type(draft.sed).title(locale), texts=texts,
    )  # fmt: skip
    return Response(page, status, mimetype="text/html")
