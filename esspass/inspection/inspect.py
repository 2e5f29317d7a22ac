"""Inspect one document: every check, in order, into one verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from esspass.cwt import UnverifiedCwt
from esspass.inspection.checks import (
    CHECKS,
    HOLDER_BINDING,
    LOCAL,
    PAPER_LOCAL,
    PAPER_SIGNATURE,
    REMOTE,
    SIGNATURE,
)
from esspass.inspection.evidence import (
    Binding,
    Credential,
    Evidence,
    HolderBinding,
    VcEvidence,
)
from esspass.inspection.paper import PaperEvidence
from esspass.inspection.status import Statuses
from esspass.sdjwt import parse_sd_jwt_vc
from esspass.trust import TrustView
from esspass.verdict import Check, Finding, Outcome, Verdict, judge

E = TypeVar("E", bound=Evidence)


def inspect_issued(
    text: str, *, trust: TrustView, statuses: Statuses, now: int
) -> Verdict[Credential]:
    """Inspect a credential a wallet received or holds. Raises MalformedError if it is none.

    ``holder_binding`` then says that there is a key a holder could prove.
    """
    return _inspect(VcEvidence(parse_sd_jwt_vc(text), trust, statuses, now))


def inspect_presentation(
    text: str, *, nonce: str, audience: str, trust: TrustView, statuses: Statuses, now: int
) -> Verdict[Credential]:
    """Inspect a credential that was presented for ``nonce`` to ``audience``.

    There is no way to leave the key binding out. Raises MalformedError if ``text`` is no SD-JWT
    VC, VerificationError if its disclosures break RFC 9901, section 7.1.
    """
    return inspect_bound(text, Binding(nonce, audience), trust=trust, statuses=statuses, now=now)


def inspect_bound(
    text: str, binding: HolderBinding, *, trust: TrustView, statuses: Statuses, now: int
) -> Verdict[Credential]:
    """Inspect a credential that must be bound in this way. Raises as ``inspect_presentation``."""
    return _inspect(VcEvidence(parse_sd_jwt_vc(text), trust, statuses, now, binding))


def inspect_paper(
    cwt: UnverifiedCwt, *, trust: TrustView, statuses: Statuses, now: int
) -> Verdict[Credential | None]:
    """Inspect a sealed document; there is no evidence in the verdict unless its seal holds.

    Nobody can prove to be its holder, so ``holder_binding`` is never run.
    """
    evidence = PaperEvidence(cwt, trust, statuses, now)
    findings = _ask(evidence, PAPER_SIGNATURE, PAPER_LOCAL)
    unbound = Finding(HOLDER_BINDING.name, "", Outcome.INDETERMINATE, "not_run")
    signed = findings[0].outcome is Outcome.PASSED
    return Verdict(evidence.credential() if signed else None, _sort((*findings, unbound)))


def _inspect(evidence: VcEvidence) -> Verdict[Credential]:
    credential = evidence.credential()
    return Verdict(credential, _sort(_ask(evidence, SIGNATURE, LOCAL)))


def _ask(evidence: E, signature: Check[E], local: Sequence[Check[E]]) -> tuple[Finding, ...]:
    """Ask who signed first; of an unsigned text nothing else is asked."""
    signed = judge(evidence, (signature,))
    if signed.outcome is Outcome.PASSED:
        return (*signed.findings, *judge(evidence, local, REMOTE).findings)
    rest: tuple[Check[E], ...] = (*local, *REMOTE)
    return (*signed.findings, *(check.skip(evidence) for check in rest))


def _sort(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: CHECKS.index(each.check)))
