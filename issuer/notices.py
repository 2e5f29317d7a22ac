"""What became of the documents that a wallet holds: status, reason, dates, what follows on them.

Only the decisions of the wallet's own grant are told about, by their document numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from esspass.attestations import attestation_type
from esspass.errors import ProtocolError
from issuer.grants import Grant, Granted, Grants
from issuer.history import Entry, Event, History
from issuer.offers import Grant as OfferGrant
from issuer.offers import Offer, OfferState
from issuer.reasons import FOLLOWED
from issuer.records import Record, Records, RecordState
from issuer.renewals import REMINDER_DAYS, Renewals, RenewalState, day_of, last_day
from issuer.service import Issuer, OfferError

_STATES: Mapping[Event, RecordState] = {
    Event.HELD: RecordState.PENDING,
    Event.APPROVED: RecordState.GRANTED,
    Event.REFUSED: RecordState.REFUSED,
    Event.SUSPENDED: RecordState.SUSPENDED,
    Event.REINSTATED: RecordState.GRANTED,
    Event.WITHDRAWN: RecordState.WITHDRAWN,
}
ENDS_SOON, ENDED, SUCCESSOR = "ends_soon", "ended", "successor"
RENEWAL_REQUESTED, RENEWAL_DECLINED = "renewal_requested", "renewal_declined"
_FETCH_SECONDS = 120
_RENEWABLE = ("ehic", "pda1")


@dataclass(frozen=True, slots=True)
class Notice:
    """One change. ``reason`` is a code, ``effective_from`` a day, ``at`` epoch seconds.

    ``successor`` is the number of the document that follows, ``offer_uri`` the way to fetch it.
    """

    document_number: str
    kind: str
    status: RecordState
    reason: str
    effective_from: date
    at: int
    renewable: bool = False
    successor: str | None = None
    offer_uri: str | None = None

    def document(self, sentence: Mapping[str, str]) -> dict[str, object]:
        """Return the JSON object; ``sentence`` says the reason by language."""
        members = {
            "document_number": self.document_number,
            "kind": self.kind,
            "status": self.status,
            "reason": self.reason,
            "sentence": dict(sentence),
            "effective_from": self.effective_from.isoformat(),
            "at": self.at,
            "renewable": self.renewable,
            "successor": self.successor,
            "credential_offer_uri": self.offer_uri,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True)
class RenewalAnswer:
    """Whether a renewal waits for a clerk, was declined, or can be fetched at ``offer_uri``."""

    result: str
    offer_uri: str | None = None


@dataclass(frozen=True, slots=True)
class Notices:
    """Tells a wallet about the decisions of its grant."""

    grants: Grants
    records: Records
    history: History
    renewals: Renewals
    issuer: Issuer

    def of_grant(self, grant: Grant, now: int) -> list[Notice]:
        """Return every notice, the latest first."""
        found = [
            notice for dataset in self._datasets(grant) for notice in self._of_record(dataset, now)
        ]
        return sorted(found, key=lambda notice: notice.at, reverse=True)

    def _datasets(self, grant: Grant) -> list[Granted]:
        """One dataset for each decision, whatever types of it were granted."""
        return list({d.record_id: d for d in self.grants.datasets(grant.id)}.values())

    def _of_record(self, dataset: Granted, now: int) -> Iterator[Notice]:
        record = self.records.get(dataset.record_id)
        for entry in self.history.of(record.id):
            if entry.event in _STATES:
                yield _changed(record, entry)
        yield from self._what_follows(record, dataset, now)

    def _what_follows(self, record: Record, dataset: Granted, now: int) -> Iterator[Notice]:
        if not _may_follow(record):
            return
        successor = self.renewals.successor(record)
        if successor is not None:
            starts = getattr(successor.document, "starts", None) or day_of(successor.changed_at)
            notice = _notice(record, SUCCESSOR, starts, successor.changed_at)
            uri = self._offer(successor, dataset, now)
            yield replace(
                notice, renewable=uri is not None, successor=successor.number, offer_uri=uri
            )
            return
        renewal, ends = self.renewals.get(record), last_day(record.document)
        if renewal is not None and renewal.state is RenewalState.OPEN:
            requested = renewal.requested_at
            yield _notice(record, RENEWAL_REQUESTED, day_of(requested), requested)
        elif renewal is not None and renewal.state is RenewalState.DECLINED:
            decided = renewal.decided_at or renewal.requested_at
            yield _notice(record, RENEWAL_DECLINED, day_of(decided), decided)
        elif ends is not None and record.state is RecordState.GRANTED:
            yield from _remind(record, ends, now)

    def renew(self, grant: Grant, document_number: str, now: int) -> RenewalAnswer:
        """Ask for what follows on a document. Raises ProtocolError ``unknown_document`` (404)."""
        for dataset in self._datasets(grant):
            record = self.records.get(dataset.record_id)
            if record.number == document_number:
                return self._renew(record, dataset, now)
        message = "the access token is for no document of this number"
        raise ProtocolError(message, code="unknown_document", status=404)

    def _renew(self, record: Record, dataset: Granted, now: int) -> RenewalAnswer:
        successor = self.renewals.successor(record) if _may_follow(record) else None
        if successor is None:
            if record.state is not RecordState.GRANTED or record.kind not in _RENEWABLE:
                message = "nothing follows on this document"
                raise ProtocolError(message, code="not_renewable", status=409)
            successor = self.renewals.request(record, now)
        if successor is not None and (uri := self._offer(successor, dataset, now)):
            return RenewalAnswer("offered", uri)
        renewal = self.renewals.get(record)
        declined = renewal is not None and renewal.state is RenewalState.DECLINED
        return RenewalAnswer("declined" if declined else "requested")

    def _offer(self, successor: Record, dataset: Granted, now: int) -> str | None:
        """Offer a successor to whoever holds the token of its predecessor.

        Its code suffices: the link goes to the holder alone, over the channel the token is bound
        to, and is over in minutes. An offer still open is given again.
        """
        vct = self._type(successor, dataset)
        if vct is None:
            return None
        for offer in self.issuer.offers.of_record(successor.id):
            if _is_ours(offer) and offer.state(now + _FETCH_SECONDS) is OfferState.OPEN:
                return self.issuer.offer_uri(offer.id)
        try:
            made = self.issuer.create_offer(successor.id, vct, tx_code=False, now=now)
        except OfferError:
            return None
        return made.uri

    def _type(self, successor: Record, dataset: Granted) -> str | None:
        """The type the wallet holds, where the successor is issued in it."""
        types = self.issuer.types_of(successor)
        held = dataset.configuration_id
        if held in types and attestation_type(held).kind == successor.kind:
            return held
        return types[0] if types else None


def _changed(record: Record, entry: Entry) -> Notice:
    status, day = _STATES[entry.event], day_of(entry.at)
    if entry.event is Event.WITHDRAWN:
        return Notice(
            record.number,
            record.kind,
            status,
            entry.detail,
            record.withdrawal_date or day,
            entry.at,
        )
    return Notice(record.number, record.kind, status, entry.event, day, entry.at)


def _notice(record: Record, reason: str, effective_from: date, at: int) -> Notice:
    return Notice(record.number, record.kind, record.state, reason, effective_from, at)


def _may_follow(record: Record) -> bool:
    """Say whether the wallet of this document may fetch its successor without a new offer."""
    if record.state is RecordState.WITHDRAWN:
        return record.withdrawal_reason in FOLLOWED
    return record.state is RecordState.GRANTED


def _remind(record: Record, ends: date, now: int) -> Iterator[Notice]:
    """The same reminder each time it is asked for, from its first day on."""
    begins, over = ends - timedelta(days=REMINDER_DAYS), ends + timedelta(days=1)
    today = day_of(now)
    if record.kind not in _RENEWABLE or today < begins:
        return
    reason, since = (ENDED, over) if today >= over else (ENDS_SOON, begins)
    at = int(datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp())
    yield replace(_notice(record, reason, ends, at), renewable=True)


def _is_ours(offer: Offer) -> bool:
    """Made by the system, for the holder of a predecessor."""
    return offer.grant is OfferGrant.PRE_AUTHORIZED and not (offer.created_by or offer.with_tx_code)
