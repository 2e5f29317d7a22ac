"""The command that writes a return, alike for an institution and a verifier."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import click

from esspass.fetch import Fetcher
from esspass.statistics import parse_period
from esspass.web.statistics.pages import MEDIA_TYPE, Counting


def create_statistics_command(
    open_counting: Callable[[], tuple[Counting, Fetcher]],
) -> click.Command:
    """Make the command ``statistics``; ``open_counting`` reads the environment."""

    @click.command("statistics")
    @click.option("--from", "first", required=True, help="The first month: 2026-01.")
    @click.option("--until", "last", required=True, help="The last month: 2026-12.")
    @click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it here.")
    @click.option("--centre", help="Hand it in at this address of a centre.")
    def statistics(first: str, last: str, out: Path | None, centre: str | None) -> None:
        """Count the months of a return and sign it: to a file, or to the centre."""
        counting, fetcher = open_counting()
        token = counting.sign(parse_period(first, last), int(time.time()))
        if out is not None:
            out.write_text(token)
        if centre is not None:
            found = hand_in(fetcher, centre, token)
            click.echo(f"handed in; contradictions: {len(found)}")
            for each in found:
                click.echo(json.dumps(each, ensure_ascii=False))

    return statistics


def hand_in(fetcher: Fetcher, centre: str, token: str) -> list[dict[str, object]]:
    """Hand a return in; return the contradictions the centre names. Raises UnavailableError."""
    answer = fetcher.post(f"{centre.rstrip('/')}/returns", token.encode("ascii"), MEDIA_TYPE)
    found: list[dict[str, object]] = json.loads(answer.require(200).text)["contradictions"]
    return found
