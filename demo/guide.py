"""What a person, or somebody else's software, needs to find their way in a running world."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from demo.actors import clock
from demo.people import Citizen, citizens
from demo.world import SERVICES, World, institution
from esspass.trust.folder import NAMES, OperatorFolder

_BODIES = ("identity-lt", "issuer-lt", "host-el", "host-ro")
_TITLES = {
    "lists": "Trusted lists",
    "identity-lt": "Identity authority, Lithuania: issues PIDs",
    "issuer-lt": "Institution, Lithuania: issues A1 and EHIC",
    "host-el": "Institution, Greece",
    "host-ro": "Institution, Romania",
    "wallet": "Wallet of the citizens",
    "inspector-el": "Labour inspector, Greece",
    "clinic-ro": "Clinic, Romania",
    "centre": "Centre of statistics",
}


def create_info(world: World) -> dict[str, Any]:
    """Return every address, and the PEM files of the TLS root and each trust anchor."""
    return {
        "services": {name: world.base_url(name) for name, _ in SERVICES},
        "lists": {name: f"{world.base_url('lists')}/{name}.jwt" for name in NAMES},
        "tls_ca": world.ca_file,
        "anchors_json": str(world.anchors),
        "operator_folder": str(world.operator),
        "list_signers": _find_list_signers(world),
        "trust_anchors": {
            "access_certificates": str(world.pki.certificate("access")),
            "wallet_provider": str(world.pki.certificate("wallet-provider")),
            **{
                f"{key}_{role}": str(world.pki.certificate(f"{key}-{role}"))
                for key in _BODIES
                for role in ("attestations", "status")
            },
        },
        "people": {citizen.key: citizen.story for citizen in _citizens()},
    }


def _find_list_signers(world: World) -> dict[str, str]:
    """Return the PEM file of the certificate that signs each list now."""
    folder = OperatorFolder(world.operator)
    sources = folder.read().sources
    return {
        name: str(folder.keys / f"{source.active}.cert.pem") for name, source in sources.items()
    }


def _citizens() -> tuple[Citizen, ...]:
    return citizens(datetime.fromtimestamp(clock(), UTC).date())


def print_guide(world: World, staff: Mapping[str, str | None], *, up: bool = True) -> None:
    """Print the addresses, how the staff of each app signs in, and what to try first.

    ``staff`` holds each app's one-time link, None where it has been used.
    """
    state = "is up" if up else "is not running: start it with make serve"
    click.echo(f"\nThe demo world {state}. Everybody in it is invented.\n")
    for name, app in SERVICES:
        _print_service(world, name, app, staff)
    if world.ca_file:
        click.echo(f"\n  https by a private CA; make your browser trust {_shorten(world.ca_file)}")
    click.echo("\nPeople:")
    for citizen in _citizens():
        click.echo(f"  {citizen.key:<10} {citizen.story}")
    _print_steps(world)
    if up:
        click.echo(
            f"\nCtrl-C stops everything; it goes on from {_shorten(world.folder)} next time."
        )


def _print_service(world: World, name: str, app: str, staff: Mapping[str, str | None]) -> None:
    body = "" if name in {"lists", "wallet", "centre"} else f" ({institution(name).name})"
    click.echo(f"  {world.base_url(name):<26}  {app:<9} {_TITLES[name]}{body}")
    if name not in staff:
        return
    link = staff[name]
    sign_in = f"{link} (once, within a day)" if link else "has set up a passkey: sign in with it"
    click.echo(f"{'':<28}  staff: {sign_in}")


def _print_steps(world: World) -> None:
    program, demo = _commands(world)
    builder = next(citizen.person for citizen in _citizens() if citizen.key == "builder")
    click.echo(
        f"""
What to try, with two browser windows and a second terminal:
  1. Open the wallet, {world.base_url("wallet")}, and set up a passkey.
  2. {demo} offer --person builder --type pid --grant authorization
     Add the offer_uri in the wallet; sign in with the demonstration identity: {builder.surnames},
     {builder.forenames}, {builder.date_of_birth.isoformat()}, {builder.pin}.
  3. As staff of the Lithuanian institution: find {builder.surnames}, offer the PD A1,
     and accept it in the wallet.
  4. As the Greek inspector: start a check of the A1 and the identity,
     answer it with the wallet, read the verdict.
  5. As the institution again: withdraw the A1. Check once more: the verdict says so.
  6. Without a browser: eval "$({demo} env wallet)"; {program} wallet accept OFFER_URI
     For other people's software: {demo} info --json"""
    )


def _commands(world: World) -> tuple[str, str]:
    """Return how ``esspass``, and ``esspass demo`` on this world, are called from here."""
    installed = Path(".venv/bin/esspass")
    program = str(installed) if installed.exists() else "esspass"
    if world.folder == Path("demo-world").resolve():
        return program, f"{program} demo"
    return program, f"{program} demo --folder {_shorten(world.folder)}"


def _shorten(path: str | Path) -> str:
    """Return a path from the current folder if it lies within."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)
