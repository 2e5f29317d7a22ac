"""One catalogue per package: English in the source, one folder per language beside the code."""

# ruff: noqa: INP001 - run as `python scripts/translations`

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("esspass/web", "esspass/documents", "issuer", "wallet", "verifier")
LANGUAGES_FILE = ROOT / "specs" / "types" / "languages.json"
ENGLISH, *LOCALES = json.loads(LANGUAGES_FILE.read_text(encoding="utf-8"))
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("templates/**.html", "jinja2")]
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{[\w.]+\}")
Text = str | Sequence[str]  # one text, or the plural forms of one


def po_file(package: str, locale: str) -> Path:
    """Return where the texts of a package in a language are."""
    return ROOT / package / "translations" / locale / "LC_MESSAGES" / "messages.po"


@cache
def extract(package: str) -> Catalog:
    """Collect the English texts of a package."""
    catalog = Catalog(project="esspass", charset="utf-8")
    options = {pattern: {"encoding": "utf-8"} for pattern, _ in METHODS}
    for name, line, message, comments, context in extract_from_dir(
        ROOT / package, METHODS, options, KEYWORDS, comment_tags=("Translators:",)
    ):
        catalog.add(message, None, [(f"{package}/{name}", line)], (), comments, context=context)
    return catalog


def read(package: str, locale: str) -> Catalog:
    """Return the catalogue of a language as it is kept, or an empty one."""
    path = po_file(package, locale)
    if not path.exists():
        return Catalog(locale=locale, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def update(package: str) -> None:
    """Bring new texts into every language and drop those no longer used."""
    for locale in LOCALES if len(extract(package)) else ():
        write(package, locale, merge(package, locale))


def merge(package: str, locale: str) -> Catalog:
    """Return the catalogue of a language with the texts that are in use."""
    catalog = read(package, locale)
    catalog.update(extract(package), no_fuzzy_matching=True, update_creation_date=False)
    return catalog


def write(package: str, locale: str, catalog: Catalog) -> None:
    """Keep the catalogue of a language."""
    _describe(catalog, package)
    path = po_file(package, locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file,
            catalog,
            width=100,
            ignore_obsolete=True,
            include_lineno=False,
            sort_by_file=True,
        )


def _describe(catalog: Catalog, package: str) -> None:
    catalog.fuzzy = False
    catalog.header_comment = f"# {catalog.locale.english_name} texts of {package}."
    catalog.project, catalog.version = "esspass", package
    catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = "esspass"


def find_problems(package: str) -> Iterator[str]:
    """Yield what a language lacks or breaks: untranslated, uncertain, wrong placeholders."""
    template = extract(package)
    for locale in LOCALES:
        catalog = read(package, locale)
        for message in template:
            if not message.id:
                continue
            found = catalog.get(message.id, message.context)
            problem = find_problem(message.id, found.string if found else "", found and found.fuzzy)
            if problem:
                yield f"{package} {locale}: {problem}: {message.id}"


def find_problem(english: Text, translation: Text, fuzzy: bool | None = None) -> str | None:
    """Say what is wrong with a translation, if anything is."""
    if not (translation and all(_plurals(translation))):
        return "not translated"
    if fuzzy:
        return "uncertain"
    wanted = _placeholders(english)
    if any(_placeholders(text) != wanted for text in _plurals(translation)):
        return "placeholders differ"
    return None


def compile_catalogue(package: str) -> None:
    """Write the binary catalogues that are older than their source."""
    for locale in LOCALES:
        source = po_file(package, locale)
        target = source.with_suffix(".mo")
        if not source.exists():
            continue
        if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
            continue
        with target.open("wb") as file:
            write_mo(file, read(package, locale))


def _placeholders(text: Text) -> set[str]:
    return set(PLACEHOLDER.findall(_plurals(text)[-1]))


def _plurals(text: Text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)
