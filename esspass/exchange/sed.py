"""The messages institutions send each other (SED), read from ``specs/exchange/messages``.

A type knows its titles, its JSON Schema and whether files may be attached; which one may be sent
when is a matter of the case type.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from esspass.attestations.wording import choose_locale
from esspass.errors import MalformedError

CASE_VERSION = "4.2"
_FOLDER = files("specs").joinpath("exchange")


@dataclass(frozen=True, slots=True)
class SedType:
    """A message: ``titles`` by locale, ``attachments`` whether files may go with it.

    ``legal_base`` names the articles as far as a source was read.
    """

    id: str
    version: str
    titles: Mapping[str, str]
    legal_base: tuple[str, ...]
    attachments: bool
    schema: Mapping[str, Any] = field(repr=False)

    def title(self, locale: str) -> str:
        """The title in a language; English where there is no catalogue."""
        return self.titles[choose_locale(locale)]


def sed_type(sed: str, version: str = CASE_VERSION) -> SedType:
    """Return a message type. Raises MalformedError, ``unknown_sed``, ``wrong_case_version``."""
    found = sed_types().get(sed)
    if found is None:
        raise MalformedError("this message is not known here", code="unknown_sed")
    if version != found.version:
        raise MalformedError(
            "messages of this version are not spoken here", code="wrong_case_version"
        )
    return found


@cache
def sed_types() -> Mapping[str, SedType]:
    """All message types by id."""
    names = sorted(each.name for each in _FOLDER.joinpath("messages").iterdir())
    types = [_read_type(name) for name in names if name.endswith(".json")]
    return MappingProxyType({each.id: each for each in types})


def _read_type(name: str) -> SedType:
    source = read_json(f"messages/{name}")
    return SedType(
        source["id"], source["version"], source["titles"], tuple(source["legal_base"]),
        source["attachments"], source["schema"],
    )  # fmt: skip


@cache
def read_json(name: str) -> Any:
    """Return a JSON file of ``specs/exchange``; callers do not change it."""
    return json.loads(_FOLDER.joinpath(name).read_text(encoding="utf-8"))
