"""An A1 as content of messages, and back.

A009, A010 or A003 tell of it, by its article; X008 and A008 tell what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from esspass.attestations import (
    PDA1_WEBUILD,
    Institution,
    Pda1,
    Person,
    eessi_country,
    iso_country,
)
from esspass.errors import MalformedError
from esspass.exchange.blocks import (
    drop_empty,
    read_day,
    read_employments,
    read_period,
    read_person,
    read_places,
    write_address,
    write_day,
    write_employer,
    write_employments,
    write_identification,
    write_period,
    write_person,
    write_places,
)
from esspass.exchange.content import verify_content
from esspass.exchange.sed import CASE_VERSION

_ARTICLE = "ArticleRegulationECNo8832004Or9872009"
EXCEPTION = "11"
"""The code of form A1, section 3, for an exception (Article 16)."""
_CODES: Mapping[str, str] = {
    "12_1": "01",
    "12_2": "03",
    "11_3_a": "12",
    "11_3_b": "05",
    "11_4": "07",
    "11_5": "10",
    "15": "06",
    "16": EXCEPTION,
    "13_2_a": "04",
    "13_2_b": "04",
    "13_3": "08",
    "13_4": "09",
}
"""The code of form A1, section 3, for an article; every other one of Article 13 is 02."""


@dataclass(frozen=True, slots=True)
class Route:
    """The type of case and the message by which a State concerned is told of an A1."""

    case_type: str
    sed: str


POSTING = Route("LA_BUC_04", "A009")
SEVERAL_STATES = Route("LA_BUC_02", "A003")
OTHER = Route("LA_BUC_05", "A010")
_ROUTES: Mapping[str, Route] = {
    **dict.fromkeys(("01", "03"), POSTING),
    **dict.fromkeys(("02", "04", "08", "09"), SEVERAL_STATES),
    **dict.fromkeys(("05", "06", "07", "10", "11", "12"), OTHER),
}


def find_route(document: Pda1) -> Route:
    """Return how the States concerned are told of an A1, by its article.

    An exception (Article 16) is agreed in LA_BUC_01; one that was agreed on paper is notified by
    A010. Raises MalformedError ``unknown_status``.
    """
    route = _ROUTES.get(document.status_confirmation)
    if route is None:
        raise MalformedError("an A1 of no known article", code="unknown_status")
    return route


def find_states_concerned(document: Pda1, person: Person) -> tuple[str, ...]:
    """Return the ISO countries to be told: those of the work, and in several States of residence.

    Never the State whose legislation applies.
    """
    states = [state.country for state in document.states_of_activity]
    if find_route(document) == SEVERAL_STATES:
        states += [address.country for address in person.residence[:1]]
    return tuple(dict.fromkeys(s for s in states if s != document.legislation_country))


@dataclass(frozen=True, slots=True)
class Amended:
    """The decision that another one changes: its day, and the number of its A1 if that is ours."""

    decided_on: date
    number: str = ""


def create_notification(
    document: Pda1, person: Person, amends: Amended | None = None
) -> dict[str, Any]:
    """Write the content of A009, A010 or A003 (``find_route``) about an A1.

    ``amends`` is the decision it changes. Raises MalformedError (``unknown_status``,
    ``content_invalid``).
    """
    route = find_route(document)
    address = (*person.residence, *person.stay)
    content = drop_empty({
        "Person": write_person(person, document.institution),
        "AddressPerson": {"Address": write_address(address[0])} if address else None,
        "DecisionLegislationApplicable": _write_decision(document, amends),
        _ARTICLE: {"articleRegulation": _find_article(document, person)},
        **write_employments(document),
        "PlaceWork": write_places(document.states_of_activity),
        "PortableDocument": create_reference(document, replaces=amends.number if amends else ""),
        "AdditionalInformation": _write_exception(document),
    })  # fmt: skip
    verify_content(route.sed, CASE_VERSION, content)
    return content


def create_reference(
    document: Pda1,
    *,
    withdrawn_from: date | None = None,
    suspended_from: date | None = None,
    replaces: str = "",
) -> dict[str, Any]:
    """Write the block that names an A1 of ours."""
    return drop_empty({
        "documentNumber": document.document_number,
        "vct": PDA1_WEBUILD,
        "issuedOn": write_day(document.issued_on),
        "withdrawnFrom": write_day(withdrawn_from),
        "suspendedFrom": write_day(suspended_from),
        "replacesDocument": replaces or None,
    })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invalidation:
    """Why a message no longer counts: its type and day, a code of X008, words for code 99."""

    sed: str
    sent_on: date
    reason: str
    words: str | None = None


def create_invalidation(
    invalidation: Invalidation, document: Pda1, person: Person, withdrawn_from: date
) -> dict[str, Any]:
    """Write an X008 for the message that told of an A1. Raises MalformedError."""
    content: dict[str, Any] = {
        "CaseContext": create_case_context(person, document),
        "TheFollowingSEDConsideredInvalidWithdrawn": drop_empty({
            "SEDType": invalidation.sed,
            "dateIssued": write_day(invalidation.sent_on),
            "reason": invalidation.reason,
            "pleaseProvideMoreDetailsIf99OtherSelected": invalidation.words,
        }),
        "PortableDocument": create_reference(document, withdrawn_from=withdrawn_from),
    }  # fmt: skip
    verify_content("X008", CASE_VERSION, content)
    return content


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an A1: withdrawn, suspended, or (neither) back in force, as of a day."""

    effective: date
    withdrawn: bool = False
    suspended: bool = False
    words: str | None = None


