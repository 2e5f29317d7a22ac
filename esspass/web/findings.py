"""Findings in words: the name of each check, one sentence for how it ended, its evidence.

Codes that nobody has written a sentence for still get one from their outcome, with the code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID
from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from esspass.verdict import Finding, Outcome
from esspass.web.languages import format_country, mark_up_moment
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
    "archived_sequence_number": _("Number of the older list"),
    "issued": _("List issued"),
    "next_update": _("Next list due"),
    "freshness": _("Age of the list"),
    "operator": _("Operator of the list"),
    "operator_contact": _("Contact of the operator"),
    "fetched": _("Fetched"),
    "fetched_at": _("Fetched"),
    "problem": _("Problem of the source"),
    "problem_since": _("Problem since"),
    "directory_sequence_number": _("Directory number"),
    "directory_fetched": _("Directory fetched"),
    "directory_problem": _("Problem of the directory"),
    "directory_problem_since": _("Directory problem since"),
    "entity": _("Listed as"),
    "contact": _("Whom to ask"),
    "country": _("Country"),
    "issuer": _("Issuer"),
    "institution": _("Institution"),
    "status_at_issuance": _("Listed at issuance"),
    "status_now": _("Listed now"),
    "status_since": _("So since"),
    "vct": _("Type"),
    "type": _("Type"),
    "issued_at": _("Issued"),
    "not_before": _("Valid from"),
    "expires_at": _("Valid until"),
    "uri": _("Status list"),
    "shape": _("Form of the data"),
    "short_lived": _("Lifetime in seconds"),
    "surnames": _("Surnames"),
    "forenames": _("Forenames"),
    "date_of_birth": _("Date of birth"),
    "personal_number": _("Personal number"),
    "age": _("Age of the answer in seconds"),
    "source": _("Source"),
    "since": _("Since"),
}
VALUES: Mapping[str, Text] = {
    "FRESH": _("current"),
    "GRACE": _("overdue"),
    "EXPIRED": _("too old"),
    "CLOSED": _("closed"),
    "listed": _("listed"),
    "notified": _("listed"),
    "withdrawn": _("withdrawn"),
    "none": _("not listed"),
    "exact": _("the same"),
    "diacritics": _("the same but for accents"),
    "transliterated": _("the same in another alphabet"),
    "partial": _("the same in part"),
    "different": _("different"),
    "pid-providers": _("Issuers of identity data"),
    "wallet-providers": _("Providers of wallets"),
    "wrpac-providers": _("Issuers of access certificates"),
    "pub-eaa-providers": _("Public issuers of attestations"),
}
_CODES = frozenset({"problem", "directory_problem"})
_SHOWN_ELSEWHERE = frozenset({"reason"})
_TIMES = frozenset({"issued_at", "not_before", "expires_at", "since", "fetched_at"})


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
    evidence = tuple(
        (str(PARAMETERS.get(key, key.replace("_", " "))), _value(key, value))
        for key, value in finding.parameters.items()
        if value and key not in _SHOWN_ELSEWHERE
    )
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


def _value(key: str, value: str) -> str:
    if key in _CODES:
        return describe_reason(value)
    if key == "country":
        return format_country(value)
    if key == "issuer":
        return _organization(value)
    if key in _TIMES and value.isdecimal():
        return mark_up_moment(int(value))
    return str(VALUES[value]) if value in VALUES else _moment_or_text(value)


def _organization(value: str) -> str:
    """Name who stands in a certificate (RFC 4514): the organisation and its country."""
    try:
        name = x509.Name.from_rfc4514_string(value)
    except ValueError:
        return value
    parts = [
        name.get_attributes_for_oid(oid)
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COUNTRY_NAME)
    ]
    if not all(parts):
        return value
    organization, country = (str(part[0].value) for part in parts)
    return f"{organization}, {format_country(country)}"


def _moment_or_text(value: str) -> str:
    """Lists write their times as ISO 8601 in UTC, ``2026-11-21T09:27:00Z``."""
    try:
        moment = dt.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        return value
    return mark_up_moment(int(moment.timestamp()))
