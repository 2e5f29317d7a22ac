"""All texts of a language in one file (gettext PO), out to its translators and back.

The context of a text names the package (``issuer``), or the file of ``specs`` and the place in it.
"""

# ruff: noqa: INP001 - run as `python scripts/translations`

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from catalogues import (
    ENGLISH,
    LANGUAGES_FILE,
    LOCALES,
    PACKAGES,
    extract,
    find_problem,
    merge,
    read,
    write,
)
from specifications import BACK_OFFICE, EXCHANGE, RULES, TYPES, read_places, write_document

LANGUAGES_OF_THE_EU = (
    "bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt",
    "nl", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip
_NO_DATE = dt.datetime.fromtimestamp(0, dt.UTC)  # the same texts give the same file


def export_language(language: str, file: Path) -> None:
    """Write all texts, and the translations that are there."""
    with file.open("wb") as target:
        write_po(target, create_file(language), width=100, include_lineno=False)


def create_file(language: str) -> Catalog:
    """Return all texts of all packages and of ``specs`` with their translations, if any."""
    whole = Catalog(locale=language, project="esspass", charset="utf-8", fuzzy=False,
                    creation_date=_NO_DATE)  # fmt: skip
    whole.header_comment = f"# {whole.locale.english_name} texts of ESSPASS."
    for package in PACKAGES:
        kept = read(package, language)
        for message in _texts(extract(package)):
            found = kept.get(message.id, message.context) or Message(message.id)
            whole.add(message.id, found.string, message.locations, found.flags,
                      message.auto_comments, context=_context(package, message))  # fmt: skip
    for _path, _document, places in read_places(language):
        for context, english, ours, member in places:
            whole.add(english, ours.get(member, ""), context=context)
    return whole


def import_language(language: str, file: Path) -> list[str]:
    """Take a file and offer its language. Returns what keeps it out; then nothing is written."""
    with file.open("rb") as source:
        given = read_po(source, locale=language)
    problems = [f"{context}: {what}: {text}" for context, what, text in _compare(language, given)]
    if not problems:
        _distribute(language, given)
    return problems


def find_missing(language: str) -> Counter[str]:
    """Count the texts that a language lacks, by package and by part of ``specs``."""
    sources = (*PACKAGES, TYPES, RULES, EXCHANGE, BACK_OFFICE)
    problems = _compare(language, create_file(language))
    found = Counter(_source(context) for context, _what, _text in problems)
    return Counter({source: found[source] for source in sources if found[source]})


def _compare(language: str, given: Catalog) -> Iterator[tuple[str, str, str]]:
    """Yield (context, what is wrong, English text) of every text that is not well translated."""
    for message in _texts(create_file(language)):
        found = given.get(message.id, message.context) or Message(message.id)
        if problem := find_problem(message.id, found.string, found.fuzzy):
            yield message.context, problem, str(message.id)


def _distribute(language: str, given: Catalog) -> None:
    for package in PACKAGES:
        catalog = merge(package, language)
        catalog.creation_date = read(package, LOCALES[0]).creation_date
        for message in _texts(catalog):
            message.string = given.get(message.id, _context(package, message)).string
        write(package, language, catalog)
    for path, document, places in read_places(language):
        for context, english, ours, member in places:
            ours[member] = given.get(english, context).string
        write_document(path, document)
    write_document(LANGUAGES_FILE, list(dict.fromkeys([ENGLISH, *LOCALES, language])))


def _texts(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _context(package: str, message: Message) -> str:
    return f"{package}|{message.context}" if message.context else package


def _source(context: str) -> str:
    """The package, or the part of ``specs``, that a context belongs to."""
    package = context.partition("|")[0]
    return package if package in PACKAGES else "/".join(context.split("/")[:2])
