"""How a step must end: the expectations of the scenario, each returning its line's outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from demo.actors import Inspector, Owner, clock
from demo.story import StepError, expect
from esspass.verdict import Finding, Outcome
from verifier.conclusions import Conclusion
from verifier.service import Result, Stage


def held(credential_ids: tuple[str, ...]) -> str:
    """At least one document came, was checked and is held."""
    expect(credential_ids, "no document was received")
    return "received, checked, held"


def passed(result: Result) -> str:
    """Every check passed."""
    conclusion = _conclusion(result)
    if conclusion.outcome is not Outcome.PASSED:
        raise StepError(f"verdict {conclusion.outcome.value}: {_troubles(conclusion)}")
    return "PASSED"


def ended(result: Result, outcome: Outcome, check: str, reason: str) -> str:
    """The verdict is ``outcome``, and ``check`` gives ``reason`` for it."""
    conclusion = _conclusion(result)
    found = {(finding.check, finding.reason) for finding in _findings(conclusion)}
    if conclusion.outcome is not outcome or (check, reason) not in found:
        raise StepError(f"verdict {conclusion.outcome.value}: {_troubles(conclusion)}")
    return f"{outcome.value}: {reason}"


def declined(inspector: Inspector, owner: Owner, kind: str) -> str:
    """The wallet has nothing that fits; the inspector learns no more than from a refusal."""
    started = inspector.ask(kind)
    event = owner.present(started.link).event
    stage = inspector.verifier.result(started.id, clock()).stage
    expect(stage is Stage.REFUSED, f"the inspection is {stage.value}")
    return f"{stage.value} (in the wallet: {event.value})"


def _conclusion(result: Result) -> Conclusion:
    if result.conclusion is None:
        raise StepError("there is no verdict")
    return result.conclusion


def _findings(conclusion: Conclusion) -> Iterator[Finding]:
    for document in conclusion.documents:
        yield from document.findings
    if conclusion.person is not None:
        yield conclusion.person


def _troubles(conclusion: Conclusion) -> str:
    troubles = (f for f in _findings(conclusion) if f.outcome is not Outcome.PASSED)
    return ", ".join(f"{finding.check} {finding.reason}" for finding in troubles)


def ruled(
    ruling: Mapping[str, Any], outcome: str, rule: str | None = None, reason: str = ""
) -> str:
    """The rules come to this outcome, for this reason."""
    found = (ruling["outcome"], ruling["rule"], ruling["reason"])
    expect(found == (outcome, rule, reason), f"ruled {found}")
    return ": ".join(each for each in (outcome, rule, reason) if each)
