"""One person's verdict as a page shows it, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from esspass.attestations import country_name, date_name, end_date_name, read_presented
from esspass.attestations.wording import code_name
from esspass.inspection import Explanation, RuleExplanation, RuleSet, explain, parse_ruling
from esspass.inspection.facts import create_empty_document
from esspass.inspection.rules import Ending
from esspass.sdjwt import parse_sd_jwt_vc
from esspass.verdict import Finding
from esspass.web.languages import format_day
from esspass.web.settings import Text
from verifier.cases import Case
from verifier.casework import DOCUMENT_KINDS
from verifier.conclusions import read_finding
from verifier.persons import NOTHING, PAPER, SCAN, WALLET, CasePerson

OUTCOME_KINDS: Mapping[str, str] = {
    "COVERED": "good",
    "NOT_COVERED": "bad",
    "DOUBT": "doubt",
    "CANNOT_DECIDE": "unsure",
    "NOT_A_CREDENTIAL": "bad",
}
TITLES: Mapping[str, Text] = {
    "COVERED": _("Covered"),
    "NOT_COVERED": _("Not covered"),
    "DOUBT": _("Doubt"),
    "CANNOT_DECIDE": _("Cannot be decided"),
    "NOT_A_CREDENTIAL": _("Not a credential"),
}
SOURCES: Mapping[str, Text] = {
    WALLET: _("Wallet, asked online"),
    SCAN: _("Code scanned"),
    PAPER: _("Paper"),
    NOTHING: _("No document shown"),
}
_QUIET = (Ending.PASSED, Ending.NOT_APPLICABLE)
_NO_RULES = _("The rules of inspection are not here, or cannot be believed.")
_NO_RULES_NEXT = _("Check again when the lists can be reached.")


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question to the inspector and what was answered."""

    id: str
    text: str
    help: str
    answer: bool | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """Everything a verdict page says, apart from the claims."""

    outcome: str
    kind: str
    title: str
    sentence: str
    next: str
    compare: str
    said: tuple[RuleExplanation, ...]
    quiet: tuple[RuleExplanation, ...]
    questions: tuple[AskedQuestion, ...]
    findings: tuple[Finding, ...]
    version: str
    facts: Mapping[str, Any] | None


def create_view(case: Case, person: CasePerson, rules: RuleSet | None) -> PersonView:
    """Put a ruling into the words of the current language."""
    facts = person.evidence["facts"] if person.evidence else None
    explained = _explain(case, person, rules, facts)
    kind = DOCUMENT_KINDS[case.kind]
    return PersonView(
        outcome=person.outcome,
        kind=OUTCOME_KINDS[person.outcome],
        title=explained.title,
        sentence=explained.sentence,
        next=explained.next,
        compare=explained.compare,
        said=tuple(each for each in explained.rules if each.outcome not in _QUIET),
        quiet=tuple(each for each in explained.rules if each.outcome is Ending.PASSED),
        questions=tuple(_questions(kind, person, rules)),
        findings=tuple(read_finding(each) for each in person.decided["findings"]),
        version=person.ruling["version"] or "",
        facts=facts,
    )


def create_headline(case: Case, person: CasePerson, rules: RuleSet | None) -> tuple[str, str]:
    """Return title and reason of a verdict, for a line in a list."""
    facts = person.evidence["facts"] if person.evidence else None
    explained = _explain(case, person, rules, facts)
    return explained.title, explained.sentence


def find_holder(person: CasePerson) -> Mapping[str, str | None] | None:
    """Return the names and date of birth that were shown: by the document, or else the identity."""
    if person.evidence is None:
        return None
    shown: Mapping[str, str | None] | None = person.evidence["facts"]["document"]["person"]
    return shown or _read_identity(person)


def name_person(person: CasePerson) -> str:
    """Return the name that was shown, or an empty text."""
    shown = find_holder(person) or {}
    return " ".join(each for each in (shown.get("forenames"), shown.get("surnames")) if each)


