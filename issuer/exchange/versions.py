"""A changed A1 as a new version of the message that told of the one before, in the same case.

The States concerned then read one document with its versions, and answer the last one. Whether a
version was sent is read from the case itself, so a kill in between sends none twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from esspass.attestations import Pda1
from esspass.errors import VerificationError
from esspass.exchange.contents import Amended, Route, read_number
from esspass.exchange.model import Case, DocumentState, MessageAction
from issuer.exchange.desk import CaseView, Desk, NewAttachment
from issuer.exchange.notified import Notified, NotifiedStates
from issuer.records import Record, Records
from issuer.renewals import day_of


@dataclass(frozen=True, slots=True)
class Said:
    """What a notification says, and the files that go with it."""

    content: Mapping[str, Any]
    attachments: Sequence[NewAttachment]


@dataclass(frozen=True, slots=True)
class Versions:
    """Finds what was told of the decision before, and sends its next version."""

    desk: Desk
    records: Records
    notified: NotifiedStates

    def find_earlier(
        self, record: Record, route: Route, states: frozenset[str]
    ) -> tuple[Notified, ...]:
        """Return who can be told by a new version: by case, all of it or none.

        A case in which a State is told that is no longer concerned gets no version; nor does one
        of another type, since another article asks for another message.
        """
        rows = self._find_told(record)[1]
        outside = {
            each.case_id for each in rows if each.country not in states or each.sed != route.sed
        }
        return tuple(each for each in rows if each.case_id and each.case_id not in outside)

    def _find_told(self, record: Record) -> tuple[Record, list[Notified]]:
        """The latest decision before this one of which anybody was told, and who was."""
        before = self.records.get(record.replaces) if record.replaces else record
        found = before
        while not (rows := self.notified.of_record(found.id)) and found.replaces:
            found = self.records.get(found.replaces)
        if before.id == record.id:
            return record, []
        return (found if rows else before), rows

    def find_told(self, record: Record, country: str) -> str:
        """Return which institution of a State was told of the decision before; or nothing."""
        told = self._find_told(record)[1]
        return next((each.institution_id for each in told if each.country == country), "")

    def describe_replaced(self, record: Record) -> Amended:
        """Name the decision that this one replaces, as those who were told of it know it."""
        before = self._find_told(record)[0]
        issued_on = cast("Pda1", before.document).issued_on
        return Amended(issued_on or day_of(before.created_at), before.number)

    def send(
        self, record: Record, earlier: Sequence[Notified], said: Said, now: int
    ) -> Iterator[Notified]:
        """Send a version in each case that still takes one; yield who knows by that.

        Raises MalformedError, UndecidedError.
        """
        sent = {
            each.case_id: self._send(each, record.number, said, now)
            for each in {told.case_id: told for told in earlier}.values()
        }
        for told in earlier:
            if sent[told.case_id]:
                yield replace(
                    told, record_id=record.id, told=record.state, notified_at=now, told_at=now
                )

    def _send(self, told: Notified, number: str, said: Said, now: int) -> bool:
        view = self.desk.view(told.case_id)
        found = find_own(view.case, told.sed)
        if found is None:
            return False
        if _says(view, found, number):
            return True
        if not self._may_update(told.case_id, found, now):
            return False
        try:
            self.desk.send(
                told.case_id, told.sed, said.content, now, attachments=said.attachments,
                set_id=found.set_id, version=found.version + 1,
            )  # fmt: skip
        except VerificationError:  # closed or sent meanwhile, or nobody there takes it any more
            return _says(self.desk.view(told.case_id), found, number)
        return True

    def _may_update(self, case_id: str, found: DocumentState, now: int) -> bool:
        return any(
            action.action is MessageAction.UPDATE
            and action.set_id == found.set_id
            and action.available_at <= now
            for action in self.desk.actions(case_id, now)
        )


def find_own(case: Case, sed: str) -> DocumentState | None:
    """Return the last document of this type that the institution itself sent in a case."""
    own = [each for each in case.documents if each.sed == sed and each.sender == case.me]
    return own[-1] if own else None


def _says(view: CaseView, found: DocumentState, number: str) -> bool:
    """Whether the latest version of a document tells of the A1 with this number."""
    versions = [each.message for each in view.messages if each.message.set_id == found.set_id]
    latest = max(versions, key=lambda message: message.version)
    return read_number(latest.content) == number
