"""Runs the browser's engine in Node.js, many cases at a time."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from esspass.keys.certificates import create_x5c
from esspass.trust import DIRECTORY
from verifier.decision_specs import create_decision_specs

FOLDER = Path(__file__).parent
SECONDS = 120
NEEDS_NODE = [
    pytest.mark.node,
    pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed"),
]


def run_batch(cases, sources=()):
    """What each case gives: ``{"value"}``, or ``{"error", "parameters"}`` with its code."""
    given = {"cases": list(cases), "sources": list(sources), "specs": create_decision_specs()}
    done = subprocess.run(
        ["node", "--no-warnings", "--import", "./register.mjs", "run_batch.mjs"],
        cwd=FOLDER, input=json.dumps(given), capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def describe(findings):
    """Findings as both engines write them."""
    return [
        {
            "check": each.check,
            "clause": each.clause,
            "outcome": each.outcome.value,
            "reason": each.reason,
            "parameters": dict(each.parameters),
        }
        for each in findings
    ]


def create_bundle(lists, statuses=(), now=0):
    """The sources of a list world, as the server would write them; newest issues first."""
    if not lists.sequence_number:
        lists.publish()
    return {
        "made_at": now,
        "anchors": {name: _pems(source) for name, source in lists.anchors.sources.items()},
        "lists": {
            name: tokens[::-1] for name, tokens in lists.tokens.items() if name != DIRECTORY
        },
        "directory": lists.tokens[DIRECTORY][-1],
        "rules": None,
        "fetched": {},
        "problems": {},
        "statuses": {
            uri: {"token": token, "fetched_at": now} for uri, token in dict(statuses).items()
        },
    }


def _pems(source):
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    return [f"{begin}\n{text}\n{end}\n" for text in create_x5c(source.certificates)]
