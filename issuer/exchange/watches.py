"""Watches that nothing can come of any more: the document is over, so they are forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from issuer.exchange.doubt_office import KEPT
from issuer.exchange.doubts import Doubts, ReceivedWatch
from issuer.exchange.incoming import IncomingDocuments
from issuer.exchange.notification import IncomingState
from issuer.renewals import day_of

UNKNOWN_KEPT = 2 * 366 * 86400
"""In seconds: how long a document that never arrived is waited for, as long as a posting lasts."""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class WatchKeeper:
    """Looks through the watches of verifiers; ``KEPT`` seconds after the end they go."""

    doubts: Doubts
    incoming: IncomingDocuments

    def forget_due(self, now: int) -> int:
        """Forget the watches of documents that are over; return how many."""
        count, last = 0, ""
        while watches := self.doubts.watches_after(last, _PAGE):
            over = [watch.id for watch in watches if self._is_over(watch, now)]
            count += sum(self.doubts.forget_watch(each) for each in over)
            last = watches[-1].id
        return count

    def _is_over(self, watch: ReceivedWatch, now: int) -> bool:
        found = self.incoming.find(watch.institution_id, watch.document_number)
        if found is None:
            return watch.received_at + UNKNOWN_KEPT <= now
        if found.state is IncomingState.WITHDRAWN:
            return found.changed_at + KEPT <= now
        return found.is_over(day_of(now - KEPT))
