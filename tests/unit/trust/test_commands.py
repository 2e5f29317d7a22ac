"""``esspass trust`` as an operator types it."""

import json
import time

import pytest
from click.testing import CliRunner

from esspass.keys.certificates import create_authority
from esspass.keys.files import write_certificates
from esspass.trust import ListType, parse_trust_anchors, verify_list
from esspass.trust.commands import trust
from tests.builders.lists import EHIC, PDA1, PID, create_body

BODY = create_body("Example Fund", "LT", "LT:1234", int(time.time()) - 90 * 86400)


@pytest.fixture
def files(tmp_path):
    pems = {
        "issuance": BODY.issuance.certificate,
        "revocation": BODY.revocation.certificate,
        "leaf": BODY.attestation_signer.certificates[0],
        "new": create_authority("Example Fund", "LT", "New", int(time.time())).certificate,
        "wallet": create_authority("Outside Wallet", "EE", "W", int(time.time())).certificate,
        "issuer": create_authority("Outside Issuer", "FI", "I", int(time.time())).certificate,
    }
    for name, certificate in pems.items():
        write_certificates(tmp_path / f"{name}.pem", [certificate])
    write_certificates(tmp_path / "two.pem", [pems["leaf"], pems["issuance"]])
    return tmp_path


@pytest.fixture
def run(files):
    environment = {"ESSPASS_TRUST_FOLDER": str(files / "trust")}

    def run(*words, code=0):
        arguments = [str(files / w) if w.endswith(".pem") else w for w in words]
        result = CliRunner().invoke(trust, arguments, env=environment)
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.output

    return run


@pytest.fixture
def started(run):
    run(
        "init",
        "--name",
        "Operator",
        "--base-url",
        "https://lists.example",
        "--email",
        "ask@lists.example",
    )
    return run


ADD = (
    "add --list pub-eaa-providers --country LT --institution LT:1234 "
    "--issuance-ca issuance.pem --revocation-ca revocation.pem "
    f"--type {PDA1} --type {EHIC} --email info@fund.example --name"
).split()


@pytest.fixture
def listed(started):
    started(*ADD, "Example Fund", "--publish")
    return started


def test_add_says_that_it_waits_for_publish(started, files):
    output = started(*ADD, "Example Fund")
    assert "Not in force before `esspass trust publish`." in output
    assert "Nothing is published yet" in started("show")
    assert "pub-eaa-providers: number 1" in started("publish")
    assert "Example Fund (LT), mailto:info@fund.example" in started("show")


def test_what_is_published_is_what_anchors_pin(listed, files):
    anchors = parse_trust_anchors((files / "trust/anchors.json").read_text())
    token = (files / "trust/published/pub-eaa-providers.jwt").read_text()
    certificates = anchors.sources[ListType.PUB_EAA_PROVIDERS].certificates
    snapshot = verify_list(token, certificates, int(time.time()))
    assert snapshot.entities[0].name == "Example Fund"


def test_an_institution_says_where_its_statuses_and_seals_are(listed, files):
    seal = ("--seal", str(files / "issuance.pem"))
    where = ("--status-lists", "https://fund.example/lists")
    listed("institution", "LT:1234", *seal, *where, "--publish")
    shown = listed("show")
    assert "paper seals: 1" in shown
    assert "status lists: https://fund.example/lists" in shown
    listed("publish")
    assert "inspection-rules: number 1" in listed("show")
    assert "in force from" in listed("show")


def test_show_as_json(listed):
    shown = json.loads(
        listed("show", "--json", "--list", "pub-eaa-providers", "--list", "directory")
    )
    assert set(shown) == {"pub-eaa-providers", "directory"}
    assert shown["pub-eaa-providers"]["sequence_number"] == 1
    assert shown["pub-eaa-providers"]["entities"][0]["services"][0]["kind"] == "Issuance"
    (institution,) = shown["directory"]["institutions"]
    assert [t["vct"] for t in institution["attestation_types"]] == [PDA1, EHIC]


def test_explain_an_institution(listed):
    output = listed("explain", "LT:1234", "--type", PDA1)
    assert "The institution LT:1234 is TRUSTED to issue eu.we-build.pda1.1" in output
    assert "List: pub-eaa-providers, number 1, issued " in output
    assert "Entry: Example Fund, LT." in output
    assert "Issuance: notified since " in output
    assert "LT:1234: eu.we-build.pda1.1 from " in output
    assert "Example Fund (mailto:info@fund.example)" in output
    assert "Operator (mailto:ask@lists.example)" in output


@pytest.mark.parametrize("pem", ["leaf.pem", "issuance.pem", "two.pem"])
def test_explain_a_certificate(listed, pem):
    assert "is TRUSTED to issue" in listed("explain", pem, "--type", PDA1)


def test_explain_a_past_date(listed):
    output = listed("explain", "LT:1234", "--type", PDA1, "--at", "2026-01-31", code=1)
    assert "2026-01-31T12:00:00Z" in output
    assert "(not_listed_at_issuance)" in output


def test_explain_an_unlisted_type_institution_and_certificate(listed):
    assert "(type_not_authorised)" in listed("explain", "LT:1234", "--type", "urn:x", code=1)
    assert "(institution_unknown)" in listed("explain", "LT:9", "--type", PDA1, code=1)
    output = listed("explain", "wallet.pem", "--type", PDA1, code=1)
    assert "is NOT TRUSTED" in output
    assert "Entry: none on that list." in output


