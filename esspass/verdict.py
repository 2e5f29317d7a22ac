"""Verdicts: what was checked, how each check ended, and why.

Outcomes follow ETSI EN 319 102-1, clause 5.1.3. A verdict fails closed: it has passed only if
every check ran and every check passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from esspass.errors import MalformedError, UndecidedError, VerificationError

T = TypeVar("T")
E_contra = TypeVar("E_contra", contravariant=True)
Parameters = Mapping[str, str]
_NONE: Parameters = {}


class Outcome(StrEnum):
    """How a check, or a whole verdict, ended."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INDETERMINATE = "INDETERMINATE"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one check ended. Holds no personal data, so it may be logged and stored.

    ``parameters`` name the evidence: issuer, list, sequence number, dates.
    """

    check: str
    clause: str
    outcome: Outcome
    reason: str = ""
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check(Generic[E_contra]):
    """A named question to the evidence, and the clause that demands it.

    ``verify`` returns the parameters of the finding (or nothing) when satisfied and raises
    otherwise; a raised error may carry ``parameters`` too.
    """

    name: str
    clause: str
    verify: Callable[[E_contra], Parameters | None]

    def run(self, evidence: E_contra) -> Finding:
        """Ask the question; any error that is not ours is a bug and propagates."""
        try:
            parameters = self.verify(evidence) or _NONE
        except (MalformedError, VerificationError) as error:
            return self._ended(Outcome.FAILED, error.code, error)
        except UndecidedError as error:
            return self._ended(Outcome.INDETERMINATE, error.code, error)
        return Finding(self.name, self.clause, Outcome.PASSED, "", parameters)

    def skip(self, _evidence: E_contra) -> Finding:
        """Record that an earlier failure made the question pointless."""
        return Finding(self.name, self.clause, Outcome.INDETERMINATE, "not_run")

    def _ended(self, outcome: Outcome, reason: str, error: Exception) -> Finding:
        return Finding(self.name, self.clause, outcome, reason, getattr(error, "parameters", _NONE))


@dataclass(frozen=True, slots=True)
class Verdict(Generic[T]):
    """All findings about one piece of evidence."""

    evidence: T = field(repr=False)
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of all findings; no findings prove nothing."""
        return worst(finding.outcome for finding in self.findings)

    def accept(self) -> T:
        """Return the evidence, now to be believed; raise VerificationError unless all passed."""
        if self.outcome is not Outcome.PASSED:
            raise VerificationError(self.outcome)
        return self.evidence


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Combine outcomes: one FAILED fails all, anything short of all PASSED is INDETERMINATE."""
    seen = set(outcomes)
    if Outcome.FAILED in seen:
        return Outcome.FAILED
    return Outcome.PASSED if seen == {Outcome.PASSED} else Outcome.INDETERMINATE


def judge(evidence: T, local: Sequence[Check[T]], remote: Sequence[Check[T]] = ()) -> Verdict[T]:
    """Run all local checks, and the remote ones only if all of those passed.

    A remote check follows a URI found in the evidence, so it must never run before the evidence
    is authenticated.
    """
    findings = [check.run(evidence) for check in local]
    authentic = worst(finding.outcome for finding in findings) is Outcome.PASSED
    ask = Check.run if authentic else Check.skip
    findings += [ask(check, evidence) for check in remote]
    return Verdict(evidence, tuple(findings))
