"""What follows on a document: the successor in the register, a machine's renewal, a clerk's task.

A machine renews an EHIC alone, and only when every rule is met; anything else is a person's
decision.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from esspass.attestations import OPEN_END, Application, Document, Ehic, Pda1
from esspass.storage import Database
from issuer.entitlements import Entitlements
from issuer.four_eyes import Command, FourEyes, Proposer
from issuer.history import Event, History
from issuer.records import Record, Records, RecordState, StateError

MIGRATIONS = {
    "issuer-renewals-001": """
        CREATE TABLE renewals (
            record_id TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            requested_at BIGINT NOT NULL,
            decided_at BIGINT
        )""",
}
REMINDER_DAYS = 60
_EARLIEST, _LATEST = timedelta(days=90), timedelta(days=180)
_LONGEST = timedelta(days=5 * 366)
_SERIAL_DIGITS = 10
_MACHINE = Command("")


class RenewalState(StrEnum):
    """Where a request for renewal stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Renewal:
    """A request for renewal of a decision; times in epoch seconds."""

    record: Record
    state: RenewalState
    requested_at: int
    decided_at: int | None


@dataclass(frozen=True, slots=True)
class Renewals:
    """Requests for renewal, and the decisions that follow on others."""

    database: Database
    records: Records
    entitlements: Entitlements
    history: History
    four_eyes: FourEyes

    def successor(self, record: Record) -> Record | None:
        """Return the decision in force that follows on this one: the latest, if there are some."""
        if isinstance(record.document, Application):
            decided = self.records.get(record.decision_id)
            return decided if decided.state is RecordState.GRANTED else None
        changed = self.records.changed_into(record.id)
        if changed is not None and changed.state is RecordState.GRANTED:
            return changed
        later = [
            other
            for other in self.records.of_person(record.person_id, [record.kind])
            if other.state is RecordState.GRANTED and _follows(other.document, record.document)
        ]
        return max(later, key=lambda other: last_day(other.document) or date.min, default=None)

    def request(self, record: Record, now: int) -> Record | None:
        """Renew by rule and return the new decision, or leave it to a clerk and return None."""
        if (found := self.successor(record)) is not None:
            return found
        renewed = self._write_renewed(record, now)
        if renewed is None or self.four_eyes.is_risky(record.person, renewed, now):
            self._note(record.id, RenewalState.OPEN, now)
            return None
        with self.database.atomic():  # one renewal: whoever comes second finds the first one's
            if self._note(record.id, RenewalState.GRANTED, now):
                return self._enter(record, renewed, now, _MACHINE)
        return self.successor(record)

    def _write_renewed(self, record: Record, now: int) -> Ehic | None:
        """The card that follows, where a machine may make it."""
        document = record.document
        if not isinstance(document, Ehic) or not self._is_renewable(record, document, now):
            return None
        return renew_ehic(document, day_of(now))

    def _is_renewable(self, record: Record, document: Ehic, now: int) -> bool:
        """Card in force, near its end, insurance running without a known end."""
        today, ends = day_of(now), last_day(document)
        if record.state is not RecordState.GRANTED or ends is None:
            return False
        if not ends - _EARLIEST <= today <= ends + _LATEST:
            return False
        return self.entitlements.is_open(record.person_id, document, today)

    def _note(self, record_id: str, state: RenewalState, now: int) -> bool:
        """Keep a request, or turn an open one; say whether that changed anything."""
        return bool(
            self.database.execute(
                "INSERT INTO renewals (record_id, state, requested_at) VALUES (:id, :state, :now)"
                " ON CONFLICT (record_id) DO UPDATE SET state = excluded.state, decided_at = :now"
                " WHERE renewals.state = 'open' AND excluded.state <> 'open'",
                id=record_id,
                state=state,
                now=now,
            )
        )

    def _enter(self, record: Record, renewed: Ehic, now: int, by: Proposer) -> Record:
        entered = self.four_eyes.add(record.person, renewed, now, by)
        self.history.add(record.id, Event.RENEWED, now, by.name)
        self.history.add(entered.id, Event.IMPORTED, now, by.name)
        return self.records.get(entered.id)

    def grant(self, record_id: str, now: int, by: Proposer) -> Record | None:
        """Grant an open request: a new EHIC at once; for an A1 its new decision is entered apart.

        Where the risk asks for a second person the new EHIC waits for one. Raises StateError when
        the request is not open, or the decision no longer in force.
        """
        record = self.records.get(record_id)
        with self.database.atomic():
            self._decide(record.id, RenewalState.GRANTED, now)
            if self.successor(record) is not None or not isinstance(record.document, Ehic):
                return self.successor(record)
            if record.state is not RecordState.GRANTED:
                raise StateError
            return self._enter(record, renew_ehic(record.document, day_of(now)), now, by)

    def decline(self, record_id: str, now: int, actor: str) -> None:
        """Decline an open request. Raises StateError when it is not open."""
        with self.database.atomic():
            self._decide(record_id, RenewalState.DECLINED, now)
            self.history.add(record_id, Event.RENEWAL_DECLINED, now, actor)

    def _decide(self, record_id: str, state: RenewalState, now: int) -> None:
        changed = self.database.execute(
            "UPDATE renewals SET state = :state, decided_at = :now"
            " WHERE record_id = :id AND state = 'open'",
            id=record_id,
            state=state,
            now=now,
        )
        if not changed:
            raise StateError

    def get(self, record: Record) -> Renewal | None:
        """Return the request for renewal of a decision."""
        rows = self.database.query("SELECT * FROM renewals WHERE record_id = :id", id=record.id)
        if not rows:
            return None
        row = rows[0]
        state = RenewalState(row["state"])
        return Renewal(record, state, row["requested_at"], row["decided_at"])

    def open_requests(self) -> list[Renewal]:
        """Return what waits for a clerk, the oldest first, at most a hundred."""
        rows = self.database.query(
            "SELECT record_id, requested_at FROM renewals WHERE state = 'open'"
            " ORDER BY requested_at, record_id LIMIT 100"
        )
        return [
            Renewal(
                self.records.get(row["record_id"]), RenewalState.OPEN, row["requested_at"], None
            )
            for row in rows
        ]


