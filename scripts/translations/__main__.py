"""Keep the texts of every language.

``update`` the catalogues from the sources, ``check`` them, ``compile`` them for use (the compiled
files are not committed: make and the tests call ``compile``). ``export`` writes all texts of a
language into one file for its translators, ``import`` takes it when it is complete and offers the
language, ``missing`` counts what the official languages of the EU still lack.

usage: scripts/translations update [PACKAGE …] | check [PACKAGE …] | compile
       scripts/translations export LANGUAGE FILE | import LANGUAGE FILE | missing [LANGUAGE …]
"""

# ruff: noqa: INP001, T201 - a command that prints

import sys
from collections.abc import Iterable
from pathlib import Path

from catalogues import LOCALES, PACKAGES, compile_catalogue, find_problems, update
from exchange import LANGUAGES_OF_THE_EU, export_language, find_missing, import_language


def main(arguments: list[str]) -> int:
    """Do what the command line says. Returns 1 if it names what is wrong, else 0."""
    match arguments:
        case ["update", *chosen]:
            for package in chosen or PACKAGES:
                update(package)
        case ["compile"]:
            for package in PACKAGES:
                compile_catalogue(package)
        case ["check", *chosen]:
            return _tell(p for package in chosen or PACKAGES for p in find_problems(package))
        case _:
            return _exchange(arguments)
    return 0


def _exchange(arguments: list[str]) -> int:
    match arguments:
        case ["export", language, file]:
            export_language(language, Path(file))
            return 0
        case ["import", language, file]:
            return _tell(import_language(language, Path(file)))
        case ["missing", *chosen]:
            return _count(chosen or LANGUAGES_OF_THE_EU)
    sys.exit(__doc__)


def _tell(problems: Iterable[str]) -> int:
    found = list(problems)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def _count(languages: Iterable[str]) -> int:
    """Fail only for a language on offer: what is not begun is not broken."""
    broken = False
    for language in languages:
        missing = find_missing(language)
        broken |= bool(missing) and language in LOCALES
        parts = ", ".join(f"{source} {count}" for source, count in missing.items())
        print(f"{language}: {f'{missing.total()} missing ({parts})' if missing else 'complete'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
