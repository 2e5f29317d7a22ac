"""What joins decisions and documents to the exchange: who is told, and what is heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from esspass.inspection.status import Statuses
from esspass.trust import TrustView
from issuer.exchange import choices, incoming, notified, stays
from issuer.exchange.arrival import ArrivalCheck
from issuer.exchange.choices import Choices
from issuer.exchange.desk import Desk
from issuer.exchange.incoming import IncomingDocuments
from issuer.exchange.notified import NotifiedStates
from issuer.exchange.notifying import Notifier
from issuer.exchange.registering import Registrar
from issuer.exchange.replacement_cases import EntitlementOffice
from issuer.exchange.stays import Stays
from issuer.exchange.withdrawing import Announcer, WriteLetters
from issuer.history import History
from issuer.paper import PaperOffice
from issuer.records import Records

MIGRATIONS = {
    **incoming.MIGRATIONS,
    **notified.MIGRATIONS,
    **choices.MIGRATIONS,
    **stays.MIGRATIONS,
}


@dataclass(frozen=True, slots=True)
class Joined:
    """The parts; each has a job for the worker, or reacts to messages, or both."""

    registrar: Registrar
    notifier: Notifier
    announcer: Announcer
    entitlements: EntitlementOffice

    @property
    def incoming(self) -> IncomingDocuments:
        """The register of incoming documents."""
        return self.registrar.incoming

    @property
    def notified(self) -> NotifiedStates:
        """Which States were told of which A1."""
        return self.notifier.notified


@dataclass(frozen=True, slots=True)
class Decided:
    """What the institution knows and does without the exchange."""

    records: Records
    history: History
    paper: PaperOffice
    write_letters: WriteLetters


def create_joined(
    country: str,
    desk: Desk,
    decided: Decided,
    view: Callable[[int], TrustView],
    statuses: Statuses,
) -> Joined:
    """Put the parts together, and have them react; ``country`` (ISO) is the institution's."""
    records, database = decided.records, decided.records.database
    known, told = IncomingDocuments(database), NotifiedStates(database)
    checks = ArrivalCheck(country, view, statuses, known, records)
    joined = Joined(
        Registrar(desk, known, checks, view),
        Notifier(country, desk, records, told, Choices(database), decided.paper),
        Announcer(desk, records, told, decided.write_letters),
        EntitlementOffice(
            country, desk, records, decided.history, decided.paper, Stays(database), view,
            statuses,
        ),
    )  # fmt: skip
    joined.registrar.register_reactions()
    joined.entitlements.register_reactions()
    return joined
