"""What the API keeps: who may call, and who did."""

from __future__ import annotations

from dataclasses import dataclass

from esspass.storage import Database
from issuer.api.accesses import ApiAccesses
from issuer.api.clients import ApiClients


@dataclass(frozen=True, slots=True)
class ApiDesk:
    """Clients and their calls."""

    clients: ApiClients
    accesses: ApiAccesses

    @classmethod
    def on(cls, database: Database) -> ApiDesk:
        """Make the desk on a database."""
        return cls(ApiClients(database), ApiAccesses(database))
