"""``esspass demo``: run the scenario, keep a world up, and give outsiders what they need."""

from __future__ import annotations

import json
import shlex
import signal
import tempfile
import threading
from pathlib import Path
from typing import NoReturn

import click

from demo.actors import Cast, clock
from demo.guide import create_info, print_guide
from demo.people import Citizen
from demo.processes import busy_ports, free_ports, running
from demo.scenario import tell
from demo.staff import find_staff_links
from demo.story import StepError, Story
from demo.world import FIRST_PORT, SERVICES, World, create_world, migrate_world, open_world
from esspass.attestations import EHIC, PDA1_WEBUILD, PID
from esspass.errors import MalformedError
from esspass.trust.operator import publish

_TYPES = {
    "pda1": ("issuer-lt", PDA1_WEBUILD),
    "ehic": ("issuer-lt", EHIC),
    "pid": ("identity-lt", PID),
}
_INSPECTORS = {"pda1": "inspector-el", "ehic": "clinic-ro"}
_OPERATOR = "operator"


@click.group()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-world"),
    show_default=True, help="Where the world lies.",
)  # fmt: skip
@click.pass_context
def demo(context: click.Context, folder: Path) -> None:
    """Run the demo world: invented institutions, citizens and inspectors, real protocols."""
    context.obj = folder.resolve()


@demo.command()
def run() -> None:
    """Tell the whole scenario in a world of its own, then remove it."""
    signal.signal(signal.SIGTERM, _leave)  # so that the processes are stopped then, too
    with tempfile.TemporaryDirectory(prefix="esspass-demo-") as folder:
        click.echo("Making keys, lists and databases …")
        world = create_world(Path(folder), free_ports(len(SERVICES)), clock(), pace="quick")
        click.echo(f"Starting {len(world.processes())} processes …\n")
        story = Story()
        with running(world.processes(), world.fetcher()) as processes:
            tell(story, world, processes)
        code = story.end()
    raise SystemExit(code)


