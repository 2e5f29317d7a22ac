"""The verifier: an inspector's or a care provider's app."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _

from esspass.fetch import Fetcher, FetchPolicy
from esspass.inspection import SourceCollector, StatusSource
from esspass.keys.files import read_signer
from esspass.openid4vp import transactions
from esspass.openid4vp.relying_party import RelyingParty
from esspass.openid4vp.transactions import Transactions
from esspass.statuslist import MIGRATIONS as STATUS_MIGRATIONS
from esspass.statuslist import StatusListCache
from esspass.storage import Database, connect
from esspass.storage import migrate as apply_migrations
from esspass.trust import MIGRATIONS as TRUST_MIGRATIONS
from esspass.trust import SnapshotStore, TrustSource, parse_trust_anchors
from esspass.web import WebSettings, create_web_app, jobs, passkeys, read_clock
from esspass.web.health import create_worker_health_blueprint
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
from verifier import (
    bundles,
    cases,
    enquiries,
    inspections,
    persons,
    postings,
    replacements,
    seen_documents,
)
from verifier.bundles import Bundles
from verifier.case_files import create_case_files
from verifier.case_pages import create_case_pages
from verifier.cases import Cases
from verifier.casework import Casework
from verifier.config import VerifierConfig
from verifier.doubt_desk import DoubtDesk
from verifier.doubt_pages import create_doubt_pages
from verifier.enquiries import Enquiries
from verifier.examiner import Examiner
from verifier.inspections import Inspections
from verifier.intake import create_intake
from verifier.judge import Judge
from verifier.pages import create_pages
from verifier.person_view import format_iso_day
from verifier.persons import Persons
from verifier.postings import Postings
from verifier.records import create_records
from verifier.replacement_pages import (
    create_replacement_endpoints,
    create_replacement_pages,
)
from verifier.replacements import Replacements
from verifier.returns import create_counting
from verifier.scan import create_scan_blueprint
from verifier.seen_documents import SeenDocuments
from verifier.service import Verifier
from verifier.wording import ERROR_TEXTS

MIGRATIONS = {
    **passkeys.MIGRATIONS,
    **TRUST_MIGRATIONS,
    **STATUS_MIGRATIONS,
    **transactions.MIGRATIONS,
    **inspections.MIGRATIONS,
    **cases.MIGRATIONS,
    **persons.MIGRATIONS,
    **bundles.MIGRATIONS,
    **postings.MIGRATIONS,
    **replacements.MIGRATIONS,
    **enquiries.MIGRATIONS,
    **seen_documents.MIGRATIONS,
    **jobs.MIGRATIONS,
}
_TRANSLATIONS = Path(__file__).parent / "translations"


def create_verifier(config: VerifierConfig, database: Database, fetcher: Fetcher) -> Verifier:
    """Put the role together, without HTTP."""
    anchors = parse_trust_anchors(config.trust_anchors.read_bytes())
    trust = TrustSource(fetcher, SnapshotStore(database), anchors, config.trust_max_age)
    cache = StatusListCache(database)
    statuses = StatusSource(fetcher, cache)
    collector = SourceCollector(
        trust, SnapshotStore(database), anchors, fetcher, cache, config.trust_max_age
    )
    record = Inspections(database)
    seen = SeenDocuments(database, config.secret_key)
    casework = Casework(
        Cases(database),
        Persons(database),
        Judge(trust, statuses, Bundles(database, collector), Postings(database, config.secret_key)),
        seen,
        config.verdict_retention,
    )
    signer = read_signer(config.keys_folder, "access")
    examiner = Examiner(trust, statuses, record, casework, signer)
    relying_party = RelyingParty(
        config.base_url,
        signer,
        Transactions(database),
        config.request_lifetime,
        examiner.examine,
        examiner.note_failure,
        examiner.create_receipt,
    )
    doubts = DoubtDesk(
        config.base_url, _address(config.national_institution), signer, trust, fetcher,
        Enquiries(database), seen, config.standing_max_age,
    )  # fmt: skip
    return Verifier(config, relying_party, record, trust, casework, Replacements(database), doubts)


def _address(setting: str | None) -> str | None:
    return setting.rstrip("/") if setting else None


def connect_verifier(config: VerifierConfig) -> Verifier:
    """Put the role together on its own database and network, for commands."""
    return create_verifier(config, connect(config.database_url), create_fetcher(config))


def create_app(
    config: VerifierConfig,
    database: Database | None = None,
    fetcher: Fetcher | None = None,
    clock: Callable[[], int] = read_clock,
) -> Flask:
    """Make the app; the only place that wires."""
    database = database or connect(config.database_url)
    verifier = create_verifier(config, database, fetcher or create_fetcher(config))
    settings = WebSettings(
        base_url=config.base_url,
        secret_key=config.secret_key,
        session_cookie=f"verifier-{config.base_url.rpartition(':')[2]}".replace("/", ""),
        service_name=_("Verifier"),
        translation_directories=(_TRANSLATIONS,),
        error_texts=ERROR_TEXTS,
        clock=clock,
    )
    app = create_web_app(__name__, settings, database)
    app.extensions["verifier"] = verifier
    store, sessions = PasskeyStore(database), ServerSessionStore(database)
    app.register_blueprint(create_passkey_blueprint(store, sessions, role=STAFF))
    app.register_blueprint(create_relying_party_blueprint(lambda: verifier.relying_party))
    app.register_blueprint(create_pages(verifier))
    app.register_blueprint(create_case_pages(verifier))
    app.register_blueprint(create_doubt_pages(verifier))
    app.register_blueprint(create_records(verifier))
    app.register_blueprint(create_intake(verifier))
    collector = verifier.casework.judge.bundles.collector
    app.register_blueprint(create_case_files(collector.anchors))
    app.register_blueprint(create_replacement_pages(verifier.desk, config.wallet_url))
    app.register_blueprint(create_replacement_endpoints(verifier.desk))
    app.register_blueprint(create_scan_blueprint(verifier, collector.refresh))
    app.register_blueprint(create_worker_health_blueprint(jobs.Reports(database)))
    app.register_blueprint(_create_statistics(verifier))
    app.jinja_env.filters["iso_day"] = format_iso_day
    return app


def _create_statistics(verifier: Verifier) -> Blueprint:
    return require_sign_in(create_statistics_blueprint(create_counting(verifier)))


def app_from_environ() -> Flask:
    """Make the app that the environment describes; print the first member of staff's link."""
    config = VerifierConfig.from_environ(os.environ)
    database = connect(config.database_url)
    link = create_first_invitation(PasskeyStore(database), config.base_url, read_clock())
    if link is not None:
        sys.stderr.write(f"Nobody can sign in yet. Set up the first member of staff: {link}\n")
    return create_app(config, database)


def migrate(environ: Mapping[str, str]) -> list[str]:
    """Bring the database up to date; return the names of what was applied."""
    config = VerifierConfig.from_environ(environ)
    return apply_migrations(connect(config.database_url), MIGRATIONS)


def create_fetcher(config: VerifierConfig) -> Fetcher:
    """Return what this verifier fetches with."""
    return Fetcher(FetchPolicy(allow_loopback=config.allow_loopback, ca_file=config.ca_file))
