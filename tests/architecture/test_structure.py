"""The house rules that a machine can keep."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("esspass", "issuer", "wallet", "verifier", "demo")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MAX_FUNCTION_LINES, MAX_MODULE_LINES = 40, 400
STANDARDS = {
    entry["id"] for entry in tomllib.loads((ROOT / "specs/index.toml").read_text())["standard"]
}
NAMED = re.compile(
    r"\b(RFC \d{4}|TS 119 \d{3}(?:-\d)?|EN 319 \d{3}-\d|HAIP 1\.0|OpenID4V(?:CI|P) 1\.0"
    r"|Decision [AEHS]\d+)\b"
)
SYNONYMS = {"utils", "helpers", "misc", "common", "manager"}

# A function or module longer than the rule needs a reason here.
REASONS: dict[str, str] = {}


def _name(path):
    return str(path.relative_to(ROOT))


def test_imports_keep_their_direction():
    lint = [str(Path(sys.executable).parent / "lint-imports")]
    done = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_functions_and_modules_stay_short(path):
    source = path.read_text()
    if _name(path) not in REASONS:
        assert len(source.splitlines()) <= MAX_MODULE_LINES
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and f"{_name(path)}:{node.name}" not in REASONS:
            length = node.end_lineno - node.lineno + 1
            assert length <= MAX_FUNCTION_LINES, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_modules_say_their_one_idea(path):
    assert ast.get_docstring(ast.parse(path.read_text())), "no module docstring"
    assert path.stem not in SYNONYMS


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_standard_named_is_in_the_index(path):
    assert set(NAMED.findall(path.read_text())) <= STANDARDS


def test_reasons_are_still_needed():
    names = {_name(path) for path in MODULES}
    assert {reason.partition(":")[0] for reason in REASONS} <= names
