"""Issuer: an institution's app. It issues PD A1, EHIC and PID over OpenID4VCI 1.0."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _

from esspass.inspection.status import StatusSource
from esspass.openid4vp.relying_party import RelyingParty
from esspass.openid4vp.transactions import Transactions
from esspass.statuslist import StatusListCache
from esspass.storage import connect
from esspass.storage import migrate as apply_migrations
from esspass.web import WebSettings, create_web_app, read_clock
from esspass.web.health import create_worker_health_blueprint
from esspass.web.jobs import Reports
from esspass.web.passkeys import (
    STAFF,
    PasskeyStore,
    ServerSessionStore,
    create_first_invitation,
    create_passkey_blueprint,
    require_sign_in,
)
from esspass.web.relying_party import create_relying_party_blueprint
from esspass.web.statistics import create_statistics_blueprint
from issuer.api import endpoints as api_endpoints
from issuer.back_office import (
    amending,
    applications,
    choices,
    decisions,
    enquiries,
    filing_corrections,
    incoming,
    office,
    second_looks,
    staff,
    stays,
    withdrawal,
)
from issuer.back_office import doubts as back_office_doubts
from issuer.back_office import drafts as back_office_drafts
from issuer.back_office import exchange as back_office_exchange
from issuer.back_office import exchange_forms as back_office_exchange_forms
from issuer.back_office import failures as back_office_failures
from issuer.back_office import filings as back_office_filings
from issuer.back_office import loads as back_office_loads
from issuer.back_office import offers as back_office_offers
from issuer.back_office import paper as back_office_paper
from issuer.back_office import renewals as back_office_renewals
from issuer.back_office import replacements as back_office_replacements
from issuer.back_office.access import configure_access, refuse_passkey_of_provider
from issuer.back_office.navigation import open_sections
from issuer.commands import import_decisions
from issuer.config import IssuerConfig, RegisterConfig
from issuer.endpoints import (
    apply,
    apply_enquiries,
    apply_sign_in,
    apply_states,
    apply_workers,
    authorize,
    credential,
    doubts,
    exchange,
    letters,
    metadata,
    notices,
    offers,
    paper,
    replacements,
    sign_in,
    staff_sign_in,
    status,
    token,
)
from issuer.errors import ERROR_TEXTS
from issuer.records import Records
from issuer.returns import create_counting
from issuer.services import MIGRATIONS, Services, create_services
from issuer.sign_in_oidc import OidcSignIn
from issuer.sign_in_pid import PidSignIn, create_examination
from issuer.sign_in_staff import StaffSignIn

__all__ = [
    "MIGRATIONS",
    "IssuerConfig",
    "app_from_environ",
    "connect_issuer",
    "create_app",
    "import_decisions",
    "migrate",
]

_BLUEPRINTS = (
    metadata.blueprint,
    offers.blueprint,
    token.blueprint,
    credential.blueprint,
    status.blueprint,
    authorize.blueprint,
    sign_in.blueprint,
    office.blueprint,
    decisions.blueprint,
    back_office_offers.blueprint,
    withdrawal.blueprint,
    amending.blueprint,
    choices.blueprint,
    paper.blueprint,
    back_office_paper.blueprint,
    applications.blueprint,
    notices.blueprint,
    replacements.blueprint,
    exchange.blueprint,
    doubts.blueprint,
    back_office_doubts.blueprint,
    incoming.blueprint,
    stays.blueprint,
    back_office_renewals.blueprint,
    back_office_replacements.blueprint,
    apply.home_blueprint,
    apply.blueprint,
    apply_states.blueprint,
    apply_enquiries.blueprint,
    apply_workers.blueprint,
    apply_sign_in.blueprint,
    letters.blueprint,
    back_office_filings.blueprint,
    filing_corrections.blueprint,
    enquiries.blueprint,
    back_office_exchange.blueprint,
    back_office_exchange_forms.blueprint,
    back_office_drafts.blueprint,
    back_office_failures.blueprint,
    staff.blueprint,
    second_looks.blueprint,
    staff_sign_in.blueprint,
    back_office_loads.blueprint,
    *api_endpoints.BLUEPRINTS,
)


def create_app(
    config: IssuerConfig,
    services: Services | None = None,
    clock: Callable[[], int] = read_clock,
) -> Flask:
    """Wire the issuer; ``services`` replaces what the settings describe."""
    services = services or connect_issuer(config)
    app = create_web_app(__name__, _web_settings(config, clock), services.database)
    app.extensions["issuer"] = services
    _add_sign_in(app, services)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_blueprint(create_worker_health_blueprint(Reports(services.database)))
    app.register_blueprint(_create_statistics(services))
    store, sessions = PasskeyStore(services.database), ServerSessionStore(services.database)
    app.register_blueprint(
        create_passkey_blueprint(store, sessions, role=STAFF, on_sign_in=refuse_passkey_of_provider)
    )
    configure_access(app)
    app.jinja_env.globals["institution"] = config.institution_name
    app.jinja_env.globals["office_sections"] = open_sections
    return app


def _web_settings(config: IssuerConfig, clock: Callable[[], int]) -> WebSettings:
    port = config.base_url.rpartition(":")[2].strip("/")
    return WebSettings(
        base_url=config.base_url,
        secret_key=config.secret_key,
        session_cookie=f"issuer-{port}" if port.isdigit() else "issuer",
        service_name=_("Issuing office"),
        translation_directories=(Path(__file__).parent / "translations",),
        error_texts=ERROR_TEXTS,
        clock=clock,
    )


def _create_statistics(services: Services) -> Blueprint:
    return require_sign_in(create_statistics_blueprint(create_counting(services)))


def _add_sign_in(app: Flask, services: Services) -> None:
    config, view = services.config, services.view
    statuses = StatusSource(services.fetcher, StatusListCache(services.database))
    relying_party = RelyingParty(
        config.base_url,
        services.keys.access,
        Transactions(services.database),
        examine=create_examination(view, statuses),
    )
    app.extensions["issuer.pid"] = PidSignIn(config, relying_party, statuses, view)
    app.register_blueprint(create_relying_party_blueprint(lambda: relying_party))
    if config.oidc is not None:
        callback = config.base_url + sign_in.OIDC_CALLBACK
        app.extensions["issuer.oidc"] = OidcSignIn(config.oidc, services.fetcher, callback)
    if config.staff_oidc is not None:
        callback = config.base_url + staff_sign_in.CALLBACK
        app.extensions["issuer.staff_oidc"] = StaffSignIn(
            config.staff_oidc, services.fetcher, services.database, callback
        )
    app.jinja_env.globals["staff_provider"] = config.staff_oidc is not None


def connect_issuer(config: IssuerConfig) -> Services:
    """Return the services without an app: for scripts on the same database."""
    return create_services(config, connect(config.database_url))


def app_from_environ() -> Flask:
    """Make the app that the environment describes; the server calls it in every process.

    As long as nobody of the staff can sign in, the link for the first one is printed.
    """
    config = IssuerConfig.from_environ(os.environ)
    services = connect_issuer(config)
    _print_invitation(services)
    return create_app(config, services)


def _print_invitation(services: Services) -> None:
    now = read_clock()
    store, window = PasskeyStore(services.database), str(now // 60)
    if not store.has_users(STAFF) and services.prover.replays.first_use(
        "first invitation", window, now + 60
    ):
        link = create_first_invitation(store, services.config.base_url, now)
        click.echo(f"Set up the first member of staff, once, within a day: {link}", err=True)


def migrate(environ: Mapping[str, str]) -> list[str]:
    """Bring the database up to date; return the names of the migrations applied."""
    database = connect(RegisterConfig.from_environ(environ).database_url)
    try:
        applied = apply_migrations(database, MIGRATIONS)
        Records(database).index_rest()
        return applied
    finally:
        database.close()
