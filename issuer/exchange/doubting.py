"""The doubt office, put together: its stores, its place in the exchange, what it reacts to."""

from __future__ import annotations

from collections.abc import Callable

from esspass.exchange.standing import DocumentStanding, DocumentState
from esspass.trust import TrustView
from issuer.config import IssuerConfig
from issuer.exchange.desk import Desk
from issuer.exchange.doubt_office import DocumentReader, DoubtOffice
from issuer.exchange.doubts import MIGRATIONS, Doubts
from issuer.exchange.incoming import REPLACED, IncomingDocuments
from issuer.exchange.notification import IncomingState
from issuer.keys import IssuerKeys
from issuer.records import Records

__all__ = ["MIGRATIONS", "create_document_reader", "create_doubt_office"]
_QUESTIONS, _ANSWERS = ("DA01", "A005", "H001"), ("DA02", "DA03", "DA04", "A006", "H002")
_STATES = {
    IncomingState.WITHDRAWN: DocumentState.WITHDRAWN,
    IncomingState.SUSPENDED: DocumentState.SUSPENDED,
}


def create_doubt_office(
    config: IssuerConfig,
    keys: IssuerKeys,
    view: Callable[[int], TrustView],
    records: Records,
    desk: Desk,
) -> DoubtOffice:
    """Put the office together, and have it react to questions and answers."""
    database = records.database
    office = DoubtOffice(
        config.base_url, config.institution_id, keys.access, keys.exchange_encryption, view,
        Doubts(database), records, desk, create_document_reader(IncomingDocuments(database)),
    )  # fmt: skip
    for sed in _QUESTIONS:
        desk.keeper.reactions.register(sed, office.take_question)
    for sed in _ANSWERS:
        desk.keeper.reactions.register(sed, office.take_answer)
    return office


def create_document_reader(incoming: IncomingDocuments) -> DocumentReader:
    """Return what says how a document of another institution stands in the register."""

    def read(institution: str, number: str) -> DocumentStanding:
        found = incoming.find(institution, number)
        if found is None:
            return DocumentStanding()
        changed = found.changed_at > found.received_at
        otherwise = DocumentState.CHANGED if changed else DocumentState.IN_FORCE
        effective = found.withdrawal_date
        reason = f"{REPLACED}:{found.replaced_by}" if found.replaced_by else found.withdrawal_reason
        return DocumentStanding(
            _STATES.get(found.state, otherwise),
            found.changed_at if changed else None,
            effective.isoformat() if effective else "",
            (reason or "")[:500],
        )

    return read
