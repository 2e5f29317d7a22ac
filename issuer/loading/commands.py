"""``esspass issuer load``: check records row by row, then enter those that are sound."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from esspass.errors import EsspassError, MalformedError
from esspass.storage import connect
from issuer.config import IssuerConfig
from issuer.four_eyes import Command
from issuer.loading.store import Load, Stage
from issuer.loading.texts import describe_row_error
from issuer.services import Services, create_services

_ERRORS_SHOWN = 100


@click.command("load")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--mapping", default="canonical", help="Columns of FILE: a1, ehic, canonical, …")
@click.option("--dry-run", is_flag=True, help="Check only; the register stays as it is.")
@click.option("--resume", metavar="LOAD", help="Go on with a load that stopped, or was checked.")
def load_command(file: Path | None, mapping: str, resume: str | None, *, dry_run: bool) -> None:
    """Load FILE (CSV or JSON), or without one the records at ISSUER_RECORDS_URL.

    Every row is checked first; rows in which something is wrong are listed and left out. A second
    load of the same records adds nothing.
    """
    now = int(time.time())
    try:
        with _open_services() as services:
            load_id = resume or _take_in(services, file, mapping, now)
            load = _run(services, load_id, now, dry_run=dry_run)
            _report(services, load)
    except EsspassError as error:
        raise click.ClickException(f"{error} ({error.code})") from error
    sys.exit(1 if load.refused else 0)


@contextmanager
def _open_services() -> Iterator[Services]:
    config = IssuerConfig.from_environ(os.environ)
    database = connect(config.database_url)
    try:
        yield create_services(config, database)
    finally:
        database.close()


def _take_in(services: Services, file: Path | None, mapping: str, now: int) -> str:
    if file is not None:
        return services.loading.take_in(file.read_bytes(), mapping, file.name, now, "")
    if services.source is None:
        raise MalformedError("name a file, or set ISSUER_RECORDS_URL", code="no_file")
    rows, mapping = services.source.fetch_rows(), services.config.records_mapping
    return services.loading.take_in_rows(rows, mapping, services.source.name, now, "")


def _run(services: Services, load_id: str, now: int, *, dry_run: bool) -> Load:
    """Go through the stages that are left; a dry run stops before the register."""
    click.echo(f"load {load_id}", err=True)
    _finish_stage(services, load_id, now)
    load = services.loading.loads.get(load_id)
    if load.stage is Stage.CHECKED and not dry_run:
        services.loading.loads.start(load_id, now, Command("esspass issuer load"))
        _finish_stage(services, load_id, now)
    return services.loading.loads.get(load_id)


def _finish_stage(services: Services, load_id: str, now: int) -> None:
    load = services.loading.loads.get(load_id)
    with click.progressbar(length=load.total, label=load.stage, file=sys.stderr) as bar:
        bar.update(load.done)
        while services.loading.step(load_id, now):
            bar.update(services.loading.loads.get(load_id).done - bar.pos)
        bar.update(load.total - bar.pos)


def _report(services: Services, load: Load) -> None:
    for error in services.loading.loads.errors(load.id, size=_ERRORS_SHOWN):
        value = f" [{error.masked}]" if error.masked else ""
        place = f" {error.field}" if error.field else ""
        sentence = describe_row_error(error.code)
        click.echo(f"line {error.line}{place}{value}: {sentence} ({error.code})")
    if load.refused > _ERRORS_SHOWN:
        click.echo(f"… and {load.refused - _ERRORS_SHOWN} more")
    if load.stage is Stage.CHECKED:
        click.echo(f"{load.accepted} of {load.total} can be loaded; nothing was loaded")
    else:
        click.echo(f"{load.added} new, {load.known} known before, {load.refused} refused")
        if load.waiting:
            click.echo(f"{load.waiting} of the new ones wait for a second person")
