"""The pages of a paper as HTML: what is printed, in one language or two side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from esspass.attestations import Institution, parse_institution_id
from esspass.attestations.values import describe_value
from esspass.attestations.wording import country_name, date_name, end_date_name
from esspass.documents.form import Box, Section, create_sections, merge_equal
from esspass.documents.languages import Language
from esspass.documents.model import PaperA1, PaperDocument, ReplacementCertificate

_Texts = tuple[str, ...]
_PAGES = Environment(
    loader=PackageLoader("esspass.documents"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a text translated later
    """Mark a text for translation."""
    return message


_A1_LIMITS = (
    N_("It is not a work permit or a residence permit, and no proof of identity."),
    N_("It does not say that pay and working conditions are those of the country of work."),
    N_("It gives no right to health care: that is the card (EHIC) or the form S1."),
)
_CERTIFICATE_LIMITS = (
    N_("It is no proof of identity."),
    N_("It gives no right to treatment for which the holder has travelled."),
)
_CERTIFICATE_PURPOSE = (
    N_(
        "It stands for the European Health Insurance Card during the days given above. The holder"
        " receives the care that becomes necessary during a stay, on the same terms as people"
        " insured in that country."
    ),
    N_(
        "It does not cover travel for the purpose of treatment (form S2), living in another country"
        " (form S1) or private providers."
    ),
)
_SECTION_TITLES = {
    "4": N_("Details of the employer or of the self-employment"),
    "5": N_("Places of work in the State of activity"),
}


@dataclass(frozen=True, slots=True)
class CertificateSection:
    """Fields of the replacement certificate under one title."""

    titles: _Texts
    boxes: tuple[Box, ...]


def render_page(document: PaperDocument, languages: Sequence[Language], now: int) -> str:
    """Write the HTML. ``now``, in epoch seconds, gives the date of issue if there is none."""
    created = datetime.fromtimestamp(now, UTC)
    issued_on = document.document.issued_on or created.date()
    institution = document.document.institution
    shared: Mapping[str, Any] = {
        "languages": languages,
        "number": document.number,
        "person": document.person,
        "institution": institution,
        "contact": _create_contact(institution, languages[0]),
        "created": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "sealed_on": date_name(created.date().isoformat(), languages[0].locale),
    }
    if isinstance(document, PaperA1):
        return _render_a1(document, languages, issued_on, shared)
    return _render_certificate(document, languages, created.date(), shared)


def _render_a1(
    paper: PaperA1, languages: Sequence[Language], issued_on: date, shared: Mapping[str, Any]
) -> str:
    sections = create_sections(paper.document, paper.person, issued_on, languages)
    return _PAGES.get_template("a1.html").render(
        shared,
        sections=sections,
        section_titles={section.number: _title(section, languages) for section in sections},
        facts=_create_a1_facts(paper, languages),
        limits=lambda language: [language(text) for text in _A1_LIMITS],
        purpose=lambda _language: [],
    )


def _title(section: Section, languages: Sequence[Language]) -> _Texts:
    if section.number in _SECTION_TITLES:
        return tuple(_(_SECTION_TITLES[section.number]) for _ in languages)
    return section.parts[0].titles


def _create_a1_facts(paper: PaperA1, languages: Sequence[Language]) -> list[tuple[_Texts, _Texts]]:
    document, locales = paper.document, [language.locale for language in languages]
    starts, ends = document.starts.isoformat(), document.ends.isoformat()
    return [
        (_say(languages, N_("Holder")), (_full_name(paper),)),
        (
            _say(languages, N_("Legislation that applies")),
            merge_equal([country_name(document.legislation_country, code) for code in locales]),
        ),
        (
            _say(languages, N_("From")),
            merge_equal([date_name(starts, code) for code in locales]),
        ),
        (
            _say(languages, N_("Until")),
            merge_equal([end_date_name(ends, code) for code in locales]),
        ),
    ]


def _render_certificate(
    paper: ReplacementCertificate,
    languages: Sequence[Language],
    delivered_on: date,
    shared: Mapping[str, Any],
) -> str:
    period = f"{_figures(paper.starts)} \N{EN DASH} {_figures(paper.ends)}"
    facts = [
        (_say(languages, N_("Person covered")), (_full_name(paper),)),
        (
            _say(languages, N_("Issuing country")),
            merge_equal([country_name(_issuing_country(paper), _.locale) for _ in languages]),
        ),
        (_say(languages, N_("Valid")), (period,)),
    ]
    return _PAGES.get_template("replacement.html").render(
        shared,
        facts=facts,
        sections=_create_certificate_sections(paper, languages, delivered_on),
        limits=lambda language: [language(text) for text in _CERTIFICATE_LIMITS],
        purpose=lambda language: [language(text) for text in _CERTIFICATE_PURPOSE],
    )


def _create_certificate_sections(
    paper: ReplacementCertificate, languages: Sequence[Language], delivered_on: date
) -> list[CertificateSection]:
    """Fields 1 to 9 as on the card, then (a) to (d) (Decision S2, Annex II)."""
    card, person = paper.document, paper.person

    def section(title: str, *rows: tuple[str, str, str]) -> CertificateSection:
        boxes = [Box(number, _say(languages, label), (value,)) for number, label, value in rows]
        return CertificateSection(_say(languages, title), (*boxes,))

    form = Box(
        "1",
        _say(languages, N_("Form")),
        merge_equal(_say(languages, N_("European Health Insurance Card"))),
    )
    state = section(
        N_("Issuing Member State"),
        ("2", N_("Code of the issuing Member State"), _card_code(_issuing_country(paper))),
    )
    return [
        CertificateSection(state.titles, (form, *state.boxes)),
        section(
            N_("Card holder"),
            ("3", N_("Name"), person.surnames),
            ("4", N_("Given names"), person.forenames),
            ("5", N_("Date of birth"), _figures(person.date_of_birth)),
            ("6", N_("Personal identification number"), card.pin),
        ),
        section(
            N_("Competent institution"),
            ("7", N_("Identification number of the institution"), _card_institution(paper)),
        ),
        section(
            N_("Card"),
            ("8", N_("Identification number of the card"), card.document_number),
            *(
                [("9", N_("Expiry date"), _figures(card.expires_on))]
                if card.expires_on is not None
                else []
            ),
        ),
        section(
            N_("Certificate"),
            ("(a)", N_("Valid from"), _figures(paper.starts)),
            ("(b)", N_("Valid until"), _figures(paper.ends)),
            ("(c)", N_("Delivered on"), _figures(delivered_on)),
            ("(d)", N_("Signature and stamp of the institution"), card.institution.name),
        ),
    ]


def _say(languages: Sequence[Language], message: str) -> _Texts:
    return tuple(language(message) for language in languages)


def _full_name(paper: PaperDocument) -> str:
    return f"{paper.person.forenames} {paper.person.surnames}"


def _issuing_country(paper: ReplacementCertificate) -> str:
    return paper.document.institution.country


def _card_code(country: str) -> str:
    """The code a card bears: ISO 3166-1, but UK (Decision S2, field 2)."""
    return "UK" if country == "GB" else country


def _card_institution(paper: ReplacementCertificate) -> str:
    institution = paper.document.institution
    return f"{parse_institution_id(institution.id).code} \N{EN DASH} {institution.name}"


def _figures(day: date) -> str:
    """A date as cards bear it."""
    return f"{day:%d/%m/%Y}"


def _create_contact(institution: Institution, language: Language) -> list[str]:
    place = institution.address
    address = place and describe_value(
        "address",
        {
            "streetAndNumber": place.street_and_number,
            "postcode": place.postcode,
            "town": place.town,
            "countryCode": place.country,
        },
        language.locale,
    )
    return [part for part in (address, institution.phone, institution.email) if part]
