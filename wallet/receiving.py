"""Receiving: no credential is kept before it is verified and matched to a key of the holder.

The same checks that a verifier makes, plus one: each copy must be bound to another key of ours
(OpenID4VCI 1.0, section 8.3; the order of the copies means nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from esspass.errors import EsspassError, MalformedError, UnavailableError, VerificationError
from esspass.fetch import Fetcher
from esspass.inspection import Credential
from esspass.keys.jwk import create_jwk, create_thumbprint, parse_jwk
from esspass.sdjwt import parse_sd_jwt_vc
from esspass.verdict import Finding, Outcome, Verdict
from wallet.credentials import Checked, Copy
from wallet.type_metadata import fetch_display_names

Inspect = Callable[[str, int], Verdict[Credential]]


class RefusedCredentialError(VerificationError):
    """A received credential must not be believed; ``finding`` says which check and why."""

    code = "credential_refused"

    def __init__(self, finding: Finding | None) -> None:
        super().__init__("the credential did not pass the checks")
        self.finding = finding


@dataclass(frozen=True, slots=True)
class ReceivedCredential:
    """Verified copies of one credential, ready to be kept."""

    vct: str
    copies: tuple[Copy, ...]
    checked: Checked
    display_name: str | None


def verify_received(
    texts: Sequence[str], vct: str, key_ids: Collection[str], inspect: Inspect, now: int
) -> ReceivedCredential:
    """Verify every copy and match it to a key by ``cnf``.

    ``vct`` is the type the issuer announced; ``key_ids`` are thumbprints of keys made for this
    request. Raises RefusedCredentialError, VerificationError or MalformedError.
    """
    if len(texts) > len(key_ids):
        raise VerificationError("more credentials than keys", code="too_many_credentials")
    copies = tuple(_verify_copy(text, vct, inspect, now) for text in texts)
    used = [copy.key_id for copy in copies]
    if not set(used) <= set(key_ids) or len(set(used)) < len(used):
        raise VerificationError("a copy is not bound to a key of ours", code="wrong_holder_key")
    return ReceivedCredential(vct, copies, Checked("PASSED", "", "", now), None)


def _verify_copy(text: str, vct: str, inspect: Inspect, now: int) -> Copy:
    verdict = inspect(text, now)
    if verdict.outcome is not Outcome.PASSED:
        raise RefusedCredentialError(find_worst(verdict.findings))
    unverified = parse_sd_jwt_vc(text)
    if unverified.vct != vct:
        raise VerificationError("another type than announced", code="wrong_type")
    return Copy(_holder_key_id(unverified.claims.get("cnf")), text)


def _holder_key_id(confirmation: object) -> str:
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    if not isinstance(jwk, dict):
        raise MalformedError("the credential is not bound to a key", code="wrong_holder_key")
    return create_thumbprint(create_jwk(parse_jwk(jwk)))


def find_worst(findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that decides: the first failed one, else the first undecided one."""
    for outcome in (Outcome.FAILED, Outcome.INDETERMINATE):
        for finding in findings:
            if finding.outcome is outcome and finding.reason != "not_run":
                return finding
    return findings[0] if findings else None


def create_checked(verdict: Verdict[Credential], now: int) -> Checked:
    """Summarize a verdict for the card."""
    status = next((f for f in verdict.findings if f.check == "status"), None)
    status_at = status.parameters.get("issued_at", "") if status else ""
    worst = None if verdict.outcome is Outcome.PASSED else find_worst(verdict.findings)
    return Checked(
        outcome=verdict.outcome.value,
        reason=worst.reason if worst else "",
        check=worst.check if worst else "",
        at=now,
        status_at=int(status_at) if status_at.isdigit() else None,
    )
