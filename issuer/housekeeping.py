"""Housekeeping: what no answer depends on any more is dropped."""

from __future__ import annotations

from dataclasses import dataclass

from issuer.api.answers import Answers
from issuer.api.begun import BegunApplications
from issuer.api.clients import ApiClients
from issuer.authorization_requests import AuthorizationRequests
from issuer.credentials import Credentials
from issuer.grants import Grants
from issuer.loading import Loads
from issuer.offers import Offers
from issuer.replacements import Replacements
from issuer.replays import Replays

_INTERVAL = 60


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """The repositories that fill up by themselves."""

    replays: Replays
    requests: AuthorizationRequests
    offers: Offers
    grants: Grants
    credentials: Credentials
    replacements: Replacements
    loads: Loads
    api_clients: ApiClients
    api_answers: Answers
    api_begun: BegunApplications

    def purge(self, now: int) -> int:
        """Drop everything that is over; return how many rows."""
        return (
            self.replays.purge(now)
            + self.requests.purge(now)
            + self.offers.purge(now)
            + self.grants.purge(now)
            + self.credentials.purge()
            + self.replacements.purge(now)
            + self.loads.purge(now)
            + self.api_clients.purge(now)
            + self.api_answers.purge(now)
            + self.api_begun.purge()
        )

    def purge_in_passing(self, now: int) -> int:
        """Purge at most once a minute, whichever process comes first; return how many rows."""
        window = str(now // _INTERVAL)
        if not self.replays.first_use("purge", window, now + _INTERVAL):
            return 0
        return self.purge(now)
