"""The pages of cases: the list, a new one, its persons, and one person's verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from esspass.attestations import (
    PID,
    attestation_types,
    describe_claims,
    describe_path,
    describe_type,
)
from esspass.errors import MalformedError, ProtocolError
from esspass.inspection import CHECKS, RuleSet
from esspass.openid4vp.relying_party import Flow
from esspass.web import now, page_blueprint
from esspass.web.passkeys import login_required, signed_in_user
from verifier.case_form import CaseForm, country_choices, default_values, keep_choices
from verifier.cases import Case
from verifier.casework import DOCUMENT_KINDS, today
from verifier.conclusions import Conclusion, DocumentVerdict
from verifier.doubt_request import create_doubt_request
from verifier.doubt_view import DoubtView, create_doubt_view
from verifier.enquiries import Enquiry
from verifier.pages import again_address, follow, purpose_choices, purpose_names
from verifier.person_view import (
    OUTCOME_KINDS,
    SOURCES,
    TITLES,
    create_headline,
    create_view,
    describe_document,
    find_holder,
    name_person,
)
from verifier.persons import CasePerson
from verifier.purposes import find_purpose
from verifier.service import Verifier, Wish

_SEVERITY = ("NOT_A_CREDENTIAL", "NOT_COVERED", "CANNOT_DECIDE", "DOUBT", "COVERED")
_LOOKS = 3  # so many enquiries at once, an inspector waits for them
_ANSWERS = {"yes": True, "no": False}


def create_case_pages(verifier: Verifier) -> Blueprint:
    """Make the blueprint; every page needs a signed-in member of staff and shows only own cases."""
    pages = _Pages(verifier)
    blueprint = page_blueprint("cases", __name__)
    case, person = "/cases/<case_id>", "/cases/<case_id>/persons/<person_id>"
    for address, view, method in (
        ("/cases", pages.index, "GET"),
        ("/cases/new", pages.new, "GET"),
        ("/cases/new", pages.create, "POST"),
        (case, pages.show, "GET"),
        (f"{case}/ask", pages.ask, "POST"),
        (f"{case}/nothing", pages.nothing, "POST"),
        (person, pages.person, "GET"),
        (f"{person}/answers", pages.answer, "POST"),
        (f"{person}/erase", pages.erase, "POST"),
        (f"{person}/difference", pages.difference, "POST"),
        (f"{person}/request.txt", pages.doubt_request, "GET"),
    ):
        blueprint.add_url_rule(address, view.__name__, login_required(view), methods=[method])
    return blueprint


@dataclass(frozen=True, slots=True)
class _Pages:
    verifier: Verifier

    def index(self) -> str:
        self.verifier.purge(now())
        rows = self.verifier.casework.recent(signed_in_user().id)
        return render_template(
            "verifier/cases.html",
            rows=[self._line(case, outcomes) for case, outcomes in rows],
            days=self.verifier.config.verdict_retention // 86400,
            purposes=purpose_names(),
            outcome_kinds=OUTCOME_KINDS,
            titles=TITLES,
        )

    def _line(self, case: Case, outcomes: list[str]) -> dict[str, Any]:
        persons = self.verifier.casework.persons.of_case(case.id, now()) if case.single else []
        where = (
            url_for("cases.person", case_id=case.id, person_id=persons[0].id)
            if len(persons) == 1
            else url_for("cases.show", case_id=case.id)
        )
        return {"case": case, "where": where, "counts": _count(outcomes)}

    def new(self) -> str:
        last = self.verifier.casework.cases.recent(signed_in_user().id, 1)
        values = default_values(
            last[0] if last else None,
            self.verifier.country,
            today(now()),
            self.verifier.config.claims_retention,
        )
        purpose = request.args.get("purpose")
        return self._form({**values, "purpose": purpose} if purpose else values, {})

    def create(self) -> Response | tuple[str, int]:
        config = self.verifier.config
        keeps = tuple(k for k, _ in keep_choices(config.claims_retention, config.verdict_retention))
        form = CaseForm(request.form.to_dict())
        case = form.read(signed_in_user().id, keeps, now())
        if case is None:
            return self._form(form.values, form.errors), 422
        opened = self.verifier.casework.open(case)
        return redirect(url_for("cases.show", case_id=opened.id), 303)

    def _form(self, values: Any, errors: dict[str, str]) -> str:
        config = self.verifier.config
        return render_template(
            "verifier/case_form.html",
            values=values,
            errors=errors,
            purposes=purpose_choices(),
            countries=country_choices(),
            keeps=keep_choices(config.claims_retention, config.verdict_retention),
        )

    def show(self, case_id: str) -> str:
        case = self._case(case_id)
        self.verifier.purge(now())
        persons = self.verifier.casework.persons.of_case(case.id, now())
        rules = self.verifier.casework.judge.rule_set(now())
        self.verifier.doubts.work(now(), _LOOKS)
        asked = self.verifier.doubts.enquiries.of_case(case.id)
        described = [_describe(case, each, rules, asked.get(each.id, [])) for each in persons]
        listed = _arrange(described, request.args)
        return render_template(
            "verifier/case.html",
            case=case,
            persons=listed,
            total=len(persons),
            counts=_count(each.outcome for each in persons),
            waiting=self.verifier.inspections.open_of_case(case.id, now()),
            rows=case_rows(case),
            chosen=request.args,
            outcome_kinds=OUTCOME_KINDS,
            titles=TITLES,
            sources=SOURCES,
        )

    def ask(self, case_id: str) -> Response:
        case = self._case(case_id)
        wish = Wish(
            kind=DOCUMENT_KINDS[case.kind],
            with_pid=bool(request.form.get("with_pid")),
            purpose=case.purpose,
            place=case.place,
            flow=request.form.get("flow", Flow.CROSS_DEVICE),
            inspector=case.inspector,
            case_id=case.id,
        )
        return follow(self.verifier.start(wish, now=now()))

    def nothing(self, case_id: str) -> Response:
        case = self._case(case_id)
        person = self.verifier.casework.add_without_document(case, now())
        return _to_person(person)

    def person(self, case_id: str, person_id: str) -> str:
        case, person = self._person(case_id, person_id)
        rules = self.verifier.casework.judge.rule_set(now())
        view = create_view(case, person, rules)
        return render_template(
            "verifier/person.html",
            case=case,
            person=person,
            view=view,
            name=name_person(person),
            born=(find_holder(person) or {}).get("date_of_birth"),
            document=describe_document(case, view.facts["document"]) if view.facts else [],
            portrait=_find_portrait(self._conclusion(person)),
            shown=_describe_shown(self._conclusion(person)),
            rows=case_rows(case),
            source=SOURCES[person.source],
            outcome_kinds=OUTCOME_KINDS,
            doubt_request=self._doubt_request(case, person, rules),
            doubt=self._find_doubt(person),
            can_ask=self.verifier.doubts.can_ask(person),
            replacement=self.verifier.replacements.of_person(person.id, now()),
            again=again_address(case.single, case.id, case.purpose),
        )

    def _find_doubt(self, person: CasePerson) -> DoubtView:
        """What is asked about the document, as it stands; what is due is sent and asked now."""
        desk = self.verifier.doubts
        for enquiry in desk.about(person)[:_LOOKS]:
            desk.deliver(enquiry.id, now())
            desk.look(enquiry.id, now())
        return create_doubt_view(person.id, desk.about(person))

    def answer(self, case_id: str, person_id: str) -> Response:
        case, person = self._person(case_id, person_id)
        given = {
            name.removeprefix("q-"): _ANSWERS.get(value)
            for name, value in request.form.items()
            if name.startswith("q-") and len(name) <= 64
        }
        self.verifier.casework.answer(case, person, given)
        flash(gettext("Your answers are taken into account."), "success")
        return _to_person(person)

    def erase(self, case_id: str, person_id: str) -> Response:
        _, person = self._person(case_id, person_id)
        self.verifier.erase(person.id)
        flash(gettext("What was shown is erased. The verdict stays."), "success")
        return _to_person(person)

    def difference(self, case_id: str, person_id: str) -> Response:
        _, person = self._person(case_id, person_id)
        try:
            self.verifier.casework.report_difference(person, request.form.get("text", ""))
        except MalformedError:
            flash(gettext("Write less: at most 500 characters."), "error")
            return _to_person(person)
        flash(gettext("The difference is noted. Do not accept the paper as it is."), "success")
        return _to_person(person)

    def doubt_request(self, case_id: str, person_id: str) -> Response:
        case, person = self._person(case_id, person_id)
        text = self._doubt_request(case, person, self.verifier.casework.judge.rule_set(now()))
        if not text:
            raise ProtocolError("there is nothing to ask", code="not_found", status=404)
        answer = Response(text, mimetype="text/plain")
        answer.headers["Content-Disposition"] = 'attachment; filename="request.txt"'
        return answer

    def _doubt_request(self, case: Case, person: CasePerson, rules: RuleSet | None) -> str:
        if person.outcome != "DOUBT" or person.evidence is None:
            return ""
        view = create_view(case, person, rules)
        return create_doubt_request(case, person, view, self.verifier.organization)

    def _conclusion(self, person: CasePerson) -> Conclusion | None:
        try:
            return self.verifier.result(person.id, now()).conclusion
        except ProtocolError:  # nobody was asked online, or it was purged
            return None

    def _case(self, case_id: str) -> Case:
        return self.verifier.casework.find(case_id, signed_in_user().id)

    def _person(self, case_id: str, person_id: str) -> tuple[Case, CasePerson]:
        case = self._case(case_id)
        return case, self.verifier.casework.find_person(case, person_id, now())


def _to_person(person: CasePerson) -> Response:
    where = url_for("cases.person", case_id=person.case_id, person_id=person.id)
    return redirect(where, 303)


def _count(outcomes: Iterable[str]) -> list[tuple[str, int]]:
    """Return how many there are of each outcome, the best first."""
    found = Counter(outcomes)
    return [(each, found[each]) for each in reversed(_SEVERITY) if found[each]]


def _describe(
    case: Case, person: CasePerson, rules: RuleSet | None, asked: Sequence[Enquiry]
) -> dict[str, Any]:
    title, reason = create_headline(case, person, rules)
    number = person.evidence["facts"]["document"]["number"] if person.evidence else ""
    return {
        "person": person,
        "name": name_person(person),
        "number": number or "",
        "title": title,
        "reason": reason,
        "open": any(each["outcome"] == "ASK" for each in person.ruling["rules"]),
        "doubt": create_doubt_view(person.id, asked),
    }


def _arrange(persons: list[dict[str, Any]], wishes: Any) -> list[dict[str, Any]]:
    """Filter by outcome and text, and order."""
    outcome, text = wishes.get("outcome", ""), wishes.get("q", "").strip().casefold()
    found = [
        each
        for each in persons
        if (not outcome or each["person"].outcome == outcome)
        and (not text or text in f"{each['name']} {each['number']}".casefold())
    ]
    order = wishes.get("order", "time")
    if order == "name":
        return sorted(found, key=lambda each: (not each["name"], each["name"].casefold()))
    if order == "outcome":
        return sorted(found, key=lambda each: _SEVERITY.index(each["person"].outcome))
    return sorted(found, key=lambda each: -each["person"].taken_at)


def case_rows(case: Case) -> list[tuple[str, Any]]:
    """Return what holds for the whole case: term and value."""
    purpose, locale = find_purpose(case.purpose), str(get_locale())
    countries = dict(country_choices())
    rows: list[tuple[str, Any]] = [
        (gettext("Purpose"), purpose.describe(locale)),
        (gettext("Legal basis"), purpose.describe_legal_basis(locale)),
        (gettext("Country"), countries.get(case.country, case.country)),
        (gettext("Place"), case.place),
    ]
    employer = " ".join(each for each in (case.employer_name, case.employer_id) if each)
    providers = {"statutory": gettext("Statutory"), "private": gettext("Private")}
    rows += [
        (gettext("Employer on site"), employer),
        (gettext("Provider"), providers.get(case.provider, "")),
    ]
    return [(term, value) for term, value in rows if value]


def _describe_shown(conclusion: Conclusion | None) -> list[dict[str, Any]]:
    if conclusion is None:
        return []
    documents = sorted(conclusion.documents, key=lambda each: each.vct == PID)
    return [_describe_one(each) for each in documents]


def _describe_one(document: DocumentVerdict) -> dict[str, Any]:
    """One document as the page shows it, in the language of the reader."""
    locale = str(get_locale())
    readable = document.vct in attestation_types()
    return {
        "name": describe_type(document.vct, locale) if readable else gettext("Unknown document"),
        "identity": document.vct == PID,
        "outcome": document.outcome,
        "findings": sorted(document.findings, key=lambda each: CHECKS.index(each.check)),
        "claims": describe_claims(document.vct, document.claims or {}, locale) if readable else [],
        "excess": [describe_path(document.vct, path, locale) for path in document.excess],
    }


def _find_portrait(conclusion: Conclusion | None) -> str:
    """Return the portrait of a believed identity as a data URL, if one was disclosed."""
    for document in conclusion.documents if conclusion else ():
        picture = (document.claims or {}).get("picture")
        if document.vct == PID and document.outcome == "PASSED" and _is_portrait(picture):
            return str(picture)
    return ""


def _is_portrait(picture: object) -> bool:
    """Only a picture that came along; nothing is fetched (PID Rulebook, section 4.1.1)."""
    return isinstance(picture, str) and picture.startswith("data:image/jpeg;base64,")
