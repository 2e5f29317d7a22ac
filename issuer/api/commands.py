"""``esspass issuer api-client``: let programs in, list them, shut them out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from esspass.errors import MalformedError
from esspass.storage import connect
from issuer.api.clients import ApiClients, purposes
from issuer.config import RegisterConfig
from issuer.staff import Role


@click.group("api-client")
def api_client() -> None:
    """Manage the programs that may use the API."""


@contextmanager
def _open_clients() -> Iterator[ApiClients]:
    database = connect(RegisterConfig.from_environ(os.environ).database_url)
    try:
        yield ApiClients(database)
    except MalformedError as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.close()


@api_client.command("add")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
)
@click.option(
    "--purpose", "wanted", multiple=True, required=True, type=click.Choice(list(purposes()))
)
def add_command(name: str, roles: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    """Let the program NAME in, and print its id and its secret, once."""
    with _open_clients() as clients:
        client_id, secret = clients.add(name, set(roles), set(wanted), int(time.time()))
    click.echo(f"client_id {client_id}\nclient_secret {secret}")


@api_client.command("list")
def list_command() -> None:
    """List the programs, those that were shut out too."""
    with _open_clients() as clients:
        for client in clients.all():
            state = "" if client.revoked_at is None else " (shut out)"
            roles, wanted = ",".join(sorted(client.roles)), ",".join(sorted(client.purposes))
            click.echo(f"{client.id} {client.name}: {roles} for {wanted}{state}")


@api_client.command("revoke")
@click.argument("client_id")
def revoke_command(client_id: str) -> None:
    """Shut the program CLIENT_ID out at once."""
    with _open_clients() as clients:
        clients.revoke(client_id, int(time.time()))
    click.echo("it is shut out")