def test_explain_without_any_list(started):
    output = started("explain", "LT:1234", "--type", PDA1, code=3)
    assert "(list_unavailable)" in output
    assert "Ask the list operator" in output


def test_explain_as_json(listed):
    answer = json.loads(listed("explain", "LT:1234", "--type", PDA1, "--json"))
    assert answer["trusted"] is True
    assert answer["parameters"]["sequence_number"] == "1"
    answer = json.loads(listed("explain", "LT:9", "--type", PDA1, "--json", code=1))
    assert (answer["trusted"], answer["code"]) == (False, "institution_unknown")


def test_explain_after_a_withdrawal(listed):
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time()))
    time.sleep(1.1)
    listed("withdraw", "--name", "Example Fund", "--publish")
    time.sleep(1.1)
    output = listed("explain", "leaf.pem", "--type", PDA1, "--at", before, code=3)
    assert "(issuer_left_list_unproven)" in output
    assert "withdrawn since" in output
    assert "notified since" in output
    assert "(withdrawn_at_issuance)" in listed("explain", "leaf.pem", "--type", PDA1, code=1)


def test_withdraw_one_type(listed):
    listed("withdraw", "--institution", "LT:1234", "--type", PDA1, "--publish")
    time.sleep(1.1)
    assert "(type_not_authorised)" in listed("explain", "LT:1234", "--type", PDA1, code=1)
    assert "is TRUSTED" in listed("explain", "LT:1234", "--type", EHIC)


def test_roll_a_lists_key(listed):
    output = listed("roll-key", "--list", "pub-eaa-providers", "--publish")
    assert "anchors.json holds the next key" in output
    assert "announces the signing key" in listed("show", "--list", "pub-eaa-providers")
    listed("roll-key", "--list", "pub-eaa-providers", "--activate", "--publish")
    assert "announces" not in listed("show", "--list", "pub-eaa-providers")


def test_roll_a_bodys_key(listed):
    body = ["--list", "pub-eaa-providers", "--name", "Example Fund"]
    listed("roll-key", *body, "--issuance-ca", "new.pem", "--publish")
    assert "notified since" in listed("show")
    assert "(before)" in listed("show")
    time.sleep(1.1)
    output = listed("explain", "issuance.pem", "--type", PDA1, code=1)
    assert "(key_not_listed_at_issuance)" in output


def test_outsiders_are_admitted_at_once(started):
    assert "wallet-providers: number 1" in started("add-wallet-provider", "wallet.pem")
    assert "Outside Wallet (EE)" in started("show", "--list", "wallet-providers")
    started("add-issuer", "issuer.pem", "--type", PID)
    assert "is TRUSTED" in started("explain", "issuer.pem", "--type", PID)
    started("add-issuer", "issuer.pem", "--type", PDA1, "--institution", "FI:1")
    assert "is TRUSTED" in started("explain", "FI:1", "--type", PDA1)
    shown = json.loads(started("show", "--json"))
    assert shown["pid-providers"]["sequence_number"] == 1, "only what changed is published"


def test_an_outside_issuer_without_an_id_gets_one(started):
    started("add-issuer", "issuer.pem", "--type", PDA1)
    shown = json.loads(started("show", "--json", "--list", "directory"))
    assert shown["directory"]["institutions"][0]["id"].startswith("FI:X")


WRONG = {
    "twice": (("init", "--name", "x", "--base-url", "https://x"), 1, "already holds lists"),
    "unknown body": (("withdraw", "--name", "Nobody"), 1, "Nobody is not on the list"),
    "neither": (("withdraw",), 2, "either --name or --institution"),
    "two certificates": (("add-wallet-provider", "two.pem"), 1, "exactly one certificate"),
    "no file": (("add-wallet-provider", "/none"), 2, "does not exist"),
    "not a certificate": (("explain", "nonsense", "--type", PDA1), 1, "no certificates"),
    "bad date": (("explain", "LT:1", "--type", PDA1, "--at", "yesterday"), 2, "--at takes"),
    "bad time": (
        ("explain", "LT:1", "--type", PDA1, "--at", "2026-13-01T00:00:00Z"),
        1,
        "does not exist",
    ),
    "type without institution": (
        ("add", "--name", "x", "--country", "LT", "--issuance-ca", "new.pem", "--type", "x"),
        2,
        "--type needs --institution",
    ),
    "forget alone": (
        ("roll-key", "--list", "directory", "--forget-old"),
        2,
        "goes with --activate",
    ),
    "directory body": (("roll-key", "--list", "directory", "--name", "x"), 2, "holds no keys"),
    "no certificate": (
        ("roll-key", "--list", "pid-providers", "--name", "x"),
        2,
        "needs --issuance-ca",
    ),
    "no next key": (("roll-key", "--list", "directory", "--activate"), 1, "roll the key first"),
}


@pytest.mark.parametrize("name", WRONG)
def test_mistakes_are_one_sentence(started, name):
    words, code, sentence = WRONG[name]
    output = started(*words, code=code)
    assert sentence in output
    assert "Traceback" not in output


def test_a_command_before_init_says_what_to_do(run):
    assert "run `esspass trust init` first" in run("publish", code=1)


@pytest.mark.parametrize("command", sorted(trust.commands))
def test_every_command_explains_itself(run, command):
    assert len(run(command, "--help").splitlines()[2].strip()) > 20


def test_the_commands_are_those_promised():
    promised = "init add withdraw roll-key institution publish show explain"
    promised += " add-wallet-provider add-issuer"
    assert sorted(trust.commands) == sorted(promised.split())
