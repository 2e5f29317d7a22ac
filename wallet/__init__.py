"""Wallet: a citizen holds social-security documents and shows them, by web page or command line.

``service`` is what it does; ``pages`` and ``commands`` are two ways to ask for it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _

from esspass.storage import Database, connect
from esspass.storage import migrate as apply_migrations
from esspass.web import WebSettings, create_web_app, now
from esspass.web.passkeys import (
    CITIZEN,
    PasskeyStore,
    ServerSessionStore,
    create_passkey_blueprint,
    current_user,
)
from wallet.config import WalletConfig
from wallet.keys import Holder
from wallet.pages.access import UNLOCK_SECONDS, WALLET, open_keys, write_day
from wallet.pages.account import create_account_blueprint
from wallet.pages.adding import create_adding_blueprint
from wallet.pages.aftercare import create_aftercare_blueprint
from wallet.pages.covering import create_covering_blueprint
from wallet.pages.documents import create_documents_blueprint
from wallet.pages.pictures import create_pictures_blueprint
from wallet.pages.presenting import create_presenting_blueprint
from wallet.pages.replacing import create_replacing_blueprint
from wallet.pages.showing import create_showing_blueprint
from wallet.pages.wording import ERROR_TEXTS, EVENTS, STANDINGS
from wallet.schema import ALL_MIGRATIONS
from wallet.sealing import SealingKey, write_sealing_key
from wallet.service import Wallet
from wallet.wiring import create_wallet

__all__ = ["app_from_environ", "create_app", "migrate"]

_TRANSLATIONS = Path(__file__).parent / "translations"


def create_app(
    config: WalletConfig, wallet: Wallet | None = None, database: Database | None = None
) -> Flask:
    """Wire the wallet's web app; ``wallet`` replaces what the settings describe."""
    database = database or connect(config.database_url)
    wallet = wallet or create_wallet(config, database)
    app = create_web_app(__name__, _web_settings(config), database)
    app.extensions[WALLET] = wallet
    app.extensions[UNLOCK_SECONDS] = config.unlock_seconds
    app.jinja_env.globals.update(standings=STANDINGS, events=EVENTS, current_user=current_user)
    app.jinja_env.filters["iso_day"] = write_day
    passkeys, sessions = PasskeyStore(database), ServerSessionStore(database)
    app.register_blueprint(_sign_in(wallet, passkeys, sessions, config.session_seconds))
    app.register_blueprint(create_documents_blueprint())
    app.register_blueprint(create_adding_blueprint())
    app.register_blueprint(create_presenting_blueprint())
    app.register_blueprint(create_showing_blueprint())
    app.register_blueprint(create_replacing_blueprint())
    app.register_blueprint(create_aftercare_blueprint())
    app.register_blueprint(create_covering_blueprint())
    app.register_blueprint(create_pictures_blueprint())
    app.register_blueprint(create_account_blueprint(passkeys, sessions))
    return app


def app_from_environ() -> Flask:
    """Make the app that the environment describes."""
    return create_app(WalletConfig.from_environ(os.environ))


def migrate(environ: Mapping[str, str]) -> list[str]:
    """Bring the database up to date, and make the server's sealing key if there is none."""
    config = WalletConfig.from_environ(environ)
    write_sealing_key(config.keys_folder)
    database = connect(config.database_url)
    try:
        return apply_migrations(database, ALL_MIGRATIONS)
    finally:
        database.close()


def _web_settings(config: WalletConfig) -> WebSettings:
    port = config.base_url.rpartition(":")[2]
    return WebSettings(
        base_url=config.base_url,
        secret_key=config.secret_key,
        session_cookie=f"wallet-{port}" if port.isdigit() else "wallet",
        service_name=_("Wallet"),
        translation_directories=(_TRANSLATIONS,),
        error_texts=ERROR_TEXTS,
    )


def _sign_in(
    wallet: Wallet, passkeys: PasskeyStore, sessions: ServerSessionStore, lifetime: int
) -> Blueprint:
    """A passkey opens the keys of its holder for the length of the session."""

    def on_sign_in(user_id: str, prf: bytes | None) -> bytes:
        user = passkeys.find_user(user_id)
        wallet.holders.add(user_id, user.name if user else "", now())
        return open_keys(wallet.keys, user_id, prf, now())

    def on_passkey_added(user_id: str, prf: bytes, secret: bytes | None) -> None:
        if secret is not None:
            wallet.keys.add_prf(Holder(user_id, SealingKey(secret)), prf, now())

    return create_passkey_blueprint(
        passkeys,
        sessions,
        role=CITIZEN,
        prf=True,
        lifetime=lifetime,
        on_sign_in=on_sign_in,
        on_passkey_added=on_passkey_added,
    )