def _leave(*_: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


@demo.command()
@click.option("--tls", is_flag=True, help="Serve https, with a private CA made on first start.")
@click.option(
    "--first-port", type=click.IntRange(1024, 65000), default=FIRST_PORT, show_default=True
)
@click.pass_obj
def serve(folder: Path, *, tls: bool, first_port: int) -> None:
    """Keep a world up for a person with a browser; Ctrl-C stops all."""
    world = _open_or_create(folder, first_port, tls=tls)
    _require_free_ports(world)
    publish(world.operator, clock())
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    click.echo(f"Starting {len(world.processes())} processes …")
    with running(world.processes(), world.fetcher()):
        print_guide(world, find_staff_links(world, clock()))
        stopped.wait()
        click.echo("\nStopping …")


def _require_free_ports(world: World) -> None:
    busy = busy_ports([service.port for service in world.services()])
    if busy:
        which = f"port {busy[0]} is" if len(busy) == 1 else f"ports {busy[0]} to {busy[-1]} are"
        raise MalformedError(
            f"{which} in use, perhaps by this world, served already; stop what uses them,"
            " or make another world: esspass demo --folder NEW serve --first-port NUMBER",
            code="port_in_use",
        )


def _open_or_create(folder: Path, first_port: int, *, tls: bool) -> World:
    world = _open(folder)
    if world is None:
        click.echo(f"Making keys, lists and databases in {folder} …")
        ports = range(first_port, first_port + len(SERVICES))
        try:
            return create_world(folder, list(ports), clock(), tls=tls)
        except OSError as error:
            raise MalformedError(
                f"cannot make a world in {folder}: {error.strerror}", code="cannot_write"
            ) from error
    if world.tls is not tls:
        kind = "https" if world.tls else "http"
        raise MalformedError(
            f"the world in {folder} speaks {kind}; remove the folder or use another (--folder)",
            code="other_scheme",
        )
    migrate_world(world)
    return world


def _open(folder: Path) -> World | None:
    try:
        return open_world(folder)
    except ValueError as error:
        raise MalformedError(
            f"the world in {folder} cannot be read; remove the folder to begin again",
            code="broken_world",
        ) from error


def _existing(folder: Path) -> World:
    world = _open(folder)
    if world is None:
        raise MalformedError(
            f"there is no world in {folder}; run make serve first", code="no_world"
        )
    return world


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_obj
def info(folder: Path, *, as_json: bool) -> None:
    """Give every address, the TLS CA and each trust anchor (PEM files)."""
    world = _existing(folder)
    up = bool(busy_ports([world.service("lists").port]))
    if as_json:
        _print({"running": up, **create_info(world)})
    else:
        print_guide(world, find_staff_links(world, clock()) if up else {}, up=up)


@demo.command("env")
@click.argument("service", type=click.Choice([*(name for name, _ in SERVICES), _OPERATOR]))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_obj
def env_command(folder: Path, service: str, *, as_json: bool) -> None:
    """Print the settings of SERVICE for a shell, its secrets among them.

    With those of the wallet, `esspass wallet` drives the wallet of this world; with those of the
    operator, `esspass trust` changes its lists: eval "$(esspass demo env wallet)".
    """
    world = _existing(folder)
    if service == _OPERATOR:
        environ = {"ESSPASS_TRUST_FOLDER": str(world.operator)}
    else:
        environ = dict(world.service(service).environ)
    if as_json:
        _print(environ)
        return
    for name, value in environ.items():
        click.echo(f"export {name}={shlex.quote(value)}")


@demo.command()
@click.option("--person", required=True, help="builder, driver, musician, pensioner or parent.")
@click.option("--type", "kind", type=click.Choice(sorted(_TYPES)), required=True)
@click.option(
    "--grant", type=click.Choice(["pre-authorized", "authorization"]), default="pre-authorized",
    show_default=True,
)  # fmt: skip
@click.option("--tx-code", is_flag=True, help="Ask for a transaction code as well.")
@click.option("--vct", help="Another shape of the type, by its vct.")
@click.pass_obj
def offer(
    folder: Path, person: str, kind: str, grant: str, *, tx_code: bool, vct: str | None
) -> None:
    """Make a credential offer and print its URIs as JSON."""
    cast = Cast(_existing(folder))
    citizen = _find_citizen(cast, person)
    office_key, own_vct = _TYPES[kind]
    office = cast.office(office_key)
    try:
        made = office.offer(citizen, vct or own_vct, kind, grant, tx_code=tx_code)
    except StepError as error:
        raise MalformedError(
            f"no {kind} was decided for the {person}; ask for another type", code="no_decision"
        ) from error
    _print(
        {
            "id": made.id,
            "offer_uri": made.uri,
            "offer_uri_by_value": office.services.issuer.offer_uri_by_value(made.id),
            "tx_code": made.tx_code,
            "expires_at": made.expires_at,
            "eid": cast.owner(person).eid_form(),
        }
    )


def _find_citizen(cast: Cast, person: str) -> Citizen:
    if person not in cast.citizens:
        known = ", ".join(cast.citizens)
        raise MalformedError(
            f"nobody here is called {person}; there are {known}", code="unknown_person"
        )
    return cast.citizens[person]


@demo.command()
@click.option("--type", "kind", type=click.Choice(sorted(_INSPECTORS)), required=True)
@click.option("--pid/--no-pid", default=False, help="Ask for the PID in the same request.")
@click.pass_obj
def request(folder: Path, kind: str, *, pid: bool) -> None:
    """Begin an inspection and print its request URIs as JSON."""
    inspector = Cast(_existing(folder)).inspector(_INSPECTORS[kind])
    started = inspector.ask(kind, with_pid=pid)
    _print(
        {
            "id": f"{_INSPECTORS[kind]}:{started.id}",
            "uri": started.link,
            "client_id": started.client_id,
            "request_uri": started.request_uri,
            "expires_at": started.expires_at,
        }
    )


@demo.command()
@click.argument("inspection_id", metavar="ID")
@click.pass_obj
def result(folder: Path, inspection_id: str) -> None:
    """Print how the inspection ID stands, and its verdict, as JSON."""
    key, _, number = inspection_id.partition(":")
    if key not in _INSPECTORS.values():
        raise MalformedError(
            "this is not an id that `esspass demo request` gave", code="unknown_id"
        )
    found = Cast(_existing(folder)).inspector(key).verifier.result(number, clock())
    _print(found.as_json())


def _print(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))
