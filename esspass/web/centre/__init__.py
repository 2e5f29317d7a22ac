"""The centre: takes signed returns of statistics, joins them per country and for all, publishes.

What it publishes are margins without small cells; numbers in full go to nobody, but each sender
learns where its own contradict another's.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_babel import lazy_gettext as _

from esspass.errors import MalformedError
from esspass.fetch import Fetcher, FetchPolicy
from esspass.storage import Database, connect
from esspass.storage import migrate as apply_migrations
from esspass.trust import MIGRATIONS as TRUST_MIGRATIONS
from esspass.trust import SnapshotStore, TrustSource, TrustView, parse_trust_anchors
from esspass.web.app import create_web_app
from esspass.web.centre import returns
from esspass.web.centre.pages import create_centre_pages, create_returns_endpoint, period_name
from esspass.web.centre.returns import Returns
from esspass.web.environment import read_settings
from esspass.web.settings import WebSettings, read_clock

MIGRATIONS = {**returns.MIGRATIONS, **TRUST_MIGRATIONS}


@dataclass(frozen=True, slots=True)
class CentreConfig:
    """``CENTRE_*``; ``trust_anchors`` is the operator's file, ``trust_max_age`` in seconds."""

    base_url: str
    database_url: str
    trust_anchors: Path
    allow_loopback: bool = False
    ca_file: str | None = None
    trust_max_age: int = 60

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> CentreConfig:
        """Read the settings. Raises MalformedError."""
        return read_settings(cls, "CENTRE", environ)


def create_app(
    config: CentreConfig,
    database: Database | None = None,
    view: Callable[[int], TrustView] | None = None,
    clock: Callable[[], int] = read_clock,
) -> Flask:
    """Make the app; ``view`` replaces the trust that the settings describe."""
    database = database or connect(config.database_url)
    settings = WebSettings(
        base_url=config.base_url,
        secret_key=secrets.token_urlsafe(32),  # nobody signs in, so nothing needs keeping
        session_cookie="centre",
        service_name=_("Statistics"),
        clock=clock,
    )
    app = create_web_app(__name__, settings, database)
    kept = Returns(database, view or _read_trust(config, database))
    app.register_blueprint(create_centre_pages(kept))
    app.register_blueprint(create_returns_endpoint(kept))
    app.jinja_env.globals["period_name"] = period_name
    return app


def app_from_environ() -> Flask:
    """Make the app that the environment describes."""
    return create_app(CentreConfig.from_environ(os.environ))


def migrate(environ: Mapping[str, str]) -> list[str]:
    """Bring the database up to date; return the names of what was applied."""
    database = connect(CentreConfig.from_environ(environ).database_url)
    try:
        return apply_migrations(database, MIGRATIONS)
    finally:
        database.close()


def _read_trust(config: CentreConfig, database: Database) -> Callable[[int], TrustView]:
    try:
        text = config.trust_anchors.read_bytes()
    except OSError as error:
        raise MalformedError("the trust anchors cannot be read", code="bad_setting") from error
    fetcher = Fetcher(FetchPolicy(allow_loopback=config.allow_loopback, ca_file=config.ca_file))
    anchors = parse_trust_anchors(text)
    return TrustSource(fetcher, SnapshotStore(database), anchors, config.trust_max_age).view