def create_change(change: Change, document: Pda1, person: Person) -> dict[str, Any]:
    """Write an A008 about an A1. Raises MalformedError."""
    day = change.effective
    cancelled = drop_empty({"cancellationWholePeriod": True, "reasonCancellation": change.words})
    changes = {
        "changeEffectiveFrom": day.isoformat(),
        "Cancellation": cancelled if change.withdrawn else None,
        "changeInWords": None if change.withdrawn else change.words,
    }
    content = {
        "Person": write_person(person, document.institution),
        "PurposeofSED": {"NotificationChangesInRelevantData": drop_empty(changes)},
        "PortableDocument": create_reference(
            document,
            withdrawn_from=day if change.withdrawn else None,
            suspended_from=day if change.suspended else None,
        ),
    }
    verify_content("A008", CASE_VERSION, content)
    return content


def create_case_context(person: Person, document: Pda1) -> dict[str, Any]:
    """Write the block by which X messages and the dialogue name what they are about."""
    context = {"PersonContext": write_identification(person, document.institution, brief=True)}
    if document.employments:
        employer = write_employer(document.employments[0])
        context["EmployerContext"] = {n: v for n, v in employer.items() if n != "Address"}
    return context


def read_notification(content: Mapping[str, Any], institution: Institution) -> tuple[Person, Pda1]:
    """Read an A009, A010 or A003 that ``verify_content`` accepted, sent by ``institution``.

    Of a message that names no A1 the document number is empty.
    """
    decision, named = content["DecisionLegislationApplicable"], content.get("PortableDocument", {})
    person = read_person(content, institution.country)
    starts, ends = read_period(decision["PeriodForWhichDecisionApplies"])
    words = content.get("AdditionalInformation", {}).get("additionalInformation")
    code = _CODES.get(content[_ARTICLE]["articleRegulation"], "02")
    return person, Pda1(
        document_number=named.get("documentNumber", ""),
        pin=person.pin or "",
        legislation_country=iso_country(decision["memberStateWhichLegislationApplies"]),
        starts=starts,
        ends=ends,
        status_confirmation=code,
        employments=tuple(read_employments(content)),
        states_of_activity=read_places(content.get("PlaceWork", {})),
        institution=institution,
        exception_description=words if code == EXCEPTION else None,
        applies_for_duration=decision.get("appliesForDurationActivity"),
        is_provisional=decision.get("determinationProvisional"),
        issued_on=read_day(named.get("issuedOn")),
    )


