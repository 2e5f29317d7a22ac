"""The verifier's command line: send what waits for the national institution."""

from __future__ import annotations

import os
import time

import click

from verifier import connect_verifier
from verifier.config import VerifierConfig

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
