"""Whether the identity shown belongs to the person the document is about.

Rule A-08. Names are compared as ``names`` explains, dates of birth exactly. A document without a
name, as EHIC and the flat PD A1 are, is joined to the identity by the personal number, if both
come from one country. What cannot be decided asks for a look at a paper document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esspass.attestations import Presented, PresentedPerson
from esspass.errors import UndecidedError, VerificationError
from esspass.inspection.evidence import Credential
from esspass.inspection.names import NameMatch, match_names
from esspass.verdict import Check, Finding, Parameters


class PersonMismatchError(VerificationError):
    """Two persons; ``parameters`` say in which fields, never what is in them."""

    code = "person_mismatch"

    def __init__(self, parameters: Parameters) -> None:
        super().__init__("identity and document name different persons")
        self.parameters = parameters


class PersonUndecidedError(UndecidedError):
    """Too little was shown to tell."""

    code = "person_partial"

    def __init__(self, code: str, parameters: Parameters) -> None:
        super().__init__("whether it is the same person cannot be told", code=code)
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class PersonEvidence:
    """A document and, if one was shown, the PID that came with it."""

    document: Credential
    pid: Credential | None


def match_person(document: Credential, pid: Credential | None) -> Finding:
    """Compare document and identity; the finding explains each field without its content."""
    return PERSON.run(PersonEvidence(document, pid))


def verify_person(evidence: PersonEvidence) -> Parameters:
    """Return how each field matched. Raises PersonMismatchError, PersonUndecidedError.

    Codes of the latter: ``person_missing``, ``person_represented``, ``person_partial``,
    ``person_name_partial``, ``person_number_foreign``.
    """
    if evidence.pid is None:
        raise PersonUndecidedError("person_missing", {})
    document, pid = evidence.document.presented(), evidence.pid.presented()
    if document.represented is not None:
        raise PersonUndecidedError("person_represented", {})
    if pid.person is None:
        raise PersonUndecidedError("person_partial", {})
    if document.person is None or document.person.surnames is None:
        return _compare_number(document, pid)
    return _compare_person(document.person, pid.person)


def _compare_person(ours: PresentedPerson, theirs: PresentedPerson) -> Parameters:
    found = {
        "surnames": _best_match(ours.surnames, theirs.surnames, theirs.surname_at_birth),
        "forenames": _best_match(ours.forenames, theirs.forenames, theirs.forenames_at_birth),
        "date_of_birth": _match_days(ours, theirs),
    }
    parameters: Mapping[str, str] = {name: match for name, match in found.items() if match}
    if NameMatch.DIFFERENT in found.values():
        raise PersonMismatchError(parameters)
    if NameMatch.PARTIAL in found.values():
        raise PersonUndecidedError("person_name_partial", parameters)
    if len(parameters) < len(found):
        raise PersonUndecidedError("person_partial", parameters)
    return parameters


def _best_match(ours: str | None, *theirs: str | None) -> NameMatch | None:
    """The closest of the names a person has; None when nothing can be compared."""
    matches = {match_names(ours, other) for other in theirs if ours and other}
    return next((match for match in NameMatch if match in matches), None)


def _match_days(ours: PresentedPerson, theirs: PresentedPerson) -> NameMatch | None:
    if ours.date_of_birth is None or theirs.date_of_birth is None:
        return None
    same = ours.date_of_birth == theirs.date_of_birth
    return NameMatch.EXACT if same else NameMatch.DIFFERENT


def _compare_number(document: Presented, pid: Presented) -> Parameters:
    """Join by personal number; numbers of two countries say nothing about each other."""
    number = pid.person.pin if pid.person else None
    if not document.pin or not number:
        raise PersonUndecidedError("person_partial", {})
    issuing = document.institution_country or document.issuing_country
    if _digits(document.pin) == _digits(number):
        return {"personal_number": NameMatch.EXACT}
    if issuing and pid.issuing_country and issuing != pid.issuing_country:
        raise PersonUndecidedError("person_number_foreign", {})
    raise PersonMismatchError({"personal_number": NameMatch.DIFFERENT})


def _digits(number: str) -> str:
    return "".join(char for char in number.casefold() if char.isalnum())


PERSON = Check("person", "Regulation (EC) 987/2009, Article 5; PID Rulebook", verify_person)
