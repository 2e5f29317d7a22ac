"""The verdict in words: a title, one sentence why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from esspass.attestations import PID
from esspass.verdict import Finding, Outcome
from esspass.web import ErrorText
from esspass.web.findings import describe_reason
from esspass.web.settings import Text
from verifier.conclusions import Conclusion, DocumentVerdict

KIND_NAMES: Mapping[str, Text] = {
    "pda1": _("A1 certificate"),
    "ehic": _("European Health Insurance Card"),
}
# By check: the title when it failed, and what to do then.
_FAILED: Mapping[str, tuple[Text, Text]] = {
    "signature": (
        _("Not genuine"),
        _("Do not accept it. Ask the institution it names whether it issued this document."),
    ),
    "trust": (
        _("Issuer not recognised"),
        _("Do not rely on it. The evidence below says which list was asked, and whom to contact."),
    ),
    "validity": (
        _("Not valid today"),
        _("Let the person fetch the current document into the wallet, then check again."),
    ),
    "status": (
        _("Withdrawn"),
        _("It no longer counts. Ask the issuing institution from which day on."),
    ),
    "holder_binding": (
        _("Not shown by its holder"),
        _("Start a new check and let the person answer the new request."),
    ),
    "type": (
        _("Not the document asked for"),
        _("Let the person choose the right document in the wallet, then check again."),
    ),
    "integrity": (
        _("Contradictory document"),
        _("Ask the issuing institution which entry is right."),
    ),
    "person": (
        _("Another person's document"),
        _("Look at an identity document. If the names differ there too, do not accept this one."),
    ),
}
# By reason, where one differs from its check.
_FAILED_FOR: Mapping[str, tuple[Text, Text]] = {
    "suspended": (
        _("Suspended"),
        _("It may come back into force. Ask the issuing institution what applies today."),
    ),
}
_UNDECIDED: Mapping[str, Text] = {
    "trust": _("Ask the issuing institution. A doubt does not make the document invalid."),
    "status": _("Check again in a few minutes. Until then, treat it as not checked."),
    "person": _("Compare the document with an identity document with photo."),
}
_UNDECIDED_OTHERWISE = _("Check again, or ask the issuing institution.")

ERROR_TEXTS: Mapping[str, ErrorText] = {
    "access_denied": ErrorText(
        _("This result is not for this browser"),
        _("A result is shown only in the browser in which the check was started."),
        _("Go back to that browser, or start a new check here."),
    ),
    "not_found": ErrorText(
        _("Check not found"),
        _("There is no such check, or its time of keeping is over."),
        _("Start a new check."),
    ),
}


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands in the banner; ``outcome`` gives its colour."""

    outcome: Outcome
    title: str
    sentence: str
    next_step: str


def create_headline(kind: str, conclusion: Conclusion) -> Headline:
    """Say what decides, in the current language: a failure first, then what is open."""
    for outcome in (Outcome.FAILED, Outcome.INDETERMINATE):
        for vct, finding in _decisive(conclusion):
            if finding.outcome is outcome and finding.reason != "not_run":
                return _explain(vct, finding)
    if conclusion.outcome is not Outcome.PASSED:
        text = str(_UNDECIDED_OTHERWISE)
        return Headline(Outcome.INDETERMINATE, gettext("Cannot be decided"), "", text)
    return _accept(kind, conclusion)


def _decisive(conclusion: Conclusion) -> Iterator[tuple[str, Finding]]:
    """Document first, then the identity, then whether they fit."""
    for document in sorted(conclusion.documents, key=lambda each: each.vct == PID):
        yield from ((document.vct, finding) for finding in document.findings)
    if conclusion.person is not None:
        yield "", conclusion.person


def _explain(vct: str, finding: Finding) -> Headline:
    sentence = describe_reason(finding.reason)
    if vct == PID:
        sentence = gettext("About the identity data: %(sentence)s", sentence=sentence)
    if finding.outcome is Outcome.FAILED:
        title, next_step = _FAILED_FOR.get(finding.reason) or _FAILED[finding.check]
        return Headline(Outcome.FAILED, str(title), sentence, str(next_step))
    next_step = _UNDECIDED.get(finding.check, _UNDECIDED_OTHERWISE)
    return Headline(Outcome.INDETERMINATE, gettext("Cannot be decided"), sentence, str(next_step))


def _accept(kind: str, conclusion: Conclusion) -> Headline:
    body = _issuing_body(conclusion.documents)
    if kind == "pda1":
        sentence = gettext("%(body)s issued this A1 certificate and stands by it.", body=body)
    else:
        sentence = gettext("%(body)s issued this card and stands by it.", body=body)
    next_step = gettext("Compare the photo on an identity document with the person before you.")
    if conclusion.person is None:
        next_step = gettext("Compare name and date of birth with an identity document with photo.")
    return Headline(Outcome.PASSED, gettext("Genuine and not withdrawn"), sentence, next_step)


def _issuing_body(documents: tuple[DocumentVerdict, ...]) -> str:
    for document in documents:
        trust = document.finding("trust")
        if document.vct != PID and trust is not None:
            return trust.parameters.get("entity", "")
    return ""
