"""The pages with which an inspector asks the institution: a doubt, a watch, and how they stand."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from esspass.errors import ProtocolError
from esspass.exchange.doubt import Contact
from esspass.inspection import RuleSet
from esspass.web import now, page_blueprint
from esspass.web.passkeys import login_required, signed_in_user
from verifier.case_export import create_export
from verifier.cases import Case
from verifier.doubt_desk import MAX_WORDS, Wish, find_reasons
from verifier.person_view import describe_document
from verifier.persons import CasePerson
from verifier.service import Verifier

MAX_CONTACT = 300


def create_doubt_pages(verifier: Verifier) -> Blueprint:
    """Make the blueprint; every page needs a signed-in member of staff and shows only own cases."""
    pages = _Pages(verifier)
    blueprint = page_blueprint("doubts", __name__)
    person = "/cases/<case_id>/persons/<person_id>"
    for address, view, method in (
        (f"{person}/doubt", pages.form, "GET"),
        (f"{person}/doubt", pages.ask, "POST"),
        (f"{person}/watch", pages.watch, "POST"),
        (f"{person}/standing", pages.look, "POST"),
    ):
        blueprint.add_url_rule(address, view.__name__, login_required(view), methods=[method])
    return blueprint


@dataclass(frozen=True, slots=True)
class _Pages:
    verifier: Verifier

    def form(self, case_id: str, person_id: str) -> str:
        case, person, rules = self._doubtful(case_id, person_id)
        chosen = {each.rule for each in find_reasons(person, rules)}
        values = {"words": "", "contact_name": signed_in_user().name, "contact_address": ""}
        return self._render(case, person, rules, values, chosen, {})

    def ask(self, case_id: str, person_id: str) -> str | Response | tuple[str, int]:
        case, person, rules = self._doubtful(case_id, person_id)
        values = {
            name: request.form.get(name, "").replace("\r\n", "\n").strip()
            for name in ("words", "contact_name", "contact_address")
        }
        known = {each.rule for each in find_reasons(person, rules)}
        chosen = known & set(request.form.getlist("rules"))
        errors = _find_errors(values, chosen)
        if errors:
            return self._render(case, person, rules, values, chosen, errors), 422
        contact = Contact(values["contact_name"], values["contact_address"])
        wish = Wish(tuple(sorted(chosen)), values["words"], contact)
        desk, evidence = self.verifier.doubts, self._evidence(case, person)
        enquiry = desk.ask(case, person, wish, rules, evidence, now())
        if desk.deliver(enquiry.id, now()):
            desk.look(enquiry.id, now())
            flash(gettext("The national institution has your doubt."), "success")
        else:
            flash(
                gettext("Your doubt is kept here and will be sent as soon as it can be."), "warning"
            )
        return _to_person(person)

    def watch(self, case_id: str, person_id: str) -> Response:
        _case, person = self._person(case_id, person_id)
        desk = self.verifier.doubts
        enquiry = desk.watch(person, now())
        if desk.deliver(enquiry.id, now()):
            desk.look(enquiry.id, now())
        flash(gettext("You will see here when this document changes."), "success")
        return _to_person(person)

    def look(self, case_id: str, person_id: str) -> Response:
        _case, person = self._person(case_id, person_id)
        desk = self.verifier.doubts
        for enquiry in desk.about(person):
            desk.deliver(enquiry.id, now())
            desk.look(enquiry.id, now(), at_once=True)
        return _to_person(person)

    def _render(
        self,
        case: Case,
        person: CasePerson,
        rules: RuleSet,
        values: dict[str, str],
        chosen: set[str],
        errors: dict[str, str],
    ) -> str:
        assert person.evidence is not None  # a doubtful one has it
        locale, reasons = str(get_locale()), find_reasons(person, rules)
        return render_template(
            "verifier/doubt.html",
            case=case,
            person=person,
            document=describe_document(case, person.evidence["facts"]["document"]),
            reasons=[(each, each.describe(locale)) for each in reasons],
            values=values,
            chosen=chosen,
            errors=errors,
            size=len(self._evidence(case, person)) // 1024 + 1,
            limits={"words": MAX_WORDS, "contact": MAX_CONTACT},
        )

    def _evidence(self, case: Case, person: CasePerson) -> bytes:
        verifier = self.verifier
        exported = create_export(
            case,
            [person],
            verifier.casework.judge.bundles,
            {"name": verifier.organization, "id": verifier.identifier},
            verifier.relying_party.access_signer,
            now(),
        )
        return json.dumps(exported, ensure_ascii=False).encode()

    def _doubtful(self, case_id: str, person_id: str) -> tuple[Case, CasePerson, RuleSet]:
        case, person = self._person(case_id, person_id)
        rules = self.verifier.casework.judge.rule_set(now())
        if rules is None or not self.verifier.doubts.can_ask(person) or person.outcome != "DOUBT":
            raise ProtocolError("there is nothing to ask", code="not_found", status=404)
        return case, person, rules

    def _person(self, case_id: str, person_id: str) -> tuple[Case, CasePerson]:
        case = self.verifier.casework.find(case_id, signed_in_user().id)
        return case, self.verifier.casework.find_person(case, person_id, now())


def _find_errors(values: dict[str, str], chosen: set[str]) -> dict[str, str]:
    errors = {}
    if not chosen:
        errors["rules"] = gettext("Choose at least one reason")
    if len(values["words"]) > MAX_WORDS:
        errors["words"] = gettext("Write at most %(number)s characters", number=MAX_WORDS)
    if not 0 < len(values["contact_name"]) <= MAX_CONTACT:
        errors["contact_name"] = gettext("Write who can be asked back")
    if not 0 < len(values["contact_address"]) <= MAX_CONTACT:
        errors["contact_address"] = gettext("Write an e-mail address or telephone number")
    return errors


def _to_person(person: CasePerson) -> Response:
    where = url_for("cases.person", case_id=person.case_id, person_id=person.id)
    return redirect(where, 303)