def _read_identity(person: CasePerson) -> Mapping[str, str | None] | None:
    """Read the identity that came along, if the check of the person could use it."""
    text = ((person.evidence or {})["submission"] or {}).get("pid")
    compared = (f["reason"] for f in person.decided["findings"] if f["check"] == "person")
    reason = next(compared, "not_run")
    if not text or reason in ("pid_not_believed", "not_run"):
        return None
    vc = parse_sd_jwt_vc(text)
    shown = read_presented(vc.vct, vc.claims).person
    if shown is None:
        return None
    born = shown.date_of_birth.isoformat() if shown.date_of_birth else None
    return {"surnames": shown.surnames, "forenames": shown.forenames, "date_of_birth": born}


def describe_document(case: Case, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the entries an inspector compares: label and value."""
    return [(str(label), value) for label, value in _rows(case, document) if value]


def describe_refusal(code: str, rules: RuleSet | None, locale: str) -> str:
    """Return what the rules say of something that is none of our documents, or an empty text."""
    if rules is None:
        return ""
    texts = rules.texts.get(locale, rules.texts["en"]).get("submission", {})
    return str(texts.get(code, texts.get("not_ours", {})).get("sentence", ""))


def format_iso_day(day: str) -> str:
    """Write an ISO date as a person of the current language does."""
    return format_day(date.fromisoformat(day))


def _explain(
    case: Case, person: CasePerson, rules: RuleSet | None, facts: Mapping[str, Any] | None
) -> Explanation:
    ruling = parse_ruling(person.ruling)
    if rules is None or ruling.version not in (None, rules.version):
        return _explain_alone(person)
    known = facts or {
        "document": create_empty_document("online"),
        "situation": case.situation.as_json(),
    }
    return explain(ruling, known, rules, str(get_locale()))


def _explain_alone(person: CasePerson) -> Explanation:
    """Without the words of that version of the rules only the outcome can be said."""
    title = str(TITLES[person.outcome])
    if person.ruling["version"] is None:
        return Explanation(Ending(person.outcome), title, str(_NO_RULES), next=str(_NO_RULES_NEXT))
    sentence = gettext(
        "Decided under version %(version)s of the rules, whose words are no longer here.",
        version=person.ruling["version"],
    )
    return Explanation(Ending(person.outcome), title, sentence)


def _questions(kind: str, person: CasePerson, rules: RuleSet | None) -> Iterator[AskedQuestion]:
    if rules is None or person.evidence is None or person.ruling["version"] != rules.version:
        return
    texts = rules.texts.get(str(get_locale()), rules.texts["en"])["questions"]
    applied = {each["id"] for each in person.ruling["rules"] if each["outcome"] != "NOT_APPLICABLE"}
    for question in rules.questions:
        if question.kind == kind and question.rule in applied:
            words = texts[question.id]
            answer = person.answers.get(question.id)
            yield AskedQuestion(question.id, words["text"], words.get("help", ""), answer)


def _rows(case: Case, document: Mapping[str, Any]) -> Iterable[tuple[Text, str]]:
    locale = str(get_locale())
    person = document["person"] or {}
    institution = document["institution"]
    yield _("Surnames"), person.get("surnames") or ""
    yield _("Forenames"), person.get("forenames") or ""
    yield _("Date of birth"), _day(person.get("date_of_birth"), locale)
    yield _("Document number"), document["number"] or ""
    yield _("Institution"), _join(institution["name"], institution["id"])
    yield _("Legislation of"), _country(document["legislation"], locale)
    yield _("From"), _day(document["starts"], locale)
    yield _("Until"), end_date_name(document["ends"], locale) if document["ends"] else ""
    yield _("Card valid until"), _day(document["expires_on"], locale) if case.kind == "care" else ""
    if document["code"]:
        yield _("Status of the holder"), code_name("status_confirmation", document["code"], locale)
    for employer in document["employers"] or ():
        yield _("Employer"), _join(employer["name"], employer["id"])
    for place in document["places"] or ():
        parts = (place["name"], place["street"], place["town"], _country(place["country"], locale))
        yield _("Place of work"), ", ".join(each for each in parts if each)
    yield (
        _("States without a fixed place"),
        ", ".join(_country(each, locale) for each in document["no_fixed_place"] or ()),
    )


def _day(value: str | None, locale: str) -> str:
    return date_name(value, locale) if value else ""


def _country(value: str | None, locale: str) -> str:
    return country_name(value, locale) if value else ""


def _join(name: str | None, number: str | None) -> str:
    return f"{name} ({number})" if name and number else name or number or ""
