"""The pages of a paper as HTML: what is printed, in one language or two side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from esspass.attestations import Institution
from esspass.attestations.values import describe_value
from esspass.attestations.wording import country_name, date_name, end_date_name
from esspass.documents.application import create_application_parts
from esspass.documents.certificate import create_certificate_sections, write_figures
from esspass.documents.form import Section, create_sections, merge_equal
from esspass.documents.languages import N_, Language, say
from esspass.documents.model import (
    PaperA1,
    PaperApplication,
    PaperDocument,
    ReplacementCertificate,
)

_Texts = tuple[str, ...]
_PAGES = Environment(
    loader=PackageLoader("esspass.documents"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
)


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
_APPLICATION_LIMITS = (
    N_("It does not say which country's legislation applies: no decision has been taken yet."),
    N_("It frees nobody from contributions in the country of work."),
    N_("It is no proof of identity, and gives no right to health care."),
)
_SECTION_TITLES = {
    "4": N_("Details of the employer or of the self-employment"),
    "5": N_("Places of work in the State of activity"),
}


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
    if isinstance(document, PaperApplication):
        return _render_application(document, languages, shared)
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
        (say(languages, N_("Holder")), (_full_name(paper),)),
        (
            say(languages, N_("Legislation that applies")),
            merge_equal([country_name(document.legislation_country, code) for code in locales]),
        ),
        (
            say(languages, N_("From")),
            merge_equal([date_name(starts, code) for code in locales]),
        ),
        (
            say(languages, N_("Until")),
            merge_equal([end_date_name(ends, code) for code in locales]),
        ),
    ]


def _render_certificate(
    paper: ReplacementCertificate,
    languages: Sequence[Language],
    delivered_on: date,
    shared: Mapping[str, Any],
) -> str:
    period = f"{write_figures(paper.starts)} \N{EN DASH} {write_figures(paper.ends)}"
    facts = [
        (say(languages, N_("Person covered")), (_full_name(paper),)),
        (
            say(languages, N_("Issuing country")),
            merge_equal(
                [country_name(paper.document.institution.country, _.locale) for _ in languages]
            ),
        ),
        (say(languages, N_("Valid")), (period,)),
    ]
    return _PAGES.get_template("replacement.html").render(
        shared,
        facts=facts,
        sections=create_certificate_sections(paper, languages, delivered_on),
        limits=lambda language: [language(text) for text in _CERTIFICATE_LIMITS],
        purpose=lambda language: [language(text) for text in _CERTIFICATE_PURPOSE],
    )


def _render_application(
    paper: PaperApplication, languages: Sequence[Language], shared: Mapping[str, Any]
) -> str:
    applied_on = paper.document.applied_on.isoformat()
    facts = [
        (say(languages, N_("Person")), (_full_name(paper),)),
        (say(languages, N_("Date of birth")), (write_figures(paper.person.date_of_birth),)),
        (
            say(languages, N_("Applied on")),
            merge_equal([date_name(applied_on, _.locale) for _ in languages]),
        ),
        (say(languages, N_("Reference number")), (paper.number,)),
    ]
    return _PAGES.get_template("application.html").render(
        shared,
        facts=facts,
        parts=create_application_parts(paper.document, languages),
        limits=lambda language: [language(text) for text in _APPLICATION_LIMITS],
    )


def _full_name(paper: PaperDocument) -> str:
    return f"{paper.person.forenames} {paper.person.surnames}"


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
