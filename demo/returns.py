"""The end of the year: everybody hands in what they counted, and the centre holds it together."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo.actors import Inspector, Office, clock
from demo.story import Story, expect
from demo.world import World
from esspass.statistics import Period, parse_period
from esspass.web.statistics import Counting, hand_in
from issuer.returns import create_counting as count_for_office
from verifier.returns import create_counting as count_for_verifier

CENTRE = "Centre of statistics"
WAIT_SECONDS = 30.0
_PAUSE = 0.5


@dataclass(frozen=True)
class Returns:
    """Institutions and verifiers, and the centre that they report to."""

    story: Story
    world: World
    offices: Sequence[Office]
    verifiers: Sequence[Inspector]

    def tell(self) -> None:
        """Tell how returns are handed in, joined and published."""
        self.story.tell(
            "Institutions", "hand in their signed returns of the year", self._hand_in_offices
        )
        self.story.tell("Verifiers", "hand in theirs: presentations, verdicts", self._hand_in_rest)
        self.story.tell(CENTRE, "finds that what was sent was received, and joins them", self._read)

    @property
    def _period(self) -> Period:
        year = datetime.fromtimestamp(clock(), UTC).year
        return parse_period(f"{year}-01", f"{year}-12")

    def _hand_in_offices(self) -> str:
        """A message may be on its way while we count, so a return is renewed until all agree."""
        deadline = time.monotonic() + WAIT_SECONDS
        while found := self._hand_in_all():
            expect(time.monotonic() < deadline, f"contradictions: {found}")
            time.sleep(_PAUSE)
        return f"{len(self.offices)} returns, no contradiction"

    def _hand_in_all(self) -> list[dict[str, Any]]:
        """What the last one is told is after all have handed in."""
        return [self._hand_in(count_for_office(each.services)) for each in self.offices][-1]

    def _hand_in_rest(self) -> str:
        for each in self.verifiers:
            expect(not self._hand_in(count_for_verifier(each.verifier)), "contradictions")
        return f"{len(self.verifiers)} returns, no contradiction"

    def _hand_in(self, counting: Counting) -> list[dict[str, Any]]:
        token = counting.sign(self._period, clock())
        return hand_in(self.world.fetcher(), self.world.base_url("centre"), token)

    def _read(self) -> str:
        period = self._period
        address = f"{self.world.base_url('centre')}/periods/{period.first}/{period.last}"
        tables = self._fetch(f"{address}/statistics.json")["tables"]
        verdicts = next(iter(tables["verdicts"]))["total"]
        expect(verdicts, "no verdicts were counted")
        return f"{verdicts} verdicts, small cells left out"

    def _fetch(self, url: str) -> Mapping[str, Any]:
        answer = self.world.fetcher().get(url).require(200)
        found: Mapping[str, Any] = json.loads(answer.text)
        return found
