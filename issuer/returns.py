"""The institution's return of statistics: counted here, signed with its exchange key."""

from __future__ import annotations

import os

from esspass.fetch import Fetcher
from esspass.storage import connect
from esspass.web.statistics import Counting, create_statistics_command
from issuer.config import IssuerConfig
from issuer.services import Services, create_services
from issuer.statistics import Statistics


def create_counting(services: Services) -> Counting:
    """Return what counts for this institution; without an exchange key nothing is signed."""
    config = services.config
    counts = Statistics(services.database, config.institution_id, config.country)
    return Counting(counts.count, services.keys.exchange)


def _open_counting() -> tuple[Counting, Fetcher]:
    config = IssuerConfig.from_environ(os.environ)
    services = create_services(config, connect(config.database_url))
    return create_counting(services), services.fetcher


statistics_command = create_statistics_command(_open_counting)
