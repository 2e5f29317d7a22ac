"""The command esspass: finds commands and apps, ends errors as one sentence."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from esspass import cli
from esspass.errors import UnavailableError
from esspass.web.serve import Listening, ServeError, serve

ROOT = Path(__file__).resolve().parents[3]
PLUGIN = '''
import click
from esspass.errors import MalformedError, UnavailableError

@click.command()
@click.argument("kind")
def greet(kind):
    """Greet somebody."""
    if kind == "malformed":
        raise MalformedError("the name has no letters", code="no_letters")
    if kind == "unavailable":
        raise UnavailableError("nobody answers")
    click.echo("hello")

def migrate(environ):
    return ["people-001"] if "FRESH" in environ else []
'''
ENTRY_POINTS = """
[esspass.commands]
greet = greeting:greet
[esspass.apps]
greeting = greeting
lists = esspass.web.lists
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """A folder that importlib.metadata takes for an installed distribution."""
    info = tmp_path / "greeting-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "greeting.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("LISTS_FOLDER", str(tmp_path))
    monkeypatch.setenv("LISTS_BASE_URL", "http://localhost:8199")
    yield tmp_path
    sys.modules.pop("greeting", None)


def run(*arguments, **settings):
    return CliRunner().invoke(cli.main, arguments, **settings)


def test_version():
    result = run("--version")
    assert result.exit_code == 0
    assert result.output.startswith("esspass ")


def test_help_lists_own_and_registered_commands(plugin):
    result = run("--help")
    assert result.exit_code == 0
    for name in ("serve", "migrate", "greet", "Greet somebody."):
        assert name in result.output


def test_a_registered_command_runs(plugin):
    result = run("greet", "anna")
    assert (result.exit_code, result.output) == (0, "hello\n")


@pytest.mark.parametrize(
    ("kind", "code", "sentence"),
    [
        ("malformed", 1, "esspass: the name has no letters [no_letters]\n"),
        ("unavailable", 3, "esspass: nobody answers [unavailable]\n"),
    ],
)
def test_our_errors_end_as_one_sentence(plugin, kind, code, sentence):
    result = run("greet", kind)
    assert (result.exit_code, result.stderr, result.stdout) == (code, sentence, "")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["serve"], ["greet"], ["serve", "x", "--port", "0"]]
)
def test_wrong_use_exits_with_2(plugin, arguments):
    assert run(*arguments).exit_code == 2


def test_migrate_one(plugin):
    assert run("migrate", "greeting").output == "greeting: up to date\n"
    assert run("migrate", "greeting", env={"FRESH": "1"}).output == "greeting: people-001\n"


def test_migrate_all(plugin, monkeypatch):
    for app in ("CENTRE", "ISSUER", "WALLET", "VERIFIER"):
        settings = {
            "BASE_URL": "http://localhost:1", "SECRET_KEY": "s" * 32, "TRUST_ANCHORS": "a.json",
            "DATABASE_URL": str(plugin / f"{app}.db"), "KEYS_FOLDER": str(plugin / app),
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(f"{app}_{name}", value)
    first, second = run("migrate", "all"), run("migrate", "all")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "greeting: up to date\nissuer: issuer-" in first.output
    names = ("centre", "greeting", "issuer", "lists", "verifier", "wallet")
    assert second.output == "".join(f"{name}: up to date\n" for name in names)


def test_migrate_without_settings_says_which(plugin):
    result = run("migrate", "all")
    assert result.exit_code == 1
    assert result.stderr == (
        "esspass: not set: CENTRE_BASE_URL, CENTRE_DATABASE_URL, CENTRE_TRUST_ANCHORS"
        " [setting_missing]\n"
    )


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_an_unknown_app_is_named_with_the_known_ones(plugin, command):
    result = run(command, "wallets")
    assert result.exit_code == 1
    assert "there is no app 'wallets' (known: centre, greeting" in result.stderr


def test_a_port_in_use_is_said_in_a_sentence(plugin):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("serve", "lists", "--port", str(port))
    assert result.exit_code == 1
    assert f"127.0.0.1:{port} is in use by another program" in result.stderr


def test_the_port_follows_the_base_url():
    assert cli._port_of("issuer", {"ISSUER_BASE_URL": "http://localhost:8101"}) == 8101
    assert cli._port_of("issuer", {"ISSUER_BASE_URL": "https://issuer.example"}) == 443
    assert cli._port_of("issuer", {}) == 8000


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"certificate": Path("x.pem")}, "tls_incomplete"),
        ({"certificate": Path("x.pem"), "key": Path("y.pem")}, "tls_missing"),
        ({"address": "192.0.2.1"}, "cannot_listen"),
        ({"address": "no.such.host.invalid"}, "cannot_listen"),
    ],
)
def test_what_cannot_be_served_is_refused_before_the_start(settings, code):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ServeError) as caught:
        serve("esspass.web.lists", Listening(port=port, **settings))
    assert caught.value.code == code


def test_an_app_is_served_and_stops(plugin):
    """The real server in its own process, with two workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (plugin / "wallet-providers.jwt").write_text("a.b.c")
    environ = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{plugin}",
        "LISTS_BASE_URL": f"http://localhost:{port}",
    }
    command = [sys.executable, "-m", "esspass.cli", "serve", "lists", "--workers", "2"]
    server = subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        answer = _fetch(f"http://localhost:{port}/wallet-providers.jwt", server)
        assert answer == b"a.b.c"
    finally:
        server.terminate()
        output, _ = server.communicate(timeout=20)
    assert output == ""


def _fetch(url, server):
    for _ in range(100):
        assert server.poll() is None, server.stdout.read()
        try:
            with urlopen(url, timeout=5) as response:
                return response.read()
        except OSError:
            time.sleep(0.1)
    raise UnavailableError("the server did not start")
