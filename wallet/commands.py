"""The wallet without a browser: ``esspass wallet accept|present|show|list|poll``.

Works on the database and with the keys that ``WALLET_*`` name. A headless holder's keys are
protected by the server's key. ``--json`` prints one JSON document and nothing else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import click

from esspass.attestations import describe_type
from esspass.errors import MalformedError
from esspass.jose.jws import create_json
from wallet.cards import create_card
from wallet.config import WalletConfig
from wallet.consent import Choice, ConsentRequest
from wallet.credentials import HeldCredential
from wallet.history import Event
from wallet.issuance import Received
from wallet.keys import Holder
from wallet.purposes import PURPOSES
from wallet.service import Wallet
from wallet.wiring import create_sign_in, create_wallet

LOCALE = "en"
_HOLDER = click.option("--holder", default="default", show_default=True, help="Whose wallet.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("wallet")
def wallet() -> None:
    """Receive, show and list documents without a browser."""


@wallet.command("accept")
@click.argument("uri")
@click.option("--tx-code", help="The code that came by another way.")
@click.option(
    "--eid",
    multiple=True,
    metavar="FIELD=VALUE",
    help="A field of the demonstration identity's form; without any, the wallet shows its PID.",
)
@_HOLDER
@_JSON
def accept_command(
    uri: str, tx_code: str | None, eid: tuple[str, ...], holder: str, as_json: bool
) -> None:
    """Accept the credential offer URI."""
    opened, now = _open(), _now()
    owner = opened.open_holder(holder, now)
    sign_in = create_sign_in(opened, owner, _read_fields(eid), now)
    received = opened.accept_offer(owner, uri, tx_code, now, sign_in)
    _print(_describe_received(opened, owner, received, now), as_json, _say_received)


@wallet.command("present")
@click.argument("uri")
@click.option("--yes", is_flag=True, help="Agree without being asked.")
@_HOLDER
@_JSON
def present_command(uri: str, yes: bool, holder: str, as_json: bool) -> None:
    """Answer the authorization request URI."""
    opened, now = _open(), _now()
    owner = opened.open_holder(holder, now)
    answered = opened.present(owner, uri, lambda asked: _consent(asked, yes=yes), now)
    _print(
        {"event": answered.event.value, "redirect_uri": answered.redirect_uri}, as_json, _say_event
    )
    if answered.event is not Event.SHARED:
        raise SystemExit(1)


@wallet.command("show")
@click.argument("credential_id")
@click.option("--purpose", required=True, type=click.Choice(list(PURPOSES)), help="What for.")
@click.option("--seconds", default=60, show_default=True, help="For how long, up to an hour.")
@_HOLDER
def show_command(credential_id: str, purpose: str, seconds: int, holder: str) -> None:
    """Print, as JSON, the texts of the QR codes that show CREDENTIAL_ID without a network.

    A code with several texts is shown as frames in turn.
    """
    opened, now = _open(), _now()
    owner = opened.open_holder(holder, now)
    codes = opened.show(owner, credential_id, purpose, now, seconds=max(1, min(seconds, 3600)))
    document = {"purpose": purpose, "codes": [asdict(code) for code in codes]}
    click.echo(create_json(document).decode())


@wallet.command("list")
@_HOLDER
@_JSON
def list_command(holder: str, as_json: bool) -> None:
    """List the documents held and those being waited for."""
    opened, now = _open(), _now()
    owner = opened.open_holder(holder, now)
    held = [_describe_card(each, now) for each in opened.credentials.of_holder(owner.id)]
    waiting = [
        {"id": each.id, "type": each.state["vct"], "name": describe_type(each.state["vct"], LOCALE)}
        for each in opened.deferred.of_holder(owner.id)
    ]
    _print({"documents": held, "waiting": waiting}, as_json, _say_received)


@wallet.command("poll")
@_HOLDER
@_JSON
def poll_command(holder: str, as_json: bool) -> None:
    """Ask for the documents being waited for."""
    opened, now = _open(), _now()
    owner = opened.open_holder(holder, now)
    received = opened.poll(owner.id, now)
    _print(_describe_received(opened, owner, received, now), as_json, _say_received)


def _open() -> Wallet:
    return create_wallet(WalletConfig.from_environ(os.environ))


def _now() -> int:
    return int(time.time())


def _read_fields(given: tuple[str, ...]) -> dict[str, str]:
    fields = dict(entry.partition("=")[::2] for entry in given)
    if not all(fields) or not all(fields.values()):
        raise MalformedError("--eid takes FIELD=VALUE", code="bad_option")
    return fields


def _consent(asked: ConsentRequest, *, yes: bool) -> Choice | None:
    """Show on stderr what would go out, and ask unless told to agree."""
    received = asked.received
    click.echo(f"{received.party.name} ({received.party.host}) asks to see:", err=True)
    for chosen in asked.match.select().values():
        for candidate in chosen:
            shown = asked.disclosure(candidate, LOCALE).shown
            name = describe_type(asked.held[candidate.holding_id].vct, LOCALE)
            click.echo(f"  {name}: {', '.join(claim.label for claim in shown)}", err=True)
    click.echo(f"Purpose: {received.purpose(LOCALE) or 'not given'}", err=True)
    for caution in asked.cautions:
        click.echo(f"Caution: {caution.value}", err=True)
    agreed = yes or click.confirm("Share?", err=True)
    return Choice() if agreed else None


def _describe_received(
    opened: Wallet, owner: Holder, received: Received, now: int
) -> dict[str, Any]:
    held = [opened.find(owner.id, credential_id) for credential_id in received.credential_ids]
    waiting = [{"id": deferred_id} for deferred_id in received.deferred_ids]
    return {"documents": [_describe_card(each, now) for each in held], "waiting": waiting}


def _describe_card(held: HeldCredential, now: int) -> dict[str, Any]:
    card = create_card(held, LOCALE, now)
    return {
        "id": held.id,
        "type": held.vct,
        "name": card.name,
        "issuer": held.provenance.issuer_name,
        "standing": card.standing.value,
        "starts": card.starts.isoformat() if card.starts else None,
        "ends": card.ends.isoformat() if card.ends else None,
        "expires_at": card.expires_at,
        "copies": held.copies,
    }


def _print(
    document: Mapping[str, Any], as_json: bool, say: Callable[[Mapping[str, Any]], None]
) -> None:
    if as_json:
        click.echo(create_json(document).decode())
    else:
        say(document)


def _say_received(document: Mapping[str, Any]) -> None:
    for each in document["documents"]:
        period = f"{each['starts'] or '…'} to {each['ends'] or '…'}"
        click.echo(f"{each['id']}  {each['name']}  {each['issuer']}  {period}  {each['standing']}")
    for each in document["waiting"]:
        click.echo(f"{each['id']}  being prepared")
    if not document["documents"] and not document["waiting"]:
        click.echo("no documents")


def _say_event(document: Mapping[str, Any]) -> None:
    click.echo(document["event"])
    if document["redirect_uri"]:
        click.echo(document["redirect_uri"])
