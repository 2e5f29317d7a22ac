"""``esspass issuer staff``: who works here, and a way back in for who lost every passkey."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from esspass.errors import VerificationError
from esspass.storage import connect
from esspass.web.passkeys import invitation_url
from issuer.access_log import RECOVERY_LINK, AccessLog, Ground
from issuer.config import IssuerConfig
from issuer.staff import RECOVERY_LIFETIME, Staff


@click.group("staff")
def staff() -> None:
    """See who works here, and let somebody who lost every passkey in again."""


@contextmanager
def _open_staff() -> Iterator[tuple[Staff, str]]:
    config = IssuerConfig.from_environ(os.environ)
    database = connect(config.database_url)
    try:
        yield Staff(database), config.base_url
    finally:
        database.close()


@staff.command("list")
def list_command() -> None:
    """List everybody: id, role, name, how they sign in."""
    with _open_staff() as (everybody, _):
        for member in everybody.everybody():
            way = "removed" if member.removed_at else member.provider or "passkey"
            click.echo(f"{member.id} {member.role} {member.name} ({way})")


@staff.command("recover")
@click.argument("member_id")
@click.option("--forget-passkeys", is_flag=True, help="End the passkeys and sessions of now.")
def recover_command(member_id: str, *, forget_passkeys: bool) -> None:
    """Print a link with which MEMBER_ID sets up a new passkey: it works once, for an hour.

    That it was made, and that it was used, stands in the log of who saw what.
    """
    now = int(time.time())
    with _open_staff() as (everybody, base_url):
        try:
            with everybody.database.atomic():
                token = everybody.recover(member_id, now, forget=forget_passkeys)
                member = everybody.get(member_id)
                log = AccessLog(everybody.database)
                log.add(member, RECOVERY_LINK, member.id, Ground.ADMINISTRATION, now)
        except VerificationError as error:
            message = "nobody of this id signs in with a passkey here"
            raise click.ClickException(message) from error
    click.echo(invitation_url(base_url, token))
    click.echo(f"it works once, for {RECOVERY_LIFETIME // 60} minutes", err=True)
