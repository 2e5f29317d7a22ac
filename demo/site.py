"""A building site without a network: a crew of five is checked from what was taken along.

The device holds the bundle of signed sources as text. ``decide`` gets nothing else, so there is
no network that could help it; the scan page does the same in a browser.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, partial
from typing import Any

from demo.actors import Inspector, Office, Owner, clock
from demo.outcomes import ruled
from demo.people import BALTIC_CONSTRUCTION
from demo.story import Story, expect
from esspass.inspection import Decision, Situation, Submission, decide, parse_sources
from esspass.inspection.sources import Sources
from issuer.paper import Wish
from issuer.reasons import WithdrawalReason

PURPOSE = "labour-inspection"
CREW = ("builder", "mason", "welder", "painter", "carpenter")
PACE_SECONDS = 2.1  # longer than anything is cached in a quick world
INSPECTOR, INSTITUTION = "Inspector, Greece", "Institution, Lithuania"
_RULINGS = (
    ("builder", "at his employer's site", "COVERED", None, ""),
    ("mason", "of another undertaking", "DOUBT", "A-19", "different_employer"),
    ("welder", "whose A1 was withdrawn", "NOT_COVERED", "A-05", "revoked"),
    ("painter", "whose A1 begins next month", "NOT_COVERED", "A-09", "not_yet"),
)


def visit(story: Story, greece: Inspector, lithuania: Office, crew: Mapping[str, Owner]) -> None:
    """Tell the visit: what is prepared, what is taken along, and the five people on site."""
    _Visit(story, greece, lithuania, crew).tell()


@dataclass
class Device:
    """An inspector's device: the text it took along, and the codes it has seen."""

    bundle: str = field(repr=False)
    seen: set[str] = field(default_factory=set)

    @cached_property
    def sources(self) -> Sources:
        """What the text holds, verified under the anchors in it."""
        return parse_sources(json.loads(self.bundle))

    def scan(self, submission: Submission) -> Decision:
        """Decide on what the camera read; a code serves once."""
        now, seen = clock(), frozenset(self.seen)
        decision = decide(self.sources, submission, _at_harbour(now), {}, now=now, seen=seen)
        self.seen.add(submission.binding_digest())
        return decision


@dataclass
class _Visit:
    story: Story
    greece: Inspector
    lithuania: Office
    crew: Mapping[str, Owner]
    papers: dict[str, Submission] = field(default_factory=dict)

    def tell(self) -> None:
        self.story.tell(INSTITUTION, "withdraws the welder's A1: wrong data", self._withdraw)
        self.story.tell(INSTITUTION, "prints the carpenter's A1, sealed, with a code", self._print)
        self.story.tell(INSPECTOR, "takes signed lists, statuses and rules along", self._pack)
        for key, what, outcome, rule, reason in _RULINGS:
            expected = partial(ruled, outcome=outcome, rule=rule, reason=reason)
            self._tell(f"scans the {key}, {what}", partial(self._show, key), expected)
        expected = partial(ruled, outcome="COVERED")
        self._tell("scans the carpenter's paper", lambda: self.papers["carpenter"], expected)
        self._tell(
            "is shown a photograph of the builder's code",
            lambda: self.papers["photograph"],
            partial(ruled, outcome="NOT_A_CREDENTIAL", rule="A-07", reason="replayed"),
        )

    def _tell(
        self, what: str, show: Callable[[], Submission], judge: Callable[[Mapping[str, Any]], str]
    ) -> None:
        self.story.tell(
            INSPECTOR,
            f"no network: {what}",
            lambda: judge(self.device.scan(show()).ruling.as_json()),
        )

    @cached_property
    def device(self) -> Device:
        """Filled by the one moment there was a network."""
        collector = self.greece.verifier.casework.judge.bundles.collector
        problems = collector.refresh_statuses(clock())
        expect(not problems, f"{len(problems)} status lists could not be fetched")
        return Device(json.dumps(collector.collect(clock())))

    def _pack(self) -> str:
        return f"{len(self.device.bundle) // 1024} kB, rules {self._version()}"

    def _version(self) -> str:
        rules = self.device.sources.rules
        expect(rules, "the bundle holds no rules")
        assert rules is not None
        return rules.version

    def _withdraw(self) -> str:
        citizen = self.crew["welder"].citizen
        reason = WithdrawalReason.WRONG_DATA
        count = self.lithuania.withdraw(citizen, "pda1", reason, _day(clock()))
        expect(count, "nothing was withdrawn")
        time.sleep(PACE_SECONDS)
        return f"{count} copies invalid"

    def _print(self) -> str:
        record = self.lithuania.record_id(self.crew["carpenter"].citizen, "pda1")
        code = self.lithuania.services.paper.create_code(record, Wish("lt", "el"), clock())
        self.papers["carpenter"] = Submission("paper", code, purpose=PURPOSE)
        return f"{len(code)} characters"

    def _show(self, key: str) -> Submission:
        """What a camera reads off a telephone: all frames of one minute."""
        code = self.crew[key].show("pda1", PURPOSE)
        shown = Submission("qr", "\n".join(code.texts), purpose=PURPOSE)
        if key == "builder":
            self.papers["photograph"] = shown
        return shown


def _at_harbour(now: int) -> Situation:
    """The inspection: in Greece, today, on the site of the builder's employer."""
    return Situation(
        kind="work",
        country="GR",
        date=_day(now).isoformat(),
        employer_name=BALTIC_CONSTRUCTION.name,
        employer_id=BALTIC_CONSTRUCTION.id,
        place="Πειραιάς",
    )


def _day(now: int) -> date:
    return datetime.fromtimestamp(now, UTC).date()
