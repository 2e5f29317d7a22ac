"""The words of the register of incoming documents: states, grades, and what the checks noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from esspass.exchange.sed import read_json
from esspass.inspection import RuleResult, RuleSet, Ruling, explain
from esspass.inspection.explain import installed_rules
from esspass.inspection.rules import Ending
from esspass.web.settings import Text
from issuer.back_office import exchange_texts
from issuer.exchange.notification import (
    Arrival,
    ArrivalFinding,
    Grade,
    IncomingDocument,
    IncomingState,
)
from issuer.exchange.notifying import BY_HAND, ON_PAPER
from issuer.exchange.registering import CONTRADICTION, UNPLACED
from issuer.exchange.stays import Seal, Stay
from issuer.exchange.tasks import Task
from issuer.exchange.withdrawing import TOLD_ON_PAPER
from issuer.services import services

STATES: Mapping[IncomingState, tuple[Text, str]] = {
    IncomingState.IN_FORCE: (_("In force"), "good"),
    IncomingState.SUSPENDED: (_("Suspended"), "unsure"),
    IncomingState.WITHDRAWN: (_("Withdrawn"), "bad"),
}
GRADES: Mapping[Grade, tuple[Text, str]] = {
    Grade.CLEAR: (_("Nothing noticed"), "good"),
    Grade.NOTE: (_("For information"), "info"),
    Grade.UNDECIDED: (_("Not all checked"), "unsure"),
    Grade.CONTRADICTION: (_("Contradiction"), "bad"),
}
_KINDS = {Grade.CLEAR: "good", Grade.NOTE: "info", Grade.UNDECIDED: "unsure"}
_LABELS: Mapping[str, Text] = {
    "seal": _("Sealed code"),
    "overlap": _("Other documents of the person"),
    "rules": _("Rules"),
}
_SENTENCES: Mapping[tuple[str, str], Text] = {
    ("seal", "no_code"): _(
        "The message brought no sealed code. What it says is signed by the institution that"
        " sent it."
    ),
    ("seal", "code_unreadable"): _("The file with the sealed code cannot be read."),
    ("seal", "code_differs"): _("The sealed code says otherwise than the message."),
    ("seal", "other_institution"): _("The seal is of another institution than the sender."),
    ("overlap", "two_legislations"): _(
        "Document %(number)s says that the legislation of another State applies at the same time."
        " Only one State's legislation can apply."
    ),
    ("overlap", "same_period"): _("Document %(number)s covers some of the same days."),
    ("rules", "rules_missing"): _("The rules could not be had, so they were not asked."),
    ("rules", "rules_expired"): _("The rules at hand are out of date, so they were not asked."),
}
_SEALS: Mapping[Seal, tuple[Text, str]] = {
    Seal.GOOD: (_("Seal checked"), "good"),
    Seal.UNDECIDED: (_("Seal not fully checked"), "unsure"),
    Seal.BROKEN: (_("Seal does not hold"), "bad"),
    Seal.NONE: (_("No seal"), "neutral"),
}
exchange_texts.TASKS.update({
    CONTRADICTION: _("Something contradicts a document that arrived"),
    UNPLACED: _("Read a notification that names no document we know"),
    ON_PAPER: _("Tell the State concerned of an A1 on paper"),
    BY_HAND: _("Tell the State concerned of an A1 by hand: the message cannot hold it"),
    TOLD_ON_PAPER: _("Tell the State concerned on paper that an A1 has changed"),
})  # fmt: skip


def find_decision(task: Task) -> str:
    """The page of the decision whose number stands first in a task's reference."""
    number = task.reference.partition("/")[0]
    found = services().issuer.records.search(number).records
    return url_for("decisions.show", record_id=found[0].id) if found else ""


exchange_texts.TASK_PAGES.update(dict.fromkeys((ON_PAPER, BY_HAND, TOLD_ON_PAPER), find_decision))


@dataclass(frozen=True, slots=True)
class DescribedFinding:
    """A finding for the page: ``kind`` is that of an icon, ``next`` what to do, if anything."""

    label: str
    kind: str
    grade: Text
    sentence: str
    next: str = ""
    source: str = ""


def describe_findings(
    arrival: Arrival, rules: RuleSet | None, locale: str
) -> list[DescribedFinding]:
    """Put findings into words, the gravest first."""
    order = list(Grade)
    findings = sorted(arrival.findings, key=lambda f: -order.index(f.grade))
    return [_describe(each, arrival, rules or installed_rules(), locale) for each in findings]


def _describe(
    finding: ArrivalFinding, arrival: Arrival, rules: RuleSet, locale: str
) -> DescribedFinding:
    kind, grade = _KINDS.get(finding.grade, "bad"), GRADES[finding.grade][0]
    if finding.check in _LABELS:
        sentence = _SENTENCES[finding.check, finding.reason]
        words = str(sentence) % {"number": finding.parameters.get("number", "")}
        return DescribedFinding(str(_LABELS[finding.check]), kind, grade, words)
    rule = rules.find(finding.check)
    if rule is None:  # asked by rules that are no longer published
        words = gettext("A rule that is no longer published gave this reason: %(reason)s.",
                        reason=finding.reason)  # fmt: skip
        return DescribedFinding(finding.check, kind, grade, words)
    result = RuleResult(finding.check, Ending.INFO, finding.reason)
    ruling = Ruling(Ending.COVERED, finding.check, finding.reason, rules=(result,))
    said = explain(ruling, arrival.facts, rules, locale)
    texts = rules.texts.get(locale, rules.texts["en"])
    label = texts["rules"][finding.check]["question"]
    source = f"{finding.check} · {rule.source['reference']}"
    return DescribedFinding(label, kind, grade, said.sentence, said.next, source)


def describe_state(document: IncomingDocument) -> tuple[Text, str]:
    """Where a document stands, and its colour; another may have taken its place."""
    return (_("Replaced"), "neutral") if document.replaced_by else STATES[document.state]


def describe_reason(reason: str | None, locale: str) -> str:
    """Why a document was withdrawn: a code of X008 in words, or the institution's own words."""
    known = read_json("codes.json")["X008"].get(reason or "")
    return str(known.get(locale, known["en"])) if known else reason or ""


def describe_seal(stay: Stay) -> tuple[Text, str]:
    """What the seal of a certificate is worth, and its colour."""
    return _SEALS[stay.seal]
