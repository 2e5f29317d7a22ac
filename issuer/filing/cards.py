"""The health insurance card that follows an A1: who works abroad needs one, and has not to ask.

Only for somebody who is insured here and holds no card for the first day of the work (Reg.
883/2004 Art. 19).
"""

from __future__ import annotations

from dataclasses import dataclass

from esspass.attestations import Ehic, Pda1, attestation_type
from issuer.filing.documents import DocumentMaker
from issuer.four_eyes import Command
from issuer.history import Event
from issuer.records import Record, RecordState
from issuer.renewals import day_of, last_day
from issuer.service import Issuer

_IS_OR_MAY_BE = frozenset({RecordState.GRANTED, RecordState.PENDING, RecordState.SUSPENDED})
_MACHINE = Command("")


@dataclass(frozen=True, slots=True)
class CardMaker:
    """Enters the cards that follow."""

    issuer: Issuer
    documents: DocumentMaker

    def follow(self, record: Record, now: int) -> Record | None:
        """Enter a card for the holder of a granted A1, if it is due; None when it is not.

        A risky one waits for a second person. Call it in the transaction that tells of the A1.
        """
        if not isinstance(record.document, Pda1) or not self._is_due(record, record.document):
            return None
        for _ in range(5):
            card = self.documents.create_card({}, record.person, day_of(now))
            entered = self.issuer.four_eyes.add(record.person, card, now, _MACHINE)
            if entered.is_new:
                self.issuer.history.add(entered.id, Event.IMPORTED, now)
                return self.issuer.records.get(entered.id)
        return None

    def _is_due(self, record: Record, document: Pda1) -> bool:
        types = self.issuer.config.attestation_types
        if not any(attestation_type(vct).kind == "ehic" for vct in types):
            return False
        if self.issuer.entitlements.insured_since(record.person_id) is None:
            return False
        cards = self.issuer.records.of_person(record.person_id, ["ehic"])
        return not any(_covers(card, document) for card in cards)


def _covers(card: Record, document: Pda1) -> bool:
    """Say whether a card of the holder's own is, or may soon be, good for the first day."""
    if card.state not in _IS_OR_MAY_BE or not isinstance(card.document, Ehic):
        return False
    ends = last_day(card.document)
    return card.document.represented is None and (ends is None or ends >= document.starts)
