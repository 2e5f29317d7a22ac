"""Shape: the strict schema of what we issue, the tolerant one of what a presentation may hold.

JSON Schema 2020-12 with ``format`` asserted. Errors name the place, never a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match
from referencing import Registry, Resource

from esspass.attestations.countries import parse_institution_id
from esspass.attestations.registry import attestation_type, attestation_types
from esspass.attestations.specification import read_json
from esspass.errors import MalformedError

_FORMATS = FormatChecker(["date", "email", "uri"])
_INSTITUTION = {"pda1-webuild": ("competentInstitution", "institutionID")}
_MAX_PLACE = 120


def verify_issuance(vct: str, claims: Mapping[str, Any]) -> None:
    """Check complete claims, envelope included, before we sign them.

    Raises MalformedError: ``unknown_type``, ``schema_violation`` (with the JSON path),
    ``institution_id`` (ours must be codes of EESSI). Credentials of others are no business of
    this function: see ``verify_presentation``.
    """
    _verify(vct, claims, "issuance")
    folder = attestation_type(vct).folder
    block, member = _INSTITUTION.get(folder, ("authentic_source", "id"))
    if block in claims:
        parse_institution_id(claims[block][member])


def verify_presentation(vct: str, claims: Mapping[str, Any]) -> None:
    """Check processed claims of any issuer, whatever part of them was disclosed.

    Raises MalformedError: ``unknown_type``, ``schema_violation``.
    """
    _verify(vct, claims, "presentation")


def _verify(vct: str, claims: Mapping[str, Any], which: str) -> None:
    folder = attestation_type(vct).folder
    error = best_match(schema_validator(folder, which).iter_errors(dict(claims)))
    if error is not None:
        raise MalformedError(_describe(error), code="schema_violation")


def _describe(error: ValidationError) -> str:
    place = error.json_path
    if len(place) > _MAX_PLACE:
        place = f"{place[:_MAX_PLACE]}…"
    return f"the claims do not have the form of this type: {error.validator} at {place}"


@cache
def envelope_claims() -> frozenset[str]:
    """Names of the claims around a document: technical validity, holder key, status, issuer."""
    return frozenset(read_json("common.schema.json")["$defs"]["envelope"]["properties"])


@cache
def schema_validator(folder: str, which: str) -> Draft202012Validator:
    """The validator of ``specs/types/<folder>/<which>.schema.json``."""
    schema = read_json(f"{folder}/{which}.schema.json")
    return Draft202012Validator(schema, registry=_schemas(), format_checker=_FORMATS)


@cache
def _schemas() -> Registry[Any]:
    names = ["common.schema.json"]
    for known in attestation_types().values():
        names += [f"{known.folder}/{which}.schema.json" for which in ("issuance", "presentation")]
    contents = [read_json(name) for name in names]
    return Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in contents
    )
