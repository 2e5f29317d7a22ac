"""Runs the browser's engine in Node.js, many cases at a time."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from esspass.inspection import create_sources
from esspass.trust import TrustView
from verifier.decision_specs import create_decision_specs

FOLDER = Path(__file__).parent
SECONDS = 120
NEEDS_NODE = [
    pytest.mark.node,
    pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed"),
]


def create_batch(cases, sources=(), **more):
    specs = create_decision_specs()
    return {"cases": list(cases), "sources": list(sources), "specs": specs, **more}


def run_batch(cases, sources=(), **more):
    """What each case gives: ``{"value"}``, or ``{"error", "parameters"}`` with its code."""
    given = create_batch(cases, sources, **more)
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
    tokens = {name: issues[::-1] for name, issues in lists.tokens.items()}
    kept = {uri: (token, now) for uri, token in dict(statuses).items()}
    return create_sources(lists.anchors, tokens, TrustView({}), kept, now)
