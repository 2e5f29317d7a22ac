"""Whom a message is about: what a case's earlier messages say of it goes into the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from esspass.exchange.schema import members, root

_IDENTITY = ("familyName", "forename", "dateBirth", "sex", "PINPersonInEachInstitution")
_EMPLOYERS = ("EmployerInMemberStateWhichLegislationApplies", "EmployerInOtherMemberStateConcerned")
_NAMED = ("name", "IdentificationNumber")


def create_subject(sed: str, contents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the members of a message that name its subject, as far as ``contents`` tell them.

    ``contents`` are those of the case, the latest first. Raises MalformedError, ``unknown_sed``.
    """
    known = list(contents)
    makers = {
        "Person": _person, "CaseContext": _case_context, "PortableDocument": _portable_document
    }  # fmt: skip
    found = {name: makers[name](known) for name, _, _ in members(root(sed)) if name in makers}
    return {name: value for name, value in found.items() if value is not None}


def describe_subject(contents: Iterable[Mapping[str, Any]]) -> tuple[str, str] | None:
    """Return name and date of birth (ISO) of the person of a case; None if nobody is named."""
    person = _identity(list(contents))
    return (f"{person['forename']} {person['familyName']}", person["dateBirth"]) if person else None


def _person(contents: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    whole = next((content["Person"] for content in contents if "Person" in content), None)
    if whole is not None:
        return dict(whole)
    person = _identity(contents)
    return {"PersonIdentification": person} if person else None


def _identity(contents: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    for content in contents:
        person = content.get("Person", {}).get("PersonIdentification")
        person = person or content.get("CaseContext", {}).get("PersonContext")
        if person:
            return {name: person[name] for name in _IDENTITY if name in person}
    return None


def _case_context(contents: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    whole = next((content["CaseContext"] for content in contents if "CaseContext" in content), None)
    if whole is not None:
        return dict(whole)
    person, employer = _identity(contents), _employer(contents)
    if person is None:
        return None
    return {"PersonContext": person, **({"EmployerContext": employer} if employer else {})}


def _employer(contents: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    for content in contents:
        for block in _EMPLOYERS:
            for employer in content.get(block, ()):
                return {name: employer[name] for name in _NAMED if name in employer}
    return None


def _portable_document(contents: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    found = next(
        (each["PortableDocument"] for each in contents if "PortableDocument" in each), None
    )
    if found is None:
        return None
    return {name: found[name] for name in ("documentNumber", "vct", "issuedOn") if name in found}
