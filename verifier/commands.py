"""The verifier's command line: its return of statistics."""

from __future__ import annotations

import os

import click

from esspass.fetch import Fetcher
from esspass.web.statistics import Counting, create_statistics_command
from verifier import connect_verifier, create_fetcher
from verifier.config import VerifierConfig
from verifier.returns import create_counting


@click.group()
def verifier() -> None:
    """Work on a verifier's records."""


def _open_counting() -> tuple[Counting, Fetcher]:
    config = VerifierConfig.from_environ(os.environ)
    return create_counting(connect_verifier(config)), create_fetcher(config)


verifier.add_command(create_statistics_command(_open_counting))
