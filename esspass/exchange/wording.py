"""The words of messages: labels of their members, codes, countries as EESSI writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esspass.attestations.wording import choose_locale, country_name, plain_text
from esspass.errors import MalformedError
from esspass.exchange.sed import read_json, sed_type


def label(name: str, locale: str, parent: str = "") -> str:
    """The label of a member; ``parent`` where the same name means something else there."""
    fields = read_json("fields.json")
    found = fields.get(f"{parent}.{name}") or fields.get(name)
    return str(found[choose_locale(locale)]) if found else plain_text(name)


def code_words(codes: str, code: Any, locale: str) -> str:
    """A code of ``codes.json`` in words; an unknown code stays as it is."""
    found = read_json("codes.json").get(codes, {}).get(str(code))
    return str(found[choose_locale(locale)]) if found else plain_text(code)


def code_list(codes: str, locale: str) -> tuple[tuple[str, str], ...]:
    """All codes of a list with their words, in order."""
    entries: Mapping[str, Mapping[str, str]] = read_json("codes.json")[codes]
    return tuple((code, words[choose_locale(locale)]) for code, words in entries.items())


def country_words(code: str, locale: str) -> str:
    """A country of EESSI in words, ``XS`` (stateless), ``XU`` and ``XR`` among them."""
    special = read_json("codes.json")["country"].get(code)
    return str(special[choose_locale(locale)]) if special else country_name(code, locale)


def sed_words(sed: str, locale: str) -> str:
    """``A009 Notification of posting``; an unknown id stays alone."""
    try:
        return f"{sed} {sed_type(sed).title(locale)}"
    except MalformedError:
        return plain_text(sed)
