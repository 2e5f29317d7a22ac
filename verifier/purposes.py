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


_LABOUR = {
    "en": "GDPR, Article 6(1)(e); Regulation (EC) No 987/2009, Articles 5 and 19(2)",
    "lt": "BDAR 6 straipsnio 1 dalies e punktas; Reglamento (EB) Nr. 987/2009 5 straipsnis"
    " ir 19 straipsnio 2 dalis",
    "el": "ΓΚΠΔ, άρθρο 6 παράγραφος 1 στοιχείο ε)· κανονισμός (ΕΚ) αριθ. 987/2009, άρθρο 5"
    " και άρθρο 19 παράγραφος 2",
    "ro": "RGPD, articolul 6 alineatul (1) litera (e); Regulamentul (CE) nr. 987/2009,"
    " articolul 5 și articolul 19 alineatul (2)",
}
_CONTRIBUTIONS = {
    "en": "GDPR, Article 6(1)(e); Regulation (EC) No 883/2004, Articles 11 and 76",
    "lt": "BDAR 6 straipsnio 1 dalies e punktas; Reglamento (EB) Nr. 883/2004 11 ir 76 straipsniai",
    "el": "ΓΚΠΔ, άρθρο 6 παράγραφος 1 στοιχείο ε)· κανονισμός (ΕΚ) αριθ. 883/2004, άρθρα 11 και 76",
    "ro": "RGPD, articolul 6 alineatul (1) litera (e); Regulamentul (CE) nr. 883/2004,"
    " articolele 11 și 76",
}
_CARE = {
    "en": "GDPR, Article 9(2)(h); Regulation (EC) No 883/2004, Article 19;"
    " Regulation (EC) No 987/2009, Article 25(A)",
    "lt": "BDAR 9 straipsnio 2 dalies h punktas; Reglamento (EB) Nr. 883/2004 19 straipsnis;"
    " Reglamento (EB) Nr. 987/2009 25 straipsnio A skirsnis",
    "el": "ΓΚΠΔ, άρθρο 9 παράγραφος 2 στοιχείο η)· κανονισμός (ΕΚ) αριθ. 883/2004, άρθρο 19·"
    " κανονισμός (ΕΚ) αριθ. 987/2009, άρθρο 25 τμήμα Α",
    "ro": "RGPD, articolul 9 alineatul (2) litera (h); Regulamentul (CE) nr. 883/2004,"
    " articolul 19; Regulamentul (CE) nr. 987/2009, articolul 25 secțiunea A",
}
_REIMBURSEMENT = {
    "en": "GDPR, Article 9(2)(h); Regulation (EC) No 883/2004, Article 35",
    "lt": "BDAR 9 straipsnio 2 dalies h punktas; Reglamento (EB) Nr. 883/2004 35 straipsnis",
    "el": "ΓΚΠΔ, άρθρο 9 παράγραφος 2 στοιχείο η)· κανονισμός (ΕΚ) αριθ. 883/2004, άρθρο 35",
    "ro": "RGPD, articolul 9 alineatul (2) litera (h); Regulamentul (CE) nr. 883/2004,"
    " articolul 35",
}

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
        _LABOUR,
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
        _CONTRIBUTIONS,
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
        _CARE,
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
        _REIMBURSEMENT,
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
