"""Country codes and institution codes.

Inside we speak ISO 3166-1 (``GR``, ``GB``). EESSI and the paper documents say ``EL`` and ``UK``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from esspass.attestations.specification import read_json
from esspass.errors import MalformedError

_TO_ISO = {"EL": "GR", "UK": "GB"}
_TO_EESSI = {iso: eessi for eessi, iso in _TO_ISO.items()}


def iso_country(code: str) -> str:
    """Return the ISO 3166-1 code for a code of any of the sources."""
    return _TO_ISO.get(code, code)


def eessi_country(code: str) -> str:
    """Return the code EESSI uses for a country."""
    return _TO_EESSI.get(code, code)


@dataclass(frozen=True, slots=True)
class InstitutionId:
    """A code of the EESSI Institution Repository, unique only together with its country (ISO)."""

    country: str
    code: str

    def __str__(self) -> str:
        return f"{eessi_country(self.country)}:{self.code}"


def parse_institution_id(text: str) -> InstitutionId:
    """Read ``EL:1000``. Raises MalformedError, code ``institution_id``."""
    if not _pattern().fullmatch(text):
        raise MalformedError("not an institution code of EESSI", code="institution_id")
    country, _, code = text.partition(":")
    return InstitutionId(iso_country(country), code)


def is_institution_id(text: str) -> bool:
    """Whether the text has the form EESSI prescribes; foreign credentials SHOULD, ours MUST."""
    return _pattern().fullmatch(text) is not None


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(read_json("common.schema.json")["$defs"]["eessiInstitutionId"]["pattern"])
