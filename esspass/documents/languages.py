"""The languages of a paper: that of issue, and the one an authority abroad reads.

A ``Language`` is called with an English text like gettext's ``_`` and answers in its own.
"""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from esspass.attestations.specification import LOCALES
from esspass.errors import MalformedError

_CATALOGUES = Path(__file__).parent / "translations"
_SOURCE = LOCALES[0]


@dataclass(frozen=True, slots=True)
class Language:
    """One language; ``locale`` is its tag (``lt``)."""

    locale: str

    def __call__(self, message: str, **values: str) -> str:
        """Return the text in this language, its ``%(name)s`` filled in."""
        text = _catalogue(self.locale).gettext(message)
        return text % values if values else text


def choose_languages(locale: str, second_locale: str | None) -> tuple[Language, ...]:
    """Return one language or two. Raises MalformedError, ``unknown_language``."""
    chosen = dict.fromkeys([locale, second_locale or locale])
    if not set(chosen) <= set(LOCALES):
        raise MalformedError("the paper is not made in that language", code="unknown_language")
    return tuple(Language(code) for code in chosen)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a text that is translated later."""
    return message


def say(languages: Sequence[Language], message: str) -> tuple[str, ...]:
    """Return a text in each language."""
    return tuple(language(message) for language in languages)


@cache
def _catalogue(locale: str) -> gettext.NullTranslations:
    if locale == _SOURCE:
        return gettext.NullTranslations()
    return gettext.translation("messages", _CATALOGUES, [locale])
