"""A reasoned request to the institution that issued a document (Regulation (EC) No 987/2009, 5(2)).

It stays binding until withdrawn, so a doubt goes to the issuer and nowhere else. The text is made
for an inspector to read, change and send; nothing is sent from here.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext

from esspass.web.languages import format_country, format_day
from verifier.cases import Case
from verifier.person_view import PersonView, describe_document
from verifier.persons import CasePerson


def create_doubt_request(
    case: Case, person: CasePerson, view: PersonView, organization: str
) -> str:
    """Write the request in the current language. ``view`` must have its facts."""
    return "\n".join(_write(case, person, view, organization)) + "\n"


def _write(case: Case, person: CasePerson, view: PersonView, organization: str) -> Iterator[str]:
    document = (view.facts or {})["document"]
    institution, contact = document["institution"], _contact(view)
    yield gettext("To:") + f" {institution['name'] or ''} ({institution['id'] or ''})"
    if contact:
        yield gettext("Contact in the trusted list:") + f" {contact}"
    yield gettext("From:") + f" {organization}"
    yield gettext("Date:") + f" {format_day(person.taken_at)}"
    yield ""
    yield gettext("Reasoned request under Article 5(2) of Regulation (EC) No 987/2009")
    yield ""
    yield gettext("We ask you to clarify, and where needed to withdraw, the following document:")
    for label, value in describe_document(case, document):
        yield f"- {label}: {value}"
    yield ""
    yield gettext("What gives rise to doubt:")
    for rule in view.said:
        if rule.outcome == "DOUBT":
            yield f"- {rule.sentence} ({rule.source})"
    yield ""
    yield gettext(
        "It was found at a check in %(country)s on %(day)s.",
        country=format_country(case.country),
        day=format_day(person.taken_at),
    )
    yield from _site(case)
    yield gettext("Number of our check: %(number)s", number=person.id)


def _site(case: Case) -> Iterator[str]:
    if case.place:
        yield gettext("Place:") + f" {case.place}"
    if case.employer_name or case.employer_id:
        yield gettext("Employer on site:") + f" {case.employer_name} {case.employer_id}".rstrip()


def _contact(view: PersonView) -> str:
    trust = next((each for each in view.findings if each.check == "trust"), None)
    return trust.parameters.get("contact", "") if trust else ""
