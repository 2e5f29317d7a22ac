"""A language is one file: what the EU's languages lack, and that a complete file is enough."""

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.pofile import read_po, write_po

from esspass.attestations import attestation_types

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = ("en", "lt", "el", "ro")
NEW = "fi"
SOURCES = (
    "esspass/web", "esspass/documents", "issuer", "wallet", "verifier", "specs/types",
    "specs/inspection", "specs/exchange", "specs/back_office",
)  # fmt: skip
KEPT = ("esspass", "issuer", "wallet", "verifier", "demo", "specs", "scripts", "tests")


def run(tree, *command):
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(
        [sys.executable, *command], cwd=tree, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def translations(tree, *arguments):
    return run(tree, "scripts/translations", *arguments)


def snapshot(tree):
    texts = [*tree.rglob("*.po"), *tree.joinpath("specs").rglob("*.json")]
    return {path: path.read_bytes() for path in texts}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the sources that tests may change."""
    root = tmp_path_factory.mktemp("tree")
    for name in KEPT:
        unwanted = shutil.ignore_patterns("__pycache__", "corpus", "end_to_end", "interop")
        shutil.copytree(ROOT / name, root / name, ignore=unwanted)
    return root


def translate(tree, file, language=NEW):
    """Fill a template: every text in brackets, in each of its plural forms."""
    assert translations(tree, "export", language, file).returncode == 0
    with file.open("rb") as source:
        catalog = read_po(source, locale=language)
    for message in catalog:
        if message.id and isinstance(message.string, str):
            message.string = f"[{message.id}]"
        elif message.id:
            message.string = tuple(f"[{message.id[-1]}]" for _ in message.string)
    save(file, catalog)
    return catalog


def save(file, catalog):
    with file.open("wb") as target:
        write_po(target, catalog)


def test_four_languages_are_complete():
    """Pages, rules, code lists, labels of types, purposes and the texts of papers."""
    offered = json.loads((ROOT / "specs/types/languages.json").read_text())
    assert offered[:4] == list(COMPLETE)
    result = translations(ROOT, "missing", *offered[1:])
    assert result.stdout.splitlines() == [f"{language}: complete" for language in offered[1:]]
    assert (result.returncode, result.stderr) == (0, "")


def test_what_is_missing_is_counted_for_all_of_the_eu():
    result = translations(ROOT, "missing")
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert len({"en", *lines}) == 24
    assert result.returncode == 0
    numbers = re.fullmatch(r"(\d+) missing \((.*)\)", lines["mt"])
    counts = dict(part.rsplit(" ", 1) for part in numbers[2].split(", "))
    assert tuple(counts) == SOURCES
    assert sum(map(int, counts.values())) == int(numbers[1])


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("specs/types/codes.json", "specs/types"),
        ("specs/types/purposes.json", "specs/types"),
        ("specs/back_office/letters.json", "specs/back_office"),
        ("specs/types/ehic/metadata.json", "specs/types"),
        ("specs/inspection/texts/el.json", "specs/inspection"),
        ("esspass/documents/translations/el/LC_MESSAGES/messages.po", "esspass/documents"),
    ],
)
def test_a_gap_in_a_complete_language_fails(tree, path, source):
    text = (tree / path).read_text()
    greek = re.search(r'(?:"el": |"label": |"title": |\nmsgstr )"(?=[^"\n]*[α-ω])([^"\n]*)"', text)
    (tree / path).write_text(text[: greek.start(1)] + text[greek.end(1) :])
    try:
        result = translations(tree, "missing", "el", "lt")
    finally:
        (tree / path).write_text(text)
    assert result.stdout.splitlines() == [f"el: 1 missing ({source} 1)", "lt: complete"]
    assert result.returncode == 1


@pytest.mark.parametrize("language", COMPLETE[1:])
def test_a_language_goes_out_and_comes_back_unchanged(tree, tmp_path, language):
    before = snapshot(tree)
    first, second = tmp_path / "first.po", tmp_path / "second.po"
    for file in (first, second):
        assert translations(tree, "export", language, file).returncode == 0
    assert first.read_bytes() == second.read_bytes()
    result = translations(tree, "import", language, first)
    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)
    assert snapshot(tree) == before


def test_a_file_with_a_gap_or_a_lost_placeholder_changes_nothing(tree, tmp_path):
    before, file = snapshot(tree), tmp_path / "fi.po"
    catalog = translate(tree, file)
    lost = next(m for m in catalog if isinstance(m.id, str) and "{document.ends}" in m.id)
    gap = next(m for m in catalog if m.context == "specs/types/wording.json/yes")
    lost.string, gap.string = "[]", ""
    save(file, catalog)
    result = translations(tree, "import", NEW, file)
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "specs/types/wording.json/yes: not translated: Yes",
        f"{lost.context}: placeholders differ: {lost.id}",
    ]
    assert snapshot(tree) == before


class Words(HTMLParser):
    """The texts of a page that a person reads in the language of the page."""

    def __init__(self, page):
        super().__init__()
        self.open, self.found = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        own = dict(attributes)
        silent = tag in {"script", "style"} or "translate" in own or "lang" in own
        self.open.append((tag, silent and tag != "html"))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass  # an element that is never closed, such as <br>

    def handle_data(self, text):
        if not any(silent for _, silent in self.open) and re.search("[A-Za-z]{2}", text):
            self.found.append(" ".join(text.split()))


@pytest.fixture(scope="module")
def read(tree, tmp_path_factory):
    """What a person reads after one file was handed in."""
    folder = tmp_path_factory.mktemp("probe")
    translate(tree, folder / "fi.po")
    assert translations(tree, "import", NEW, folder / "fi.po").stdout == ""
    assert translations(tree, "compile").returncode == 0
    result = run(tree, "-m", "tests.unit.language_probe", NEW, folder)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_one_file_is_enough_to_offer_a_language(tree, read):
    assert read["offered"] == [*COMPLETE, NEW]
    assert translations(tree, "missing", NEW).stdout == f"{NEW}: complete\n"
    assert f'"{NEW}"' in read["worker"].splitlines()[1]


def test_pages_are_in_the_new_language(read):
    for address, page in read["pages"].items():
        assert f'<html lang="{NEW}"' in page
        words = Words(page).found
        ours = [text for text in words if "[" in text or text.endswith("]")]
        assert len(ours) >= 4, address
        countries_and_names = {*Locale(NEW).territories.values(), "Inspector", "ESSPASS"}
        left = set(words) - {*ours} - countries_and_names
        assert [text for text in left if not re.search(r"\d\. marraskuuta 2026", text)] == []


def test_what_was_issued_before_still_names_the_types(read):
    """Credentials hold the digest of the type metadata: a new language must not change it."""
    assert read["integrity"] == [known.integrity for known in attestation_types().values()]


def test_rules_labels_codes_and_papers_are_in_the_new_language(read):
    assert read["words"]["outcomes"]["COVERED"]["title"] == "[Covered]"
    assert read["code"] == "[Posted employed person]"
    assert all(label.startswith("[") for label in read["labels"])
    assert "[Personal details of the holder]" in read["paper"]
