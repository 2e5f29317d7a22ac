"""The issuer's command line: bring decisions into the register, drop what is over."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from esspass.attestations import Document, Person, parse_person_record, parse_record
from esspass.errors import MalformedError
from esspass.storage import Database, connect
from esspass.trust.exchange_entry import ROLES, write_exchange_entry
from issuer.api.commands import api_client
from issuer.bearer import KeyedHash
from issuer.config import IssuerConfig, RegisterConfig
from issuer.credentials import Credentials
from issuer.entitlements import Entitlements
from issuer.exchange.office import create_access_point
from issuer.four_eyes import Command, FourEyes
from issuer.history import Event, History
from issuer.keys import read_keys
from issuer.loading.commands import load_command
from issuer.records import Records
from issuer.returns import statistics_command
from issuer.services import create_services
from issuer.staff_commands import staff
from issuer.work import create_jobs, run_jobs, work

People = Iterable[tuple[Person, Sequence[Document]]]


def import_records(
    database: Database, people: People, now: int, four_eyes_risk: int = 0
) -> list[str]:
    """Enter every document of every person; return the ids of the decisions, in order.

    Documents that are there already (by number) stay as they are; one of ``four_eyes_risk`` points
    waits for a second person. Raises MalformedError.
    """
    records, history, identifiers = Records(database), History(database), []
    four_eyes = FourEyes(records, Credentials(database), history, four_eyes_risk)
    entitlements, by = Entitlements(database), Command("esspass issuer import")
    for person, documents in people:
        for document in documents:
            entered = four_eyes.add(person, document, now, by)
            if entered.is_new:
                history.add(entered.id, Event.IMPORTED, now)
                entitlements.open(records.get(entered.id).person_id, document)
            identifiers.append(entered.id)
    return identifiers


def import_decisions(environ: Mapping[str, str], people: People, now: int) -> list[str]:
    """As ``import_records``, into the database that the environment names."""
    config = RegisterConfig.from_environ(environ)
    database = connect(config.database_url)
    try:
        return import_records(database, people, now, config.four_eyes_risk)
    finally:
        database.close()


@click.group()
def issuer() -> None:
    """Work on an institution's register."""


issuer.add_command(load_command)
issuer.add_command(statistics_command)
issuer.add_command(api_client)
issuer.add_command(staff)


@issuer.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_command(file: Path) -> None:
    """Import FILE: a JSON array of {"person": {...}, "documents": [{"kind": ..., ...}]}.

    Persons and documents are in the canonical form of ``esspass.attestations``.
    """
    identifiers = import_decisions(os.environ, _read(file), int(time.time()))
    click.echo(f"{len(identifiers)} decisions are in the register")


@issuer.command("deliver")
def deliver_command() -> None:
    """Send replacement certificates and letters that could not be delivered yet; for a timer."""
    config, now = IssuerConfig.from_environ(os.environ), int(time.time())
    database = connect(config.database_url)
    try:
        services = create_services(config, database)
        count = services.replacing.deliver_due(now) if services.replacing else 0
        services.filing.letters.write_due(now)
        letters = services.mailbox_push.deliver_due(now)
    finally:
        database.close()
    click.echo(f"{count} certificates were delivered")
    click.echo(f"{letters} letters were delivered")


@issuer.command("work")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
def work_command(*, once: bool) -> None:
    """Deliver messages, react to those that came in, watch deadlines; runs beside the app."""
    config = IssuerConfig.from_environ(os.environ)
    database = connect(config.database_url)
    try:
        services = create_services(config, database)
        if once:
            count = run_jobs(create_jobs(services), int(time.time()), {})
            click.echo(f"{count} things were done")
        else:
            work(services)
    finally:
        database.close()


@issuer.command("access-point")
@click.option("--contact", required=True, help="Whom people ask, for example an e-mail address.")
@click.option("--case-type", "case_types", multiple=True, help="One to take part in; repeat.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="[both]")
def access_point_command(contact: str, case_types: tuple[str, ...], roles: tuple[str, ...]) -> None:
    """Write the JSON that the list operator puts into the directory (trust institution)."""
    config = IssuerConfig.from_environ(os.environ)
    keys = read_keys(config.keys_folder, KeyedHash(config.secret_key))
    pairs = [(case_type, role) for case_type in case_types for role in roles or ROLES]
    entry = create_access_point(config.base_url, keys, contact, pairs, int(time.time()))
    click.echo(json.dumps(write_exchange_entry(entry), indent=1, ensure_ascii=False))


@issuer.command("purge")
def purge_command() -> None:
    """Drop used codes, expired tokens, offers and requests that are over."""
    config = IssuerConfig.from_environ(os.environ)
    database = connect(config.database_url)
    try:
        count = create_services(config, database).housekeeping.purge(int(time.time()))
    finally:
        database.close()
    click.echo(f"{count} rows were over and are gone")


def _read(file: Path) -> list[tuple[Person, list[Document]]]:
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        return [
            (
                parse_person_record(entry["person"]),
                [parse_record(document) for document in entry["documents"]],
            )
            for entry in entries
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedError("the file is not a list of persons and documents") from error
