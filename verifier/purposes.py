"""Why a document is asked for: chosen before the request, shown to the holder, kept with it.

The texts travel in the signed request in every language at once (TS 119 475, MultiLangString),
so they stand here and not in the catalogues of the pages.
"""

# ruff: noqa: RUF001 - Greek looks like Latin

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esspass.errors import MalformedError
from verifier.queries import Kind

MAX_PLACE = 80
SERVICE: Mapping[str, str] = {
    "en": "Checking of social security documents",
    "lt": "Socialinės apsaugos dokumentų tikrinimas",
    "el": "Έλεγχος εγγράφων κοινωνικής ασφάλισης",
    "ro": "Verificarea documentelor de securitate socială",
}


@dataclass(frozen=True, slots=True)
class Purpose:
    """One lawful reason to ask for a kind of document; ``texts`` read "name: question"."""

    id: str
    kind: Kind
    texts: Mapping[str, str]

    def describe(self, locale: str) -> str:
        """The text in a language, or in English."""
        return self.texts.get(locale, self.texts["en"])

    def at_place(self, place: str) -> dict[str, str]:
        """The texts, with the place of the check where one was given."""
        if not place:
            return dict(self.texts)
        return {language: f"{text} ({place})" for language, text in self.texts.items()}


PURPOSES = (
    Purpose(
        "labour-inspection",
        "pda1",
        {
            "en": "Labour inspection: which country's social security covers this work",
            "lt": "Darbo inspekcija: kurios šalies socialinė apsauga taikoma šiam darbui",
            "el": "Επιθεώρηση εργασίας: ποιας χώρας η κοινωνική ασφάλιση καλύπτει την εργασία αυτή",
            "ro": "Inspecția muncii: securitatea socială a cărei țări acoperă această muncă",
        },
    ),
    Purpose(
        "contributions",
        "pda1",
        {
            "en": "Check of contributions: whether they are due in this country",
            "lt": "Įmokų patikra: ar jos mokėtinos šioje šalyje",
            "el": "Έλεγχος εισφορών: αν οφείλονται στη χώρα αυτή",
            "ro": "Verificarea contribuțiilor: dacă sunt datorate în această țară",
        },
    ),
    Purpose(
        "care",
        "ehic",
        {
            "en": "Treatment during a stay: whether your health insurance covers it",
            "lt": "Gydymas viešnagės metu: ar jį apmoka jūsų sveikatos draudimas",
            "el": "Περίθαλψη κατά τη διαμονή: αν την καλύπτει η ασφάλιση υγείας σας",
            "ro": "Tratament în timpul șederii: dacă îl acoperă asigurarea de sănătate",
        },
    ),
    Purpose(
        "reimbursement",
        "ehic",
        {
            "en": "Settlement of costs: who pays for treatment already given",
            "lt": "Išlaidų atlyginimas: kas moka už jau suteiktą gydymą",
            "el": "Εκκαθάριση δαπανών: ποιος πληρώνει για περίθαλψη που ήδη δόθηκε",
            "ro": "Decontarea costurilor: cine plătește tratamentul deja acordat",
        },
    ),
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
