"""What was handed over, looked at: which document it is, what the checks find, whose it is.

The clock is doubted first: a signed time that has not come yet proves it wrong. Then the checks run
at that time, and those on the times of document and holder say only that the clock is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from esspass.attestations import attestation_types
from esspass.cwt import UnverifiedCwt, parse_cwt, read_core
from esspass.errors import EsspassError, MalformedError, VerificationError
from esspass.inspection.checks import CHECKS, SIGNATURE
from esspass.inspection.evidence import Credential, HolderBinding
from esspass.inspection.inspect import inspect_bound, inspect_paper
from esspass.inspection.person import PERSON, match_person
from esspass.inspection.ruling import APPLICATION_ONLY, KINDS
from esspass.inspection.shown import TIME_CODES
from esspass.inspection.situation import WORK, Situation
from esspass.inspection.sources import Sources
from esspass.inspection.submission import ONLINE, PAPER, Submission, read_code
from esspass.sdjwt import parse_sd_jwt_vc
from esspass.verdict import Finding, Outcome, Verdict

CLOCK_LEEWAY = 300
CLOCK_WRONG, PID_NOT_BELIEVED = "clock_wrong", "pid_not_believed"
OTHER_DOCUMENT = "other_document"


@dataclass(frozen=True, slots=True)
class Examined:
    """The findings, in the order of ``CHECKS``; what was shown, if it could be read; how."""

    findings: tuple[Finding, ...]
    credential: Credential | None
    medium: str


def examine(
    sources: Sources,
    submission: Submission,
    situation: Situation,
    *,
    now: int,
    seen: AbstractSet[str],
) -> Examined:
    """Look at a submission. Raises MalformedError for what is no document of the kind asked for.

    Codes: those of ``read_qr_text``, ``other_document``, ``application_only``, or of what does not
    parse.
    """
    opened = _open(submission)
    _require_kind(opened.vct, situation)
    clock = _Clock.read(sources, opened.status_uri, now)
    binding = submission.create_binding(seen)
    if opened.paper is not None:
        verdict = inspect_paper(
            opened.paper, trust=sources.view, statuses=sources.statuses, now=clock.now
        )
    else:
        verdict = _inspect(opened.text, binding, sources, clock)
    findings = clock.doubt(verdict.findings)
    person = _compare(verdict, submission.pid, binding, sources, clock)
    medium = PAPER if opened.paper is not None else submission.medium
    return Examined((*findings, person), verdict.evidence, medium)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A presentation or the CWT of a paper; type and status address are unverified."""

    vct: str
    status_uri: str
    text: str = ""
    paper: UnverifiedCwt | None = None


def _open(submission: Submission) -> _Opened:
    if submission.medium == ONLINE:
        return _open_presentation(submission.text)
    content = read_code(submission.text)
    if content.paper is None:
        return _open_presentation(content.presentation or "")
    cwt = parse_cwt(content.paper)
    vct, _ = read_core(cwt.unverified_core)
    return _Opened(vct, cwt.status.uri, paper=cwt)


def _open_presentation(text: str) -> _Opened:
    vc = parse_sd_jwt_vc(text)
    try:
        reference = vc.status_reference
    except MalformedError:
        reference = None  # the signature check refuses it
    return _Opened(vc.vct, reference.uri if reference else "", text)


def _require_kind(vct: str, situation: Situation) -> None:
    """A type of ours must be the one asked for; a foreign one is for the checks to name."""
    known = attestation_types().get(vct)
    if known is not None and known.kind != KINDS[situation.kind]:
        if known.kind == "application" and situation.kind == WORK:
            raise MalformedError("an A1 was applied for, no more", code=APPLICATION_ONLY)
        raise MalformedError("a document, but not the one asked for", code=OTHER_DOCUMENT)


def _inspect(
    text: str, binding: HolderBinding, sources: Sources, clock: _Clock
) -> Verdict[Credential | None]:
    """Inspect; disclosures that break RFC 9901, section 7.1, are a signature that does not hold."""
    try:
        verdict = inspect_bound(
            text, binding, trust=sources.view, statuses=sources.statuses, now=clock.now
        )
    except (MalformedError, VerificationError) as error:
        return Verdict(None, create_unreadable_findings(error))
    return Verdict(verdict.evidence, verdict.findings)


def create_unreadable_findings(error: EsspassError) -> tuple[Finding, ...]:
    """Say all that can be said of a text that contradicts itself."""
    first = Finding(SIGNATURE.name, SIGNATURE.clause, Outcome.FAILED, error.code)
    rest = (name for name in CHECKS if name not in (SIGNATURE.name, PERSON.name))
    return (first, *(Finding(name, "", Outcome.INDETERMINATE, "not_run") for name in rest))


@dataclass(frozen=True, slots=True)
class _Clock:
    """``now`` is the device's time, or the latest signed one if that proves it ``wrong``."""

    now: int
    wrong: bool

    @classmethod
    def read(cls, sources: Sources, status_uri: str, now: int) -> _Clock:
        proved = max(sources.signed_at, sources.statuses.signed_at(status_uri))
        wrong = now + CLOCK_LEEWAY < proved
        return cls(proved if wrong else now, wrong)

    def doubt(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """With a wrong clock nothing is known about validity, nor about when a code was made."""
        return tuple(self._doubt(each) for each in findings)

    def _doubt(self, finding: Finding) -> Finding:
        timed = finding.outcome is Outcome.PASSED or finding.reason in TIME_CODES
        is_binding = finding.check == "holder_binding" and timed
        is_validity = finding.check == "validity" and finding.reason != "not_run"
        if not self.wrong or not (is_binding or is_validity):
            return finding
        return replace(finding, outcome=Outcome.INDETERMINATE, reason=CLOCK_WRONG, parameters={})


def _compare(
    verdict: Verdict[Credential | None],
    pid: str | None,
    binding: HolderBinding,
    sources: Sources,
    clock: _Clock,
) -> Finding:
    """Compare with the identity, if both can be believed and read; others with nobody."""
    document = verdict.evidence
    passed = {each.check for each in verdict.findings if each.outcome is Outcome.PASSED}
    if document is None or not {SIGNATURE.name, "type"} <= passed:
        return Finding(PERSON.name, PERSON.clause, Outcome.INDETERMINATE, "not_run")
    if pid is None:
        return match_person(document, None)
    identity = _read_pid(pid, binding, sources, clock)
    if isinstance(identity, Credential):
        return match_person(document, identity)
    reason = {"reason": identity}
    return Finding(PERSON.name, PERSON.clause, Outcome.INDETERMINATE, PID_NOT_BELIEVED, reason)


def _read_pid(
    text: str, binding: HolderBinding, sources: Sources, clock: _Clock
) -> Credential | str:
    """Return the identity if every check of it passed, else the reason of the first other."""
    try:
        parse_sd_jwt_vc(text)
    except MalformedError as error:
        return error.code
    verdict = _inspect(text, binding, sources, clock)
    findings = clock.doubt(verdict.findings)
    broken = [each.reason for each in findings if each.outcome is not Outcome.PASSED]
    identity = verdict.evidence
    if broken or identity is None:
        return next(reason for reason in broken if reason != "not_run")
    return identity if identity.kind == "pid" else OTHER_DOCUMENT
