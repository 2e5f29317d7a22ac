"""The shared texts are complete in every language, and the check that says so can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "scripts" / "translations"


def run(*arguments, script=SCRIPT):
    return subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, check=False
    )


def test_the_shared_texts_are_complete():
    result = run("check", "esspass/web")
    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)


def test_the_check_finds_what_is_missing(tmp_path):
    script = tmp_path / "scripts" / "translations"
    shutil.copytree(SCRIPT, script)
    offered = tmp_path / "specs" / "types" / "languages.json"
    offered.parent.mkdir(parents=True)
    offered.write_text('["en", "lt", "ro"]')
    package = tmp_path / "issuer"
    package.mkdir()
    (package / "texts.py").write_text('_("One %(thing)s")\n_("Two")\n')
    assert run("update", script=script).returncode == 0
    folder = package / "translations" / "lt" / "LC_MESSAGES"
    catalogue = (folder / "messages.po").read_text()
    catalogue = catalogue.replace('"One %(thing)s"\nmsgstr ""', '"One %(thing)s"\nmsgstr "Vienas"')
    (folder / "messages.po").write_text(catalogue)
    result = run("check", "issuer", script=script)
    assert result.returncode == 1
    assert "issuer lt: not translated: Two" in result.stdout
    assert "issuer ro: not translated: Two" in result.stdout
    assert "issuer lt: placeholders" in result.stdout
    assert run("compile", script=script).returncode == 0
    assert (folder / "messages.mo").exists()


def test_an_update_changes_nothing_when_the_texts_have_not(tmp_path):
    for locale in ("lt", "el", "ro"):
        path = ROOT / "esspass/web/translations" / locale / "LC_MESSAGES/messages.po"
        with path.open("rb") as file:
            messages = [message.id for message in read_po(file) if message.id]
        assert len(messages) == len(set(messages)) > 200


def test_wrong_use_is_explained():
    result = run()
    assert result.returncode == 1
    assert "usage:" in result.stderr
