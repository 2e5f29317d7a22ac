"""What the browser's engine needs of ``specs``: types, schemas, core data, words.

One JSON document, so that the page that works without a server keeps it in one place.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from esspass.attestations import AttestationType, attestation_types
from esspass.trust import read_rules

_DIGESTS = ("sha256", "sha384", "sha512")
# What is said where no signed rules are at hand.
_WORDS = ("outcomes", "submission")
_SCHEMAS = ("issuance", "presentation")


@cache
def create_decision_specs() -> dict[str, Any]:
    """Return what ``static/decision/type.js`` calls ``Specs``; callers do not change it."""
    types = attestation_types()
    schemas = [
        _read("types", known.folder, f"{which}.schema.json")
        for known in types.values()
        for which in _SCHEMAS
    ]
    return {
        "types": {vct: _describe_type(known) for vct, known in types.items()},
        "schemas": [_read("types", "common.schema.json"), *schemas],
        "reference": _read("inspection", "reference.json"),
        "core": _read("documents", "core.json"),
        "wording": _read("types", "wording.json"),
        "words": {
            locale: {name: texts[name] for name in _WORDS}
            for locale, texts in read_rules()["texts"].items()
        },
    }


def _describe_type(known: AttestationType) -> dict[str, Any]:
    digests = {
        name: base64.b64encode(hashlib.new(name, known.metadata_bytes).digest()).decode()
        for name in _DIGESTS
    }
    return {"kind": known.kind, "folder": known.folder, "name": known.name, "digests": digests}


def _read(*path: str) -> Any:
    return json.loads(files("specs").joinpath(*path).read_text(encoding="utf-8"))