def renew_ehic(document: Ehic, today: date) -> Ehic:
    """Write the card that follows: as long as the old one, from its end or from today."""
    begins, ends = document.starts or document.issued_on, last_day(document) or today
    starts = max(today, ends + timedelta(days=1))
    last = starts + min(ends - begins, _LONGEST)
    serial = f"{secrets.randbelow(10**_SERIAL_DIGITS):0{_SERIAL_DIGITS}}"
    return replace(
        document,
        document_number=document.document_number[:-_SERIAL_DIGITS] + serial,
        issued_on=today,
        expires_on=last,
        starts=starts,
        ends=last,
    )


def last_day(document: Document) -> date | None:
    """Return the last day that a document covers; None when it has no end."""
    ends = getattr(document, "ends", None) or getattr(document, "expires_on", None)
    return None if ends is None or ends >= OPEN_END else ends


def day_of(now: int) -> date:
    """Return the day (UTC) of a time in epoch seconds."""
    return datetime.fromtimestamp(now, UTC).date()


def _follows(later: Document, earlier: Document) -> bool:
    """Say whether a document continues another: same cover or same work, and a later end."""
    end, new_end = last_day(earlier), last_day(later)
    if end is None or (new_end is not None and new_end <= end):
        return False
    if isinstance(later, Ehic) and isinstance(earlier, Ehic):
        return later.represented == earlier.represented
    if isinstance(later, Pda1) and isinstance(earlier, Pda1):
        employers = {item.id for item in earlier.employments}
        same = any(item.id in employers for item in later.employments)
        return same and later.legislation_country == earlier.legislation_country
    return False
