"""npm ``@openid4vc/openid4vp`` (OpenWallet Foundation) answers our verifiers."""

import json

import pytest
from click.testing import CliRunner

from demo.commands import demo
from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from tests.interop.npm import NEEDS_NODE, run_script

pytestmark = NEEDS_NODE


def run_demo(world, *arguments):
    done = CliRunner().invoke(demo, ["--folder", str(world.folder), *arguments])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def hold(answer, vct):
    return {"vct": vct, "credential": answer["credentials"][0], "holder": answer["holder"]}


@pytest.fixture(scope="module")
def holdings(outside_wallet):
    """The driver's identity and A1 in both shapes, and the pensioner's EHIC, by vct."""
    asked = [
        ("identity-lt", "driver", PID, "pid", True),
        ("issuer-lt", "driver", PDA1_WEBUILD, "pda1", True),
        ("issuer-lt", "driver", PDA1_EUDI, "pda1", False),
        ("issuer-lt", "pensioner", EHIC, "ehic", False),
    ]
    return {
        vct: hold(outside_wallet.obtain(office, person, vct, kind, eid=eid), vct)
        for office, person, vct, kind, eid in asked
    }


def answer(cast, holdings, *options, status=200):
    """Let the outside wallet answer a request; return the result."""
    asked = run_demo(cast.world, "request", *options)
    given = {"request": asked["uri"], "holdings": list(holdings)}
    answered = run_script("openid4vp", given, ca_file=cast.world.ca_file)
    assert answered["status"] == status, answered
    assert answered["clientId"] in asked["client_id"]
    return run_demo(cast.world, "result", asked["id"])


@pytest.mark.parametrize("vct", [PDA1_WEBUILD, PDA1_EUDI])
def test_a1_and_pid_in_one_request_pass(cast, holdings, vct):
    result = answer(cast, [holdings[vct], holdings[PID]], "--type", "pda1", "--pid")
    assert result["outcome"] == "PASSED", result
    assert {document["vct"] for document in result["documents"]} == {vct, PID}
    assert {finding["outcome"] for d in result["documents"] for finding in d["findings"]} == {
        "PASSED"
    }
    assert result["person"]["outcome"] == "PASSED"
    assert [document["excess"] for document in result["documents"]] == [[], []]


def test_somebody_elses_card_does_not_pass(cast, holdings):
    result = answer(cast, [holdings[EHIC], holdings[PID]], "--type", "ehic", "--pid")
    assert (result["outcome"], result["person"]["outcome"]) == ("FAILED", "FAILED")


def test_a_key_that_is_not_the_holders_does_not_pass(cast, holdings):
    stolen = {**holdings[PDA1_WEBUILD], "holder": holdings[PID]["holder"]}
    shown = [stolen, holdings[PID]]
    result = answer(cast, shown, "--type", "pda1", "--pid", status=400)
    findings = {
        f["check"]: f for d in result["documents"] for f in d["findings"] if d["vct"] != PID
    }
    assert result["outcome"] == "FAILED"
    assert findings["holder_binding"]["reason"] == "kb_signature"
