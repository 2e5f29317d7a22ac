"""Issuer: an institution's app. It issues PD A1, EHIC and PID over OpenID4VCI 1.0."""

from __future__ import annotations

import os
from collections.abc import Mapping

from flask import Flask

from esspass.storage import Database, connect, migrate as apply_migrations
from issuer.config import IssuerConfig
from issuer.services import MIGRATIONS, Services, create_services
from issuer.web import create_issuer_app

__all__ = [
    "MIGRATIONS",
    "IssuerConfig",
    "app_from_environ",
    "connect_issuer",
    "create_app",
    "migrate",
]


def create_app(
    config: IssuerConfig, services: Services | None = None, database: Database | None = None
) -> Flask:
    """Wire the issuer; ``services`` replaces what the settings describe."""
    if services is None:
        services = create_services(config, database or connect(config.database_url))
    return create_issuer_app(services)


def connect_issuer(config: IssuerConfig) -> Services:
    """Return the services without an app: for scripts on the same database."""
    return create_services(config, connect(config.database_url))


def app_from_environ() -> Flask:
    """Make the app that the environment describes; the server calls it in every process."""
    return create_app(IssuerConfig.from_environ(os.environ))


def migrate(environ: Mapping[str, str]) -> list[str]:
    """Bring the database up to date; print the link for the first member of staff, once."""
    config = IssuerConfig.from_environ(environ)
    database = connect(config.database_url)
    try:
        return apply_migrations(database, MIGRATIONS)
    finally:
        database.close()
