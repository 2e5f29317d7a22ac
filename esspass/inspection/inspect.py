"""Inspect one credential: every check, in order, into one verdict."""

from __future__ import annotations

from esspass.inspection.checks import CHECKS, LOCAL, REMOTE, SIGNATURE
from esspass.inspection.evidence import Binding, Credential, Evidence
from esspass.inspection.status import StatusSource
from esspass.sdjwt import parse_sd_jwt_vc
from esspass.trust import TrustView
from esspass.verdict import Outcome, Verdict, judge


def inspect_issued(
    text: str, *, trust: TrustView, statuses: StatusSource, now: int
) -> Verdict[Credential]:
    """Inspect a credential a wallet received or holds. Raises MalformedError if it is none.

    ``holder_binding`` then says that there is a key a holder could prove.
    """
    return _inspect(Evidence(parse_sd_jwt_vc(text), trust, statuses, now))


def inspect_presentation(
    text: str, *, nonce: str, audience: str, trust: TrustView, statuses: StatusSource, now: int
) -> Verdict[Credential]:
    """Inspect a credential that was presented for ``nonce`` to ``audience``.

    There is no way to leave the key binding out. Raises MalformedError if ``text`` is no SD-JWT
    VC, VerificationError if its disclosures break RFC 9901, section 7.1.
    """
    binding = Binding(nonce, audience)
    return _inspect(Evidence(parse_sd_jwt_vc(text), trust, statuses, now, binding))


def _inspect(evidence: Evidence) -> Verdict[Credential]:
    """Ask who signed first; of an unsigned text nothing else is asked."""
    credential = evidence.credential()
    signed = judge(evidence, (SIGNATURE,))
    if signed.outcome is Outcome.PASSED:
        rest = judge(evidence, LOCAL, REMOTE).findings
    else:
        rest = tuple(check.skip(evidence) for check in (*LOCAL, *REMOTE))
    findings = sorted((*signed.findings, *rest), key=lambda each: CHECKS.index(each.check))
    return Verdict(credential, tuple(findings))
