"""From a verifier's doubt to what an institution asks: a question (A005, H001), or DA01.

Which reason code a rule of the inspection stands for is data: ``doubt_reasons.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from esspass.attestations import eessi_country
from esspass.errors import MalformedError
from esspass.exchange.doubt import Doubt
from esspass.exchange.sed import read_json

OTHER = "99"
MAX_QUESTION, MAX_JUSTIFICATION = 2000, 4000
_MAX_SENTENCE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clerk adds: the words, what is wished (clarify, correct, withdraw), whom to ask back.

    ``email`` may be empty.
    """

    words: str = field(repr=False)
    wish: str
    contact: str = field(repr=False)
    email: str = field(repr=False, default="")


def draft_words(doubt: Doubt, locale: str = "en") -> str:
    """Return the reasons as sentences, then what the inspector wrote."""
    sentences = [reason.describe(locale) for reason in doubt.reasons]
    parts = ["\n".join(f"- {each}" for each in sentences), doubt.words]
    return "\n\n".join(part for part in parts if part)


def create_reasoned_request(doubt: Doubt, asked: Asked) -> dict[str, Any]:
    """Write DA01. Raises MalformedError ``person_missing``."""
    taken = datetime.fromtimestamp(doubt.occasion.taken_at, UTC).date()
    contact = {"name": asked.contact, **({"email": asked.email} if asked.email else {})}
    return {
        "CaseContext": _write_context(doubt),
        "PortableDocument": _write_document(doubt),
        "ReasonedRequest": {
            "reasons": find_codes(doubt),
            "justification": asked.words,
            "request": asked.wish,
            "Findings": [
                {"rule": each.rule, "sentence": each.describe("en")[:_MAX_SENTENCE]}
                for each in doubt.reasons
            ],
            "dateInspection": taken.isoformat(),
            "countryInspection": eessi_country(doubt.occasion.country),
        },
        "ContactPerson": contact,
    }


def create_question(doubt: Doubt, words: str, reply_by: date) -> dict[str, Any]:
    """Write A005 or H001, which say the same. Raises MalformedError ``person_missing``."""
    return {
        "Person": {"PersonIdentification": _write_person(doubt)},
        "InformationRequested": {
            "informationRequested": words,
            "replyRequestedBy": reply_by.isoformat(),
        },
        "PortableDocument": _write_document(doubt),
    }


def find_codes(doubt: Doubt) -> list[str]:
    """Return the reason codes of a doubt, each once."""
    codes: Mapping[str, str] = read_json("doubt_reasons.json")
    return sorted({codes.get(reason.rule, OTHER) for reason in doubt.reasons})


def _write_context(doubt: Doubt) -> dict[str, Any]:
    context: dict[str, Any] = {"PersonContext": _write_person(doubt)}
    names = [each["name"] for each in doubt.document.employers if each["name"].strip()]
    if names:
        context["EmployerContext"] = {"name": names[0]}
    return context


def _write_person(doubt: Doubt) -> dict[str, str]:
    person = doubt.document.person
    written = {
        "familyName": person["surnames"],
        "forename": person["forenames"],
        "dateBirth": person["date_of_birth"],
    }
    if not all(text.strip() for text in written.values()):
        message = "the doubt names no person, so no institution could find the decision"
        raise MalformedError(message, code="person_missing")
    return written


def _write_document(doubt: Doubt) -> dict[str, str]:
    document = doubt.document
    written = {
        "documentNumber": document.number,
        "vct": document.vct,
        "issuedOn": document.issued_on,
    }
    return {name: text for name, text in written.items() if text}
