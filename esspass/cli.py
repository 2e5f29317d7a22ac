"""The command ``esspass``: starts apps, prepares databases, and finds the commands of others.

Commands and apps register under the entry-point groups ``esspass.commands`` and ``esspass.apps``,
so this module knows none of them. Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 could
not be decided (a source did not answer).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path
from typing import Any, NoReturn, cast
from urllib.parse import urlsplit

import click

from esspass.errors import EsspassError, MalformedError, UndecidedError
from esspass.inspection.commands import verify_case
from esspass.web.serve import Listening, serve

COMMANDS, APPS = "esspass.commands", "esspass.apps"
FAILED, UNDECIDED = 1, 3
_PORTS = click.IntRange(1, 65535)
_FILE = click.Path(dir_okay=False, path_type=Path)


class CommandGroup(click.Group):
    """Our own commands and the registered ones; our errors end as one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *entry_points(group=COMMANDS).names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        registered = entry_points(group=COMMANDS, name=cmd_name)
        if own is not None or not registered:
            return own
        return cast("click.Command", next(iter(registered)).load())

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EsspassError as error:
            _give_up(error)


def _give_up(error: EsspassError) -> NoReturn:
    click.echo(f"esspass: {error} [{error.code}]", err=True)
    raise SystemExit(UNDECIDED if isinstance(error, UndecidedError) else FAILED)


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: object) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    try:
        number = version("esspass")
    except PackageNotFoundError:
        number = "(not installed)"
    click.echo(f"esspass {number}")
    ctx.exit()


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Cross-border social-security credentials: issue, hold, present, verify, withdraw."""


main.add_command(verify_case)


@main.command("serve")
@click.argument("app")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=_PORTS, default=None, help="Port; by default that of the app's BASE_URL."
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--tls-certificate", type=_FILE, help="PEM file with the chain; makes it https.")
@click.option("--tls-key", type=_FILE, help="PEM file with the private key.")
def serve_command(
    app: str,
    address: str,
    port: int | None,
    workers: int,
    tls_certificate: Path | None,
    tls_key: Path | None,
) -> None:
    """Serve APP, configured by the environment, until it is interrupted."""
    module = find_app(app).value
    chosen = port or _port_of(app, os.environ)
    serve(module, Listening(address, chosen, workers, tls_certificate, tls_key))


@main.command("migrate")
@click.argument("app")
def migrate_command(app: str) -> None:
    """Bring the database of APP up to date; ``all`` does every app."""
    names = sorted(entry_points(group=APPS).names) if app == "all" else [app]
    for name in names:
        migrate: Callable[[Mapping[str, str]], list[str]] = find_app(name).load().migrate
        applied = migrate(os.environ)
        click.echo(f"{name}: {', '.join(applied) if applied else 'up to date'}")


def find_app(name: str) -> EntryPoint:
    """Return the registered app of this name. Raises MalformedError naming the known ones."""
    apps = entry_points(group=APPS)
    if name not in apps.names:
        known = ", ".join(sorted(apps.names)) or "none; is the package installed?"
        raise MalformedError(f"there is no app {name!r} (known: {known})", code="unknown_app")
    return apps[name]


def _port_of(app: str, environ: Mapping[str, str]) -> int:
    url = urlsplit(environ.get(f"{app.upper()}_BASE_URL", ""))
    return url.port or {"http": 80, "https": 443}.get(url.scheme, 8000)


if __name__ == "__main__":
    main()
