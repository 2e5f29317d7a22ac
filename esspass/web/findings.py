"""Findings in words: the name of each check, one sentence for how it ended, its evidence.

Codes that nobody has written a sentence for still get one from their outcome, with the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from esspass.verdict import Finding, Outcome
from esspass.web.languages import format_day
from esspass.web.reason_texts import REASONS
from esspass.web.settings import Text

CHECKS: Mapping[str, tuple[Text, Text]] = {
    "signature": (_("Signature"), _("The document is unchanged since it was signed.")),
    "trust": (_("Issuer"), _("A trusted list names the issuer, then and now.")),
    "validity": (_("Period"), _("The document is within its period of validity.")),
    "status": (_("Withdrawal"), _("The issuer has not withdrawn the document.")),
    "holder_binding": (_("Holder"), _("The person who shows the document holds its key.")),
    "type": (_("Type and form"), _("It is the kind of document it says it is.")),
    "integrity": (_("Content"), _("The entries do not contradict each other.")),
    "person": (_("Person"), _("The identity data and the document name the same person.")),
}

OUTCOMES: Mapping[Outcome, tuple[str, Text]] = {
    Outcome.PASSED: ("good", _("Passed")),
    Outcome.FAILED: ("bad", _("Failed")),
    Outcome.INDETERMINATE: ("unsure", _("Not decided")),
}

PARAMETERS: Mapping[str, Text] = {
    "list": _("Trusted list"),
    "sequence_number": _("List number"),
    "issued": _("List issued"),
    "next_update": _("Next list due"),
    "entity": _("Listed as"),
    "issuer": _("Issuer"),
    "institution": _("Institution"),
    "status_at_issuance": _("Listed at issuance"),
    "status_now": _("Listed now"),
    "freshness": _("Age of the list"),
    "age": _("Age of the answer (seconds)"),
    "uri": _("Status list"),
    "source": _("Source"),
    "since": _("Since"),
    "type": _("Type"),
    "not_before": _("Valid from"),
    "expires_at": _("Valid until"),
    "fetched_at": _("Fetched"),
    "issued_at": _("Issued"),
}
_MOMENTS = frozenset({"issued", "next_update", "since", "not_before", "expires_at"}) | {
    "fetched_at",
    "issued_at",
}


@dataclass(frozen=True, slots=True)
class DescribedFinding:
    """A finding as a page shows it; ``kind`` is good, bad or unsure."""

    check: str
    label: str
    kind: str
    outcome: str
    sentence: str
    code: str
    evidence: tuple[tuple[str, str], ...]


def describe_finding(finding: Finding) -> DescribedFinding:
    """Put a finding into the words of the current language."""
    kind, outcome = OUTCOMES[finding.outcome]
    label, satisfied = CHECKS.get(finding.check, (finding.check, ""))
    evidence = tuple((_name(key), _value(key, v)) for key, v in finding.parameters.items() if v)
    passed = finding.outcome is Outcome.PASSED
    sentence = str(satisfied) if passed else describe_reason(finding.reason)
    return DescribedFinding(
        finding.check, str(label), kind, str(outcome), sentence, finding.reason, evidence
    )


def describe_reason(code: str) -> str:
    """Return the sentence of a reason code, in the current language."""
    return str(REASONS[code]) if code in REASONS else gettext("This check did not succeed.")


def configure_findings(app: Flask) -> None:
    """Give templates ``describe_finding`` and ``describe_reason``."""
    app.jinja_env.globals.update(describe_finding=describe_finding, describe_reason=describe_reason)


def _name(key: str) -> str:
    return str(PARAMETERS.get(key, key.replace("_", " ")))


def _value(key: str, value: str) -> str:
    return format_day(int(value)) if key in _MOMENTS and value.isdecimal() else value
