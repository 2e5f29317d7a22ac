"""Reads what ``specs/types`` says; nothing about a type is written in code that data can say."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

COUNTRY = "<CC>"  # in paths of groups, forms and labels: any State of the PD A1


@cache
def read_text(name: str) -> str:
    """Return a file of ``specs/types``."""
    return files("specs").joinpath("types", name).read_text(encoding="utf-8")


@cache
def read_json(name: str) -> Any:
    """Return a JSON file of ``specs/types``; callers do not change it."""
    return json.loads(read_text(name))


LOCALES: tuple[str, ...] = tuple(read_json("languages.json"))
"""The languages on offer; ``scripts/translations import`` adds one that is complete."""
PUBLISHED_LOCALES = LOCALES[:4]
"""Those of the type metadata that issued credentials name by its digest."""


@cache
def pda1_states() -> tuple[str, ...]:
    """The States of the PD A1, ISO 3166-1 alpha-2."""
    return tuple(read_json("common.schema.json")["$defs"]["countryCodePDA1States"]["enum"])
