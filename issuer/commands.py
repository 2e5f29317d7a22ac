"""The issuer's command line: bring decisions into the register, drop what is over."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import click

from esspass.attestations import Document, Person, parse_person_record, parse_record
from esspass.errors import MalformedError
from esspass.storage import Database, connect
from esspass.trust.exchange_entry import ROLES, write_exchange_entry
from esspass.web.jobs import Worker, create_work_command
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
from issuer.sectors import NOT_RECORDED, parse_sector
from issuer.services import create_services
from issuer.staff_commands import staff
from issuer.work import create_worker

People = Iterable[tuple[Person, Sequence[Document]]]


def import_records(
    database: Database,
    people: People,
    now: int,
    sectors: Mapping[str, str] = MappingProxyType({}),
    four_eyes_risk: int = 0,
) -> list[str]:
    """Enter every document of every person; return the ids of the decisions, in order.

    Documents that are there already (by number) stay as they are; one of ``four_eyes_risk`` points
    waits for a second person. ``sectors`` says by document number what the employer does. Raises
    MalformedError.
    """
    records, history, identifiers = Records(database), History(database), []
    four_eyes = FourEyes(records, Credentials(database), history, four_eyes_risk)
    entitlements, by = Entitlements(database), Command("esspass issuer import")
    for person, documents in people:
        for document in documents:
            sector = sectors.get(document.document_number or "", NOT_RECORDED)
            entered = four_eyes.add(person, document, now, by, sector=sector)
            if entered.is_new:
                history.add(entered.id, Event.IMPORTED, now)
                entitlements.open(records.get(entered.id).person_id, document)
            identifiers.append(entered.id)
    return identifiers


def import_decisions(
    environ: Mapping[str, str],
    people: People,
    now: int,
    sectors: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """As ``import_records``, into the database that the environment names."""
    config = RegisterConfig.from_environ(environ)
    database = connect(config.database_url)
    try:
        return import_records(database, people, now, sectors, config.four_eyes_risk)
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

    Persons and documents are in the canonical form of ``esspass.attestations``. A "sector" beside
    them says what the employer does, a letter of NACE Rev. 2.1.
    """
    people, sectors = _read(file)
    identifiers = import_decisions(os.environ, people, int(time.time()), sectors)
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


@contextmanager
def _open_worker() -> Iterator[Worker]:
    config = IssuerConfig.from_environ(os.environ)
    database = connect(config.database_url)
    try:
        yield create_worker(create_services(config, database))
    finally:
        database.close()


issuer.add_command(
    create_work_command(
        _open_worker,
        "Deliver messages, react to those that came in, watch deadlines; runs beside the app.",
    )
)


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


def _read(file: Path) -> tuple[list[tuple[Person, list[Document]]], dict[str, str]]:
    people, sectors = [], {}
    try:
        for entry in json.loads(file.read_text(encoding="utf-8")):
            documents = [parse_record(document) for document in entry["documents"]]
            people.append((parse_person_record(entry["person"]), documents))
            sector = parse_sector(str(entry.get("sector", NOT_RECORDED)))
            sectors.update({each.document_number or "": sector for each in documents})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedError("the file is not a list of persons and documents") from error
    return people, sectors
