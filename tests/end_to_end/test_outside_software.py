"""`make serve TLS=1` as other people's software meets it: https, the command line, JSON, PEM."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from demo.actors import clock
from demo.people import citizens
from demo.processes import busy_ports, free_ports
from demo.staff import find_staff_links
from demo.world import SERVICES, World, open_world
from esspass.attestations import PDA1_WEBUILD, PID
from esspass.cli import main
from esspass.errors import UntrustedIssuerError
from esspass.fetch import Fetcher, FetchPolicy
from esspass.keys.files import read_certificates
from esspass.storage import connect
from esspass.trust import decide_wallet_provider, parse_trust_anchors
from esspass.web.passkeys import PasskeyStore, User
from issuer import IssuerConfig, connect_issuer
from tests.interop.npm import NEEDS_NODE, run_script
from tests.interop.outsiders import create_outsider

ROOT = Path(__file__).resolve().parents[2]
ESSPASS = [sys.executable, "-m", "esspass.cli"]
SECONDS = 120


@dataclass
class Served:
    """A world that `esspass demo serve --tls` keeps up, and what it printed."""

    world: World
    guide: str
    environ: dict = field(default_factory=dict)

    def run(self, *arguments, environ=None):
        """Run the command line as a process of its own; return its JSON."""
        done = subprocess.run(
            [*ESSPASS, *map(str, arguments)],
            cwd=ROOT, env={**os.environ, **(environ or {})}, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def demo(self, *arguments):
        return self.run("demo", "--folder", self.world.folder, *arguments)

    def wallet(self, *arguments):
        self.environ = self.environ or self.demo("env", "wallet", "--json")
        return self.run("wallet", *arguments, "--json", environ=self.environ)


def read_guide(process):
    """What the command prints until the world is up."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "world"
    first, *_ = free_ports(len(SERVICES))
    options = ["--folder", str(folder), "serve", "--tls", "--first-port", str(first)]
    process = subprocess.Popen(
        [*ESSPASS, "demo", *options], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        guide = read_guide(process)
        yield Served(open_world(folder), guide)
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, rest
    assert busy_ports(range(first, first + len(SERVICES))) == []


@pytest.fixture(scope="module")
def outsider(served, tmp_path_factory):
    """An outside wallet provider, admitted before anybody has asked for the list."""
    provider = create_outsider(tmp_path_factory.mktemp("outside"), "Elsewhere Wallets", "FI")
    subprocess.run(
        [*ESSPASS, "trust", "add-wallet-provider", str(provider.pem)],
        cwd=ROOT, env={**os.environ, **served.demo("env", "operator", "--json")},
        check=True, capture_output=True, timeout=SECONDS,
    )  # fmt: skip
    wait_until_listed(served, provider)
    return provider


def wait_until_listed(served, provider):
    """An institution asks for the lists once a minute."""
    config = IssuerConfig.from_environ(served.world.service("issuer-lt").environ)
    services = connect_issuer(config)
    chain = provider.signer.certificates
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            decide_wallet_provider(services.view(clock()), chain, clock())
        except UntrustedIssuerError:
            assert time.monotonic() < deadline
            time.sleep(1)
        else:
            return services.database.close()


@NEEDS_NODE[0]
@NEEDS_NODE[1]
def test_an_outside_wallet_over_https(served, outsider):
    """npm ``@openid4vc``: PID with a sign-in, A1 with a code, both shown to our inspector."""
    ca_file = served.demo("info", "--json")["tls_ca"]
    holdings = []
    for kind, vct in (("pid", PID), ("pda1", PDA1_WEBUILD)):
        grant = ["--grant", "authorization"] if kind == "pid" else ["--tx-code"]
        offer = served.demo("offer", "--person", "driver", "--type", kind, *grant)
        given = {"offer": offer["offer_uri"], "provider": outsider.key}
        given |= {"eid": offer["eid"]} if kind == "pid" else {"tx_code": offer["tx_code"]}
        got = run_script("openid4vci", given, ca_file=ca_file)
        assert "refused" not in got, got["refused"]
        held = {"vct": vct, "credential": got["credentials"][0], "holder": got["holder"]}
        holdings.append(held)
    asked = served.demo("request", "--type", "pda1", "--pid")
    given = {"request": asked["uri"], "holdings": holdings}
    assert run_script("openid4vp", given, ca_file=ca_file)["status"] == 200
    assert served.demo("result", asked["id"])["outcome"] == "PASSED"


def test_our_wallet_from_the_command_line(served):
    offer = served.demo("offer", "--person", "builder", "--type", "pid", "--grant", "authorization")
    fields = [f"--eid={name}={value}" for name, value in offer["eid"].items()]
    received = served.wallet("accept", offer["offer_uri"], *fields)
    assert [document["type"] for document in received["documents"]] == [PID]

    offer = served.demo("offer", "--person", "builder", "--type", "pda1", "--tx-code")
    uri, code = offer["offer_uri_by_value"], offer["tx_code"]
    received = served.wallet("accept", uri, "--tx-code", code)
    assert [document["type"] for document in received["documents"]] == [PDA1_WEBUILD]

    asked = served.demo("request", "--type", "pda1", "--pid")
    assert served.demo("result", asked["id"])["stage"] == "waiting"
    assert served.wallet("present", asked["uri"], "--yes")["event"] == "shared"
    result = served.demo("result", asked["id"])
    assert (result["stage"], result["outcome"]) == ("concluded", "PASSED")
    assert {document["vct"] for document in result["documents"]} == {PDA1_WEBUILD, PID}


def test_info_gives_addresses_that_answer_and_pem_files_that_parse(served):
    info = served.demo("info", "--json")
    assert info["running"] is True
    fetcher = Fetcher(FetchPolicy(allow_loopback=True, ca_file=info["tls_ca"]))
    for address in info["services"].values():
        assert address.startswith("https://")
        fetcher.get(f"{address}/readyz").require(200)
    for address in info["lists"].values():
        assert fetcher.get(address).require(200).text.count(".") == 2
    for path in (info["tls_ca"], *info["trust_anchors"].values()):
        (certificate,) = read_certificates(Path(path))
        assert certificate.issuer == certificate.subject
    anchors = parse_trust_anchors(Path(info["anchors_json"]).read_bytes())
    signers = {name: read_certificates(Path(path)) for name, path in info["list_signers"].items()}
    assert signers == {name: source.certificates for name, source in anchors.sources.items()}
    assert info["people"].keys() == {citizen.key for citizen in citizens(datetime.now(UTC).date())}


def test_the_settings_of_a_service_are_printed_for_a_shell(served):
    done = CliRunner().invoke(main, ["demo", "--folder", str(served.world.folder), "env", "wallet"])
    words = [shlex.split(line) for line in done.stdout.splitlines()]
    assert {word for word, _ in words} == {"export"}
    assigned = dict(assignment.split("=", 1) for _, assignment in words)
    assert assigned == served.world.service("wallet").environ


def test_the_guide_gives_each_staff_one_open_link(served):
    links = find_staff_links(served.world, clock())
    assert len(links) == 6
    fetcher = served.world.fetcher()
    for link in links.values():
        assert served.guide.count(link) == 1
        assert fetcher.get(link).status == 200
    assert served.guide.count("/invitation/") == len(links)
    for said in (served.world.ca_file, "Ctrl-C", "env wallet", "info --json"):
        assert said in served.guide


def test_a_later_start_finds_the_link_again_or_says_it_was_used(served):
    now = clock()
    links = find_staff_links(served.world, now)
    assert find_staff_links(served.world, now) == links
    tomorrow = find_staff_links(served.world, now + 2 * 24 * 3600)
    assert None not in tomorrow.values()
    assert set(tomorrow.values()).isdisjoint(links.values())
    database = connect(served.world.service("host-ro").environ["ISSUER_DATABASE_URL"])
    PasskeyStore(database).add_user(User("clerk", "staff", "Clerk", "salt"), now)
    database.close()
    assert [name for name, link in find_staff_links(served.world, now).items() if not link] == [
        "host-ro"
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["serve", "--tls"], "port_in_use", "make another world"),
        (["serve"], "other_scheme", "speaks https"),
        (["offer", "--person", "nobody", "--type", "pid"], "unknown_person", "builder, driver"),
        (["offer", "--person", "driver", "--type", "ehic"], "no_decision", "another type"),
        (["offer", "--person", "driver", "--type", "pda1", "--vct", "x"], "unknown_type", "type"),
        (["result", "gibberish"], "unknown_id", "esspass demo request"),
        (["result", "clinic-ro:gibberish"], "not_found", "no such inspection"),
    ],
)
def test_bad_use_of_a_world_ends_in_one_sentence(served, arguments, code, says):
    refuse(["--folder", str(served.world.folder), *arguments], code, says)


@pytest.mark.parametrize("command", [["info"], ["env", "wallet"], ["request", "--type", "pda1"]])
def test_a_missing_world_ends_in_one_sentence(tmp_path, command):
    refuse(["--folder", str(tmp_path / "none"), *command], "no_world", "make serve")


def test_a_broken_world_ends_in_one_sentence(tmp_path):
    (tmp_path / "world.json").write_text("{")
    refuse(["--folder", str(tmp_path), "info"], "broken_world", "remove the folder")


def test_a_folder_that_cannot_be_made_ends_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    folder = str(tmp_path / "file" / "world")
    refuse(["--folder", folder, "serve"], "cannot_write", "cannot make a world")


def refuse(arguments, code, says):
    done = CliRunner().invoke(main, ["demo", *arguments])
    assert done.exit_code == 1, done.output
    (line,) = done.stderr.splitlines()
    assert line.startswith("esspass: ")
    assert line.endswith(f"[{code}]")
    assert says in line
