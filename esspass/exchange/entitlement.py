"""A card that is missing abroad: S044 asks for what stands in for it, S045 answers.

Regulation (EC) 987/2009, Article 25(A)(1): the institution of the place of stay asks the competent
one, which sends a provisional replacement certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from esspass.attestations import Institution, Person
from esspass.exchange.blocks import (
    drop_empty,
    read_period,
    read_person,
    write_address,
    write_period,
    write_person,
)
from esspass.exchange.content import verify_content
from esspass.exchange.sed import CASE_VERSION

CASE_TYPE, REQUEST, ANSWER = "S_BUC_05", "S044", "S045"
NOT_PRESENTED = "01"
ISSUED, REFUSED = "01", "02"
MAX_STAY_DAYS = 366


@dataclass(frozen=True, slots=True)
class EntitlementRequest:
    """Whom the certificate is for, and the first and last day of the stay.

    ``reason`` is a code of ``reasonRequest``, ``facility`` where the person is treated.
    """

    person: Person = field(repr=False)
    starts: date
    ends: date
    reason: str = NOT_PRESENTED
    facility: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate by its number and the days it covers."""

    number: str
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class EntitlementAnswer:
    """An answer; ``certificate`` is there exactly if ``status`` says it was issued."""

    status: str
    certificate: Certificate | None = None
    reason: str | None = None
    details: str | None = None


def create_request(request: EntitlementRequest, institution: Institution) -> dict[str, Any]:
    """Write an S044 to ``institution``, which knows the person by their number.

    Raises MalformedError ``content_invalid``.
    """
    person, facility = request.person, request.facility
    home = person.residence[0] if person.residence else None
    content = drop_empty({
        "Person": write_person(person, institution),
        "AddressPerson": {"Address": write_address(home)} if home else None,
        "RequestEntitlementDocument": drop_empty({
            "reasonRequest": request.reason,
            "PeriodStay": write_period(request.starts, request.ends),
            "TreatmentFacility": {"name": facility} if facility else None,
        }),
    })  # fmt: skip
    verify_content(REQUEST, CASE_VERSION, content)
    return content


def read_request(content: Mapping[str, Any], country: str) -> EntitlementRequest:
    """Read an S044 that ``verify_content`` accepted; ``country`` is that of the reader (ISO)."""
    said = content["RequestEntitlementDocument"]
    starts, ends = read_period(said["PeriodStay"])
    return EntitlementRequest(
        read_person(content, country),
        starts,
        ends,
        said["reasonRequest"],
        said.get("TreatmentFacility", {}).get("name"),
    )


def create_answer(answer: EntitlementAnswer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Write an S045; ``asked`` is the content of the S044. Raises MalformedError."""
    reply = {
        "statusReply": answer.status,
        "reasonRefusal": answer.reason,
        "details": answer.details,
    }
    content = drop_empty({
        "Person": asked["Person"],
        "ReplyEntitlementDocument": drop_empty(reply),
        "Certificate": _write_certificate(answer.certificate) if answer.certificate else None,
    })  # fmt: skip
    verify_content(ANSWER, CASE_VERSION, content)
    return content


def read_answer(content: Mapping[str, Any]) -> EntitlementAnswer:
    """Read an S045 that ``verify_content`` accepted."""
    said, given = content["ReplyEntitlementDocument"], content.get("Certificate")
    return EntitlementAnswer(
        said["statusReply"],
        _read_certificate(given) if given else None,
        said.get("reasonRefusal"),
        said.get("details"),
    )


def _write_certificate(certificate: Certificate) -> dict[str, str]:
    return {
        "number": certificate.number,
        "startDate": certificate.starts.isoformat(),
        "endDate": certificate.ends.isoformat(),
    }


def _read_certificate(given: Mapping[str, Any]) -> Certificate:
    first, last = date.fromisoformat(given["startDate"]), date.fromisoformat(given["endDate"])
    return Certificate(given["number"], first, last)