def read_number(content: Mapping[str, Any]) -> str:
    """Return the number of the A1 that a message is about; empty when it names none."""
    return str(content.get("PortableDocument", {}).get("documentNumber", ""))


def read_replaced(content: Mapping[str, Any]) -> str:
    """Return the number of the A1 whose place the notified one takes; empty when it names none."""
    return str(content.get("PortableDocument", {}).get("replacesDocument", ""))


@dataclass(frozen=True, slots=True)
class StatusNews:
    """What an X008 or A008 says became of an A1; ``reason`` is a code of X008 or words."""

    number: str | None
    reason: str
    withdrawn_from: date | None = None
    suspended_from: date | None = None
    ends: date | None = None


def read_invalidation(content: Mapping[str, Any], sent_on: date) -> StatusNews:
    """Read an X008; without a day of its own it counts from the day it was sent."""
    said, named = (
        content["TheFollowingSEDConsideredInvalidWithdrawn"],
        content.get("PortableDocument", {}),
    )
    effective = read_day(named.get("withdrawnFrom")) or sent_on
    return StatusNews(named.get("documentNumber"), said["reason"], withdrawn_from=effective)


def read_change(content: Mapping[str, Any], sent_on: date) -> StatusNews:
    """Read an A008 about an A1."""
    named = content.get("PortableDocument", {})
    said = content["PurposeofSED"].get("NotificationChangesInRelevantData", {})
    cancelled, period = said.get("Cancellation", {}), said.get("ChangeInPeriod", {})
    withdrawn = read_day(named.get("withdrawnFrom"))
    if withdrawn is None and cancelled.get("cancellationWholePeriod"):
        withdrawn = read_day(said.get("changeEffectiveFrom")) or sent_on
    return StatusNews(
        named.get("documentNumber"),
        cancelled.get("reasonCancellation") or said.get("changeInWords") or "",
        withdrawn_from=withdrawn,
        suspended_from=read_day(named.get("suspendedFrom")),
        ends=read_day(period.get("actualEndDate")),
    )


def _find_article(document: Pda1, person: Person) -> str:
    """The article of the decision; which letter of Article 13, by residence and employers."""
    code, resides = document.status_confirmation, _resides(document, person)
    if document.transitional_rules and find_route(document) == SEVERAL_STATES:
        return "87_8"
    if code == "04":
        return "13_2_a" if resides else "13_2_b"
    if code != "02":
        return next(article for article, known in _CODES.items() if known == code)
    if resides:
        return "13_1_a"
    if len(document.employments) == 1:
        return "13_1_b_i"
    seats = {employer.country for employer in document.employments}
    return "13_1_b_ii" if len(seats) == 1 else "13_1_b_iv"


def _resides(document: Pda1, person: Person) -> bool:
    return document.legislation_country in [address.country for address in person.residence]


def _write_decision(document: Pda1, amends: Amended | None) -> dict[str, Any]:
    decision = (
        {"InitialDecision": drop_empty({"dateDecision": write_day(document.issued_on)})}
        if amends is None
        else {"AmendingDecision": {"datePreviousDecision": amends.decided_on.isoformat()}}
    )
    return drop_empty({
        "memberStateWhichLegislationApplies": eessi_country(document.legislation_country),
        "PeriodForWhichDecisionApplies": write_period(document.starts, document.ends),
        "Decision": decision,
        "determinationProvisional": document.is_provisional,
        "appliesForDurationActivity": document.applies_for_duration,
    })  # fmt: skip


def _write_exception(document: Pda1) -> dict[str, Any] | None:
    words = document.exception_description
    return {"additionalInformation": words} if words else None
