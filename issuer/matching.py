"""Who signed in: matched to the institution's records by name, birth date and number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from esspass.attestations import Person
from esspass.errors import MalformedError, VerificationError
from esspass.inspection.names import NameMatch, match_names
from issuer.names import fold_number
from issuer.records import Records

_SAME = frozenset({NameMatch.EXACT, NameMatch.DIACRITICS, NameMatch.TRANSLITERATED})


class NoMatchError(VerificationError):
    """Nobody in the records is the person who signed in."""

    code = "no_match"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a sign-in method vouches for; ``number`` is None when it knows none."""

    surnames: str = field(repr=False)
    forenames: str = field(repr=False)
    date_of_birth: date = field(repr=False)
    number: str | None = field(default=None, repr=False)


def parse_identity(claims: Mapping[str, Any], number_claim: str) -> Identity:
    """Read the claims of a PID or an ID token (both use OpenID Connect's names for these).

    Raises MalformedError ``identity_incomplete``.
    """
    surnames, forenames = claims.get("family_name"), claims.get("given_name")
    born, number = claims.get("birthdate"), claims.get(number_claim)
    texts = (surnames, forenames, born)
    if not all(isinstance(text, str) and 0 < len(text) <= 300 for text in texts):
        raise MalformedError("name or birth date is missing", code="identity_incomplete")
    if number is not None and not (isinstance(number, str) and 0 < len(number) <= 100):
        raise MalformedError("the number is not a text", code="identity_incomplete")
    try:
        day = date.fromisoformat(str(born))
    except ValueError as error:
        raise MalformedError("the birth date is incomplete", code="identity_incomplete") from error
    return Identity(str(surnames), str(forenames), day, number)


def match_person(records: Records, identity: Identity) -> str:
    """Return the id of the one person this is. Raises NoMatchError.

    Name, birth date and number must all fit: were the number not needed, whoever has another one
    would only have to leave it out. Names may differ in accents and in the alphabet, for a PID
    and a register often do.
    """
    found = [
        person_id
        for person_id, person in records.born_on(identity.date_of_birth)
        if _same_name(person.surnames, identity.surnames)
        and _same_name(person.forenames, identity.forenames)
        and _same_number(person.pin, identity.number)
    ]
    if len(found) != 1:
        raise NoMatchError
    return found[0]


def is_same_person(ours: Person, theirs: Person) -> bool:
    """Say whether name, birth date and number of a declared person are those of the register."""
    return (
        ours.date_of_birth == theirs.date_of_birth
        and _same_name(ours.surnames, theirs.surnames)
        and _same_name(ours.forenames, theirs.forenames)
        and _same_number(ours.pin, theirs.pin)
    )


def _same_name(ours: str, theirs: str) -> bool:
    return match_names(ours, theirs) in _SAME


def _same_number(ours: str | None, theirs: str | None) -> bool:
    return bool(ours and theirs) and fold_number(theirs or "") == fold_number(ours or "")
