"""The letters about applications and documents: to the person, and to employers who may read them.

Letters about decisions are written after the decision, by a job that finds what nobody was told
about: a crash in between loses none, and the mailbox keeps them from being doubled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from esspass.attestations import Application, Pda1
from issuer.filing.applicants import Applicant, Applicants
from issuer.filing.cards import CardMaker
from issuer.filing.enquiries import Enquiry
from issuer.filing.filings import Filing, Filings, FilingState, StatusRow
from issuer.mailbox import Mailbox, Recipient
from issuer.names import fold_number
from issuer.records import Record, Records, RecordState
from issuer.renewals import day_of, last_day

_CHANGED = "replaced"
_CARD = "card"
_WITH_DOCUMENT = frozenset({"granted", _CARD, _CHANGED})


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Writes letters in the name of ``institution``."""

    institution: str
    mailbox: Mailbox
    filings: Filings
    applicants: Applicants
    records: Records
    cards: CardMaker

    def write_received(self, applicant: Applicant, reference: str, now: int) -> None:
        """Confirm that an application arrived."""
        details = {"reference": reference, "sent_day": day_of(now).isoformat()}
        self.mailbox.post(
            Recipient.PERSON, applicant.pin, "received", reference, now, details=details
        )

    def write_corrected(self, applicant: Applicant, filing: Filing, reason: str, now: int) -> None:
        """Tell an applicant that the institution put something right; call it in that change."""
        details = {"reference": filing.reference, "why": reason}
        self.mailbox.post(
            Recipient.PERSON, applicant.pin, "corrected", f"{filing.id} {now}", now, details=details
        )

    def write_enquiry(self, applicant: Applicant, filing: Filing, enquiry: Enquiry) -> None:
        """Ask an applicant to answer; call it in the transaction of the question."""
        topic = "enquiry" if enquiry.words else "mandate"
        details = {
            "reference": filing.reference,
            "question": enquiry.words,
            "due_day": enquiry.due.isoformat(),
        }
        self.mailbox.post(
            Recipient.PERSON, applicant.pin, topic, enquiry.id, enquiry.asked_at, details=details
        )

    def write_due(self, now: int) -> int:
        """Write the letters about decisions on applications, and about changed decisions.

        Return how many decisions that were.
        """
        rows = self.filings.untold()
        for row in rows:
            with self.mailbox.database.atomic():
                if self.filings.mark_told(row.person.id, now):
                    self._write_decided(row, now)
        changed = self.mailbox.unannounced(_CHANGED)
        for record_id in changed:
            with self.mailbox.database.atomic():
                self._write_changed(self.records.get(record_id), now)
        return len(rows) + len(changed)

    def _write_changed(self, record: Record, now: int) -> None:
        """To the holder and the employers; one who is no longer named hears of the old one's end.

        An employer without a number cannot be written to; the exchange makes that a task.
        """
        before = self.records.get(record.replaces)
        day = before.withdrawal_date
        effective = {"effective_day": day.isoformat() if day else ""}
        given = {**effective, "old_number": before.number}
        self._write(Recipient.PERSON, record.person.pin or "", _CHANGED, record, now, given)
        employers, former = _employers(record), _employers(before)
        for number in employers:
            self._write(Recipient.EMPLOYER, number, _CHANGED, record, now, given)
        ended = {**effective, "reason": before.withdrawal_reason or ""}
        for number in former.keys() - employers.keys():
            self._write(
                Recipient.EMPLOYER, number, "withdrawn", before, now, ended, f"{before.id} changed"
            )

    def _write_decided(self, row: StatusRow, now: int) -> None:
        record = self.records.get(row.person.record_id)
        is_granted = row.person.state is FilingState.GRANTED
        topic = "granted" if is_granted else "refused"
        self._write(Recipient.PERSON, record.person.pin or "", topic, record, now, {})
        if row.filing.form.is_employer:
            self._tell_employer(row, topic, record, now)
        card = self.cards.follow(record, now) if is_granted else None
        if card is not None and card.state is RecordState.GRANTED:
            self._write(Recipient.PERSON, record.person.pin or "", _CARD, card, now, {})

    def _tell_employer(self, row: StatusRow, topic: str, record: Record, now: int) -> None:
        """Write to the employer if a clerk saw the mandate, else to the applicant's page only."""
        applicant = self.applicants.get(row.filing.applicant_id)
        number = row.filing.answers.get("employer_number", "")
        if applicant is not None and self.applicants.represents(applicant.pin, number):
            self._write(Recipient.EMPLOYER, number, topic, record, now, {})

    def tell(
        self, record: Record, topic: str, now: int, details: Mapping[str, str] | None = None
    ) -> None:
        """Write to the holder of a document, and for an A1 to its employers, about a change.

        ``topic`` is ``withdrawn`` (details ``reason``, ``effective_day``), ``suspended`` or
        ``reinstated``. Call it in the transaction of the change.
        """
        given = dict(details or {})
        reference = f"{record.id} {now}"
        self._write(Recipient.PERSON, record.person.pin or "", topic, record, now, given, reference)
        document = record.document
        if isinstance(document, Pda1 | Application):
            for number in dict.fromkeys(each.id for each in document.employments):
                self._write(Recipient.EMPLOYER, number, topic, record, now, given, reference)

    def _write(
        self, kind: Recipient, number: str, topic: str, record: Record, now: int,
        details: Mapping[str, str], reference: str = "",
    ) -> None:  # fmt: skip
        document = record.document
        starts, ends = getattr(document, "starts", None), last_day(document)
        named = {
            "institution": self.institution,
            "number": record.number,
            "holder": f"{record.person.forenames} {record.person.surnames}",
            "starts_day": starts.isoformat() if starts else "",
            "ends_day": ends.isoformat() if ends else "",
        }
        self.mailbox.post(
            kind, number, topic, reference or record.id, now,
            details={**named, **details},
            record_id=record.id if topic in _WITH_DOCUMENT else "",
        )  # fmt: skip


def _employers(record: Record) -> dict[str, None]:
    """The numbers of the employers of an A1, in order; those without one are left out."""
    document = cast("Pda1", record.document)
    return dict.fromkeys(each.id for each in document.employments if fold_number(each.id))
