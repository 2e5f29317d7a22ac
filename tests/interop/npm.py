"""Runs the scripts of ``tests/interop/node``: one JSON document in, one out."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "node"
SECONDS = 60


def _missing():
    if shutil.which("node") is None:
        return "Node.js is not installed (scripts/test-tools says how)"
    if not (FOLDER / "node_modules").is_dir():
        return "the npm packages are not installed (npm ci --ignore-scripts in tests/interop/node)"
    return None


REASON = _missing()
NEEDS_NODE = [pytest.mark.node, pytest.mark.skipif(REASON is not None, reason=REASON or "")]


def run_script(name, given, *, ca_file=None):
    """Run a script with ``given``; ``ca_file`` is a PEM file of further TLS roots."""
    tls = {"NODE_EXTRA_CA_CERTS": str(ca_file), "HTTPS_ONLY": "1"} if ca_file else {}
    done = subprocess.run(
        ["node", "--no-warnings", f"{name}.mjs"],
        cwd=FOLDER, env={**os.environ, **tls}, input=json.dumps(given), capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
