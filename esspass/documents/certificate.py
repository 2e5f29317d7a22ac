"""The fields of the Provisional Replacement Certificate (Decision S2, Annex II).

Fields 1 to 9 in the order of the card, then (a) to (d): validity, delivery, who signs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from esspass.attestations import parse_institution_id
from esspass.documents.form import Box, merge_equal
from esspass.documents.languages import N_, Language, say
from esspass.documents.model import ReplacementCertificate

_FORM = (
    (
        N_("Issuing Member State"),
        (("1", N_("Form")), ("2", N_("Code of the issuing Member State"))),
    ),
    (
        N_("Card holder"),
        (
            ("3", N_("Name")),
            ("4", N_("Given names")),
            ("5", N_("Date of birth")),
            ("6", N_("Personal identification number")),
        ),
    ),
    (N_("Competent institution"), (("7", N_("Identification number of the institution")),)),
    (
        N_("Card"),
        (("8", N_("Identification number of the card")), ("9", N_("Expiry date"))),
    ),
    (
        N_("Certificate"),
        (
            ("(a)", N_("Valid from")),
            ("(b)", N_("Valid until")),
            ("(c)", N_("Delivered on")),
            ("(d)", N_("Signature and stamp of the institution")),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class CertificateSection:
    """Fields of the certificate under one title, one title per language."""

    titles: tuple[str, ...]
    boxes: tuple[Box, ...]


def create_certificate_sections(
    paper: ReplacementCertificate, languages: Sequence[Language], delivered_on: date
) -> list[CertificateSection]:
    """Fill in the fields; the expiry date of a card that has none is left out."""
    form = merge_equal(say(languages, N_("European Health Insurance Card")))
    values = {"1": form} | {
        number: (value,) for number, value in _write_fields(paper, delivered_on).items()
    }
    return [
        CertificateSection(
            say(languages, title),
            tuple(
                Box(number, say(languages, name), values[number])
                for number, name in fields
                if number in values
            ),
        )
        for title, fields in _FORM
    ]


def _write_fields(paper: ReplacementCertificate, delivered_on: date) -> Mapping[str, str]:
    card, person = paper.document, paper.person
    code = parse_institution_id(card.institution.id).code
    fields = {
        "2": "UK" if card.institution.country == "GB" else card.institution.country,
        "3": person.surnames,
        "4": person.forenames,
        "5": write_figures(person.date_of_birth),
        "6": card.pin,
        "7": f"{code} \N{EN DASH} {card.institution.name}",
        "8": card.document_number,
        "(a)": write_figures(paper.starts),
        "(b)": write_figures(paper.ends),
        "(c)": write_figures(delivered_on),
        "(d)": card.institution.name,
    }
    return fields if card.expires_on is None else fields | {"9": write_figures(card.expires_on)}


def write_figures(day: date) -> str:
    """A date as cards bear it."""
    return f"{day:%d/%m/%Y}"
