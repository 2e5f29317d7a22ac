"""Names of persons, folded so that case, accents and hyphens do not decide who somebody is."""

from __future__ import annotations

import unicodedata


def fold_name(text: str) -> str:
    """Return ``text`` in lower case, without accents, words separated by one blank."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def fold_number(text: str) -> str:
    """Return an identification number without separators, in upper case."""
    return "".join(c for c in text.upper() if c.isalnum())
