"""The verifier's command line: its worker, and its return of statistics."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from esspass.fetch import Fetcher
from esspass.storage import connect
from esspass.web.jobs import Worker, create_work_command
from esspass.web.statistics import Counting, create_statistics_command
from verifier import connect_verifier, create_fetcher, create_verifier
from verifier.config import VerifierConfig
from verifier.returns import create_counting
from verifier.work import create_worker


@click.group()
def verifier() -> None:
    """Work on an inspectorate's or a clinic's checks."""


@contextmanager
def _open_worker() -> Iterator[Worker]:
    config = VerifierConfig.from_environ(os.environ)
    database = connect(config.database_url)
    try:
        yield create_worker(create_verifier(config, database, create_fetcher(config)), database)
    finally:
        database.close()


def _open_counting() -> tuple[Counting, Fetcher]:
    config = VerifierConfig.from_environ(os.environ)
    return create_counting(connect_verifier(config)), create_fetcher(config)


verifier.add_command(
    create_work_command(
        _open_worker,
        "Send doubts and watches, ask how they stand, erase what is over; runs beside the app.",
    )
)
verifier.add_command(create_statistics_command(_open_counting))
