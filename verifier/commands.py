"""The verifier's command line: its return of statistics, and what waits for the institution."""

from __future__ import annotations

import os
import time

import click

from esspass.fetch import Fetcher
from esspass.web.statistics import Counting, create_statistics_command
from verifier import connect_verifier, create_fetcher
from verifier.config import VerifierConfig
from verifier.returns import create_counting

_MOST = 100


@click.group()
def verifier() -> None:
    """Work on an inspectorate's or a clinic's checks."""


@verifier.command("deliver")
def deliver_command() -> None:
    """Send the doubts and watches that wait, and ask how the others stand; for a timer."""
    service = connect_verifier(VerifierConfig.from_environ(os.environ))
    count = service.doubts.work(int(time.time()), _MOST)
    click.echo(f"{count} doubts and watches were sent")


def _open_counting() -> tuple[Counting, Fetcher]:
    config = VerifierConfig.from_environ(os.environ)
    return create_counting(connect_verifier(config)), create_fetcher(config)


verifier.add_command(create_statistics_command(_open_counting))
