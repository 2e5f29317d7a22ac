"""What the API keeps: who may call, who did, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from esspass.storage import Database
from issuer.api.accesses import ApiAccesses
from issuer.api.answers import Answers
from issuer.api.begun import BegunApplications
from issuer.api.clients import ApiClients
from issuer.bearer import KeyedHash


@dataclass(frozen=True, slots=True)
class ApiDesk:
    """Clients, their calls, and the answers that can be had again."""

    clients: ApiClients
    accesses: ApiAccesses
    answers: Answers
    begun: BegunApplications

    @classmethod
    def on(cls, database: Database, keyed: KeyedHash) -> ApiDesk:
        """Make the desk on a database."""
        return cls(
            ApiClients(database),
            ApiAccesses(database),
            Answers(database, keyed),
            BegunApplications(database),
        )
