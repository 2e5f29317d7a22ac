"""An exception (Regulation (EC) 883/2004, Article 16), in the case in which it was asked for.

Before the State concerned is notified of the A1, its open request for this person is agreed to;
and the decision says in which case the exception stands agreed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from esspass.attestations import Pda1, eessi_country, iso_country
from esspass.errors import VerificationError
from esspass.exchange.blocks import read_period, read_person, write_period, write_person
from esspass.exchange.contents import EXCEPTION
from esspass.exchange.model import DocumentState, DocumentStatus
from issuer.exchange.desk import CaseView, Desk
from issuer.exchange.notification import is_same_person
from issuer.history import Event, History
from issuer.records import Record

AGREEMENTS, REQUEST, AGREEMENT = "LA_BUC_01", "A001", "A011"


@dataclass(frozen=True, slots=True)
class Agreements:
    """Agrees to requests for exceptions that were granted, and notes where that stands."""

    desk: Desk
    history: History

    def settle(self, record: Record, institution_id: str, now: int) -> None:
        """Agree with an institution in the case of this person's exception, if there is one.

        A case that asks for another period or another legislation is left alone. Raises
        MalformedError, UndecidedError.
        """
        document = cast("Pda1", record.document)
        if document.status_confirmation != EXCEPTION:
            return
        for case in self.desk.keeper.cases.open_with(institution_id):
            view = self.desk.view(case.id) if case.type == AGREEMENTS else None
            request = _find_request(view, record) if view else None
            if view is not None and request is not None and self._agree(view, request, record, now):
                self._note(record, case.id, now)

    def _agree(self, view: CaseView, request: DocumentState, record: Record, now: int) -> bool:
        """Say whether the exception stands agreed in the case, by now."""
        if _is_agreed(view, request):
            return True
        if request.sender == view.case.me:
            return False
        content = _create_agreement(record)
        try:
            self.desk.send(view.case.id, AGREEMENT, content, now, related_set_id=request.set_id)
        except VerificationError:  # refused before, closed, or agreed meanwhile
            return _is_agreed(self.desk.view(view.case.id), request)
        return True

    def _note(self, record: Record, case_id: str, now: int) -> None:
        known = {each.detail for each in self.history.of(record.id) if each.event is Event.AGREED}
        if case_id not in known:
            self.history.add(record.id, Event.AGREED, now, detail=case_id)


def _find_request(view: CaseView, record: Record) -> DocumentState | None:
    """The request for just this exception: same person, our legislation, all of the period."""
    for found in view.case.documents:
        if found.sed == REQUEST and found.status is DocumentStatus.VALID:
            versions = [
                each.message for each in view.messages if each.message.set_id == found.set_id
            ]
            latest = max(versions, key=lambda message: message.version)
            if _asks_for(latest.content, record):
                return found
    return None


def _asks_for(content: Mapping[str, Any], record: Record) -> bool:
    document = cast("Pda1", record.document)
    country = document.legislation_country
    wanted = content["ApplicableLegislation"]["applicableLegislationRequestedSituation"]
    starts, ends = read_period(content["RequestedPeriod"])
    return (
        iso_country(wanted) == country
        and starts <= document.starts
        and document.ends <= ends
        and is_same_person(read_person(content, country), document.person or record.person)
    )


def _is_agreed(view: CaseView, request: DocumentState) -> bool:
    return any(
        each.sed == AGREEMENT
        and each.status is DocumentStatus.VALID
        and each.related_set_id == request.set_id
        for each in view.case.documents
    )


def _create_agreement(record: Record) -> dict[str, Any]:
    document = cast("Pda1", record.document)
    person = document.person or record.person
    return {
        "Person": write_person(person, document.institution),
        "AgreementException": {
            "memberStateWhichLegislationApplies": eessi_country(document.legislation_country),
            "AgreedPeriod": write_period(document.starts, document.ends),
        },
    }
