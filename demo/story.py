"""Telling the scenario: one readable line per step, and whether each ended as it must."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import click

from esspass.errors import EsspassError

_WAIT_SECONDS, _PAUSE = 60.0, 0.2
T = TypeVar("T")


class StepError(Exception):
    """A step ended otherwise than the story says."""


@dataclass
class Story:
    """Counts steps; ``tell`` runs one and prints its line."""

    told: int = 0
    failed: list[str] = field(default_factory=list)

    def tell(self, who: str, what: str, act: Callable[[], str]) -> None:
        """Run ``act``, which returns the step's outcome in a word or two, or raises."""
        self.told += 1
        began = time.perf_counter()
        try:
            outcome, good = act(), True
        except (EsspassError, StepError) as error:
            code = getattr(error, "code", "")
            outcome, good = f"{error} {f'[{code}]' if code else ''}".strip(), False
            self.failed.append(what)
        milliseconds = (time.perf_counter() - began) * 1000
        mark = click.style("ok", fg="green") if good else click.style("NOT OK", fg="red")
        number = f"{self.told:>2}"
        click.echo(
            f"{number}  {who:<26.26}  {what:<62}  {outcome:<34}  {milliseconds:>6.0f} ms  {mark}"
        )

    def end(self) -> int:
        """Print the closing line; return the exit code."""
        good = self.told - len(self.failed)
        click.echo(f"\ndemo: {self.told} steps, {good} ok")
        return 1 if self.failed or not self.told else 0


def expect(condition: object, otherwise: str) -> None:
    """Raise StepError with ``otherwise`` unless ``condition`` holds."""
    if not condition:
        raise StepError(otherwise)


def expect_refusal(act: Callable[[], object], *codes: str) -> str:
    """Run ``act``, which must be refused with one of ``codes``; return the code."""
    try:
        act()
    except EsspassError as error:
        if error.code not in codes:
            raise
        return f"refused: {error.code}"
    raise StepError("was not refused")


def wait_for(find: Callable[[], T | None], otherwise: str) -> T:
    """Ask until there is an answer. Raises StepError ``otherwise`` after a minute."""
    ends = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < ends:
        found = find()
        if found:
            return found
        time.sleep(_PAUSE)
    raise StepError(otherwise)
