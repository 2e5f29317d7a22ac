"""Why a document is asked for: chosen before the request, shown to the holder, kept with it.

The texts travel in the signed request in every language at once (TS 119 475, MultiLangString),
so they stand in ``specs/types/purposes.json`` and not in the catalogues of the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esspass.attestations.specification import read_json
from esspass.errors import MalformedError
from verifier.queries import Kind

MAX_PLACE = 80
SERVICE: Mapping[str, str] = read_json("purposes.json")["service"]


@dataclass(frozen=True, slots=True)
class Purpose:
    """One lawful reason to ask for a kind of document; ``texts`` read "name: question".

    ``legal_basis`` is the law that allows it (GDPR, Articles 6(3) and 9(2)).
    """

    id: str
    kind: Kind
    texts: Mapping[str, str]
    legal_basis: Mapping[str, str]

    def describe(self, locale: str) -> str:
        """The text in a language, or in English."""
        return self.texts.get(locale, self.texts["en"])

    def describe_legal_basis(self, locale: str) -> str:
        """The law behind it in a language, or in English."""
        return self.legal_basis.get(locale, self.legal_basis["en"])

    def at_place(self, place: str) -> dict[str, str]:
        """The texts, with the place of the check where one was given."""
        if not place:
            return dict(self.texts)
        return {language: f"{text} ({place})" for language, text in self.texts.items()}


_ASKED: Mapping[str, Kind] = {
    "labour-inspection": "pda1",
    "contributions": "pda1",
    "care": "ehic",
    "reimbursement": "ehic",
}
PURPOSES = tuple(
    Purpose(name, kind, **read_json("purposes.json")["purposes"][name])
    for name, kind in _ASKED.items()
)


def find_purpose(purpose_id: str) -> Purpose:
    """Return the purpose. Raises MalformedError, ``unknown_purpose``."""
    for purpose in PURPOSES:
        if purpose.id == purpose_id:
            return purpose
    raise MalformedError("this purpose is not known", code="unknown_purpose")


def default_purpose(kind: Kind) -> Purpose:
    """Return the first purpose of a kind."""
    return next(purpose for purpose in PURPOSES if purpose.kind == kind)


def parse_place(text: str) -> str:
    """Read a place as a person typed it: one line, not endless. Raises MalformedError."""
    place = " ".join(text.split())
    if len(place) > MAX_PLACE or not place.isprintable():
        raise MalformedError("the place is too long", code="place_too_long")
    return place
