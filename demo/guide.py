"""What a person, or somebody else's software, needs to find their way in a running world."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from demo.actors import clock
from demo.people import Citizen, citizens
from demo.world import SERVICES, World, institution
from esspass.trust import ListType

_LISTED = [*ListType, "directory"]


def create_info(world: World) -> dict[str, Any]:
    """Return every address, and the PEM files of the TLS root and each trust anchor."""
    bodies = ("identity-lt", "issuer-lt", "host-el", "host-ro")
    return {
        "services": {name: world.base_url(name) for name, _ in SERVICES},
        "lists": {name: f"{world.base_url('lists')}/{name}.jwt" for name in _LISTED},
        "tls_ca": world.ca_file,
        "anchors_json": str(world.anchors),
        "trust_anchors": {
            "access_certificates": str(world.pki.certificate("access")),
            "wallet_provider": str(world.pki.certificate("wallet-provider")),
            **{
                f"{key}_{role}": str(world.pki.certificate(f"{key}-{role}"))
                for key in bodies
                for role in ("attestations", "status")
            },
        },
        "people": {citizen.key: citizen.story for citizen in _citizens()},
    }


def _citizens() -> tuple[Citizen, ...]:
    return citizens(datetime.fromtimestamp(clock(), UTC).date())


def print_guide(world: World) -> None:
    """Print the addresses and what to try first."""
    click.echo("\nThe demo world is up. Everybody in it is invented.\n")
    for name, app in SERVICES:
        title = {"lists": "Trusted lists", "wallet": "Wallet"}.get(name) or institution(name).name
        click.echo(f"  {world.base_url(name):<26}  {app:<9} {title}")
    if world.ca_file:
        click.echo(f"\n  https by a private CA; trust this file: {world.ca_file}")
    click.echo("\nPeople:")
    for citizen in _citizens():
        click.echo(f"  {citizen.key:<10} {citizen.story}")
