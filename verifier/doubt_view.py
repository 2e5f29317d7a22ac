"""What a verdict page says of what was asked about its document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from esspass.exchange.standing import DocumentState, Standing
from verifier.enquiries import Enquiry, EnquiryKind

_CHANGED = (DocumentState.WITHDRAWN, DocumentState.SUSPENDED, DocumentState.CHANGED)


@dataclass(frozen=True, slots=True)
class DoubtView:
    """``mine`` and ``watch`` are of this very check; the others may come from any check.

    ``running`` is the enquiry whose dialogue runs, ``changed`` the one that told of a change.
    """

    mine: Enquiry | None
    watch: Enquiry | None
    leading: Enquiry | None
    running: Enquiry | None
    changed: Enquiry | None

    @property
    def standing(self) -> Standing | None:
        """How the doubt stands that the page shows."""
        return self.leading.standing if self.leading else None


def create_doubt_view(person_id: str, enquiries: Sequence[Enquiry]) -> DoubtView:
    """Arrange what is asked about the document of a check."""
    own = [each for each in enquiries if each.person_id == person_id]
    doubts = [each for each in enquiries if each.kind is EnquiryKind.DOUBT]
    mine = _first(each for each in own if each.kind is EnquiryKind.DOUBT)
    running = _first(each for each in doubts if each.standing and each.standing.stage.runs)
    return DoubtView(
        mine=mine,
        watch=_first(each for each in own if each.kind is EnquiryKind.WATCH),
        leading=running or mine or _first(doubts),
        running=running,
        changed=find_change(enquiries),
    )


def find_change(enquiries: Sequence[Enquiry]) -> Enquiry | None:
    """Return the enquiry that told of the gravest change of the document, None without one."""
    told = [each for each in enquiries if each.standing and each.changed_at is not None]
    for state in _CHANGED:
        found = [each for each in told if each.standing and each.standing.document.state is state]
        if found:
            return found[0]
    return None


def _first(enquiries: Iterable[Enquiry]) -> Enquiry | None:
    return next(iter(enquiries), None)
