"""The issuer's services, put together from settings, keys and a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from cryptography import x509
from flask import current_app

from esspass.documents import Seal
from esspass.errors import MalformedError
from esspass.fetch import Fetcher, FetchPolicy
from esspass.inspection.status import StatusSource
from esspass.openid4vp import transactions
from esspass.statuslist import MIGRATIONS as STATUS_CACHE_MIGRATIONS
from esspass.statuslist import StatusListCache
from esspass.storage import Database
from esspass.trust import MIGRATIONS as TRUST_MIGRATIONS
from esspass.trust import (
    SnapshotStore,
    TrustSource,
    TrustView,
    decide_wallet_provider,
    parse_trust_anchors,
)
from esspass.web import jobs, passkeys
from issuer import (
    access_log,
    api,
    authorization_requests,
    credentials,
    entitlements,
    four_eyes,
    grants,
    history,
    loading,
    mailbox,
    offers,
    record_tables,
    renewals,
    replacements,
    search,
    sign_in_staff,
)
from issuer import replays as replays_module
from issuer import staff as staff_module
from issuer import status_lists as status_lists_module
from issuer.access_log import AccessLog
from issuer.amendments import Amendments
from issuer.api import ApiDesk
from issuer.api.answers import Answers
from issuer.api.begun import BegunApplications
from issuer.api.clients import ApiClients
from issuer.applications import Applications
from issuer.authorization import AuthorizationServer
from issuer.authorization_requests import AuthorizationRequests
from issuer.bearer import KeyedHash
from issuer.config import IssuerConfig
from issuer.credentials import Credentials
from issuer.entitlements import Entitlements
from issuer.exchange import doubting
from issuer.exchange import joined as joined_module
from issuer.exchange import office as exchange_office
from issuer.exchange.desk import Desk
from issuer.exchange.doubt_office import DoubtOffice
from issuer.exchange.drafting import DraftOffice
from issuer.exchange.drafts import Drafts
from issuer.exchange.joined import Decided, Joined, create_joined
from issuer.filing import applicants, corrections, enquiries, tables
from issuer.filing.desk import FilingDesk
from issuer.filing.services import (
    create_filing_desk,
    create_mailbox_push,
)
from issuer.four_eyes import FourEyes
from issuer.grants import Grants
from issuer.history import History
from issuer.housekeeping import Housekeeping
from issuer.issuance import CredentialIssuer
from issuer.keys import IssuerKeys, read_keys
from issuer.loading import LoadingOffice, Loads, Office, RecordSource, Register, column_mappings
from issuer.mailbox import MailboxPush
from issuer.nonces import Nonces
from issuer.notices import Notices
from issuer.offers import Offers
from issuer.paper import PaperOffice
from issuer.proving import Prover
from issuer.publication import Publication
from issuer.records import Records
from issuer.renewals import Renewals
from issuer.replacements import Replacements
from issuer.replacing import ReplacementOffice, create_certificate_maker
from issuer.replays import Replays
from issuer.second_looks import SecondLooks
from issuer.service import Issuer
from issuer.staff import Staff
from issuer.status_lists import StatusLists
from issuer.tokens import TokenIssuer

MIGRATIONS = {
    **record_tables.MIGRATIONS,
    **search.MIGRATIONS,
    **history.MIGRATIONS,
    **offers.MIGRATIONS,
    **authorization_requests.MIGRATIONS,
    **grants.MIGRATIONS,
    **credentials.MIGRATIONS,
    **status_lists_module.MIGRATIONS,
    **replays_module.MIGRATIONS,
    **entitlements.MIGRATIONS,
    **renewals.MIGRATIONS,
    **replacements.MIGRATIONS,
    **loading.MIGRATIONS,
    **api.MIGRATIONS,
    **tables.MIGRATIONS,
    **applicants.MIGRATIONS,
    **corrections.MIGRATIONS,
    **enquiries.MIGRATIONS,
    **mailbox.MIGRATIONS,
    **transactions.MIGRATIONS,
    **TRUST_MIGRATIONS,
    **STATUS_CACHE_MIGRATIONS,
    **passkeys.MIGRATIONS,
    **exchange_office.MIGRATIONS,
    **joined_module.MIGRATIONS,
    **staff_module.MIGRATIONS,
    **access_log.MIGRATIONS,
    **four_eyes.MIGRATIONS,
    **sign_in_staff.MIGRATIONS,
    **doubting.MIGRATIONS,
    **jobs.MIGRATIONS,
}
View = Callable[[int], TrustView]
_DELIVERY_TIMEOUT = 5.0  # a citizen waits for it


@dataclass(frozen=True)
class Services:
    """Everything the endpoints and pages call."""

    config: IssuerConfig
    keys: IssuerKeys
    database: Database
    view: View
    fetcher: Fetcher
    nonces: Nonces
    prover: Prover
    authorization: AuthorizationServer
    tokens: TokenIssuer
    issuance: CredentialIssuer
    publication: Publication
    issuer: Issuer
    housekeeping: Housekeeping
    paper: PaperOffice
    notices: Notices
    replacing: ReplacementOffice | None
    filing: FilingDesk
    mailbox_push: MailboxPush
    desk: Desk
    joined: Joined
    loading: LoadingOffice
    source: RecordSource | None
    api: ApiDesk
    doubts: DoubtOffice

    @property
    def staff(self) -> Staff:
        """Who works here, in which role."""
        return Staff(self.database)

    @property
    def access_log(self) -> AccessLog:
        """Who of the staff saw what."""
        return AccessLog(self.database)

    def forget_accesses(self, now: int) -> int:
        """Drop what the logs of staff and programs need not keep any longer; return how much."""
        before = now - self.config.access_log_days * 86400
        return self.access_log.purge(before) + self.api.accesses.purge(before)

    @property
    def drafts(self) -> DraftOffice:
        """Messages that clerks are writing, and their way out."""
        return DraftOffice(Drafts(self.database), self.desk, self.config.exchange_approval)

    @property
    def second_looks(self) -> SecondLooks:
        """Grants and withdrawals as staff make them."""
        return SecondLooks(self.issuer, self.issuer.four_eyes)


@dataclass(frozen=True)
class _Stores:
    """The repositories, made once."""

    records: Records
    history: History
    offers: Offers
    requests: AuthorizationRequests
    grants: Grants
    credentials: Credentials
    status_lists: StatusLists
    replays: Replays
    entitlements: Entitlements
    replacements: Replacements
    keyed: KeyedHash
    four_eyes_risk: int

    @property
    def housekeeping(self) -> Housekeeping:
        return Housekeeping(
            self.replays, self.requests, self.offers, self.grants, self.credentials,
            self.replacements, Loads(self.records.database), ApiClients(self.records.database),
            Answers(self.records.database, self.keyed),
            BegunApplications(self.records.database),
        )  # fmt: skip

    @property
    def applications(self) -> Applications:
        return Applications(self.records, self.status_lists, self.history)

    @property
    def renewals(self) -> Renewals:
        return Renewals(
            self.records.database, self.records, self.entitlements, self.history, self.four_eyes
        )

    @property
    def four_eyes(self) -> FourEyes:
        return FourEyes(self.records, self.credentials, self.history, self.four_eyes_risk)


def services() -> Services:
    """Return the services of the current app."""
    return cast("Services", current_app.extensions["issuer"])


def create_view(config: IssuerConfig, database: Database, fetcher: Fetcher) -> View:
    """Read the pinned trust anchors and return the source of trust views. Raises MalformedError."""
    try:
        text = config.trust_anchors.read_bytes()
    except OSError as error:
        raise MalformedError("the trust anchors cannot be read", code="bad_setting") from error
    anchors = parse_trust_anchors(text)
    return TrustSource(fetcher, SnapshotStore(database), anchors, config.trust_max_age).view


def create_services(
    config: IssuerConfig,
    database: Database,
    *,
    view: View | None = None,
    keys: IssuerKeys | None = None,
) -> Services:
    """Put the services together; ``view`` and ``keys`` replace those the settings name.

    Raises MalformedError, also when the keys are not distinct.
    """
    keyed = KeyedHash(config.secret_key)
    keys = keys or read_keys(config.keys_folder, keyed)
    fetcher = Fetcher(FetchPolicy(allow_loopback=config.allow_loopback, ca_file=config.ca_file))
    chosen = view or create_view(config, database, fetcher)
    stores = _create_stores(config, database, keyed)
    nonces = Nonces(keyed, config.nonce_lifetime)
    prover = _create_prover(config, stores, nonces, chosen)
    publication = Publication(config, keys, stores.status_lists)
    issuance = _create_issuance(publication, prover, nonces, stores)
    paper = PaperOffice(issuance, Seal(keys.seal) if keys.seal else None)
    issuer = _create_issuer(config, stores, issuance)
    desk = exchange_office.create_desk(config, database, keys, chosen, fetcher)
    filing = create_filing_desk(config, issuer)
    return Services(
        config, keys, database, chosen, fetcher, nonces, prover,
        _create_authorization(publication, prover, stores),
        _create_tokens(config, prover, stores),
        issuance, publication, issuer, stores.housekeeping, paper,
        Notices(stores.grants, stores.records, stores.history, stores.renewals, issuer),
        _create_replacing(config, chosen, stores, paper, fetcher),
        filing, create_mailbox_push(config, keys.access, fetcher, paper),
        desk,
        _create_joined(config, desk, stores, paper, chosen, fetcher, filing),
        _create_loading(config, stores), _create_source(config, fetcher),
        ApiDesk.on(database, keyed),
        doubting.create_doubt_office(config, keys, chosen, stores.records, desk),
    )  # fmt: skip


def _create_tokens(config: IssuerConfig, prover: Prover, stores: _Stores) -> TokenIssuer:
    return TokenIssuer(
        prover, stores.grants, stores.offers, stores.history, stores.housekeeping,
        config.access_token_lifetime, config.refresh_token_lifetime,
    )  # fmt: skip


def _create_loading(config: IssuerConfig, stores: _Stores) -> LoadingOffice:
    folder = Path(config.mappings_folder) if config.mappings_folder else None
    register = Register(
        stores.records, stores.history, stores.entitlements, stores.four_eyes, config.base_url,
        config.attestation_types,
    )  # fmt: skip
    office = Office(config.institution)
    return LoadingOffice(Loads(stores.records.database), register, column_mappings(folder), office)


def _create_source(config: IssuerConfig, fetcher: Fetcher) -> RecordSource | None:
    if config.records_url is None:
        return None
    return RecordSource(fetcher, config.records_url, config.records_token or "")


def _create_authorization(
    publication: Publication, prover: Prover, stores: _Stores
) -> AuthorizationServer:
    return AuthorizationServer(
        publication.config.base_url, publication.configurations, prover, stores.requests,
        stores.grants, stores.offers, stores.records, stores.history, stores.housekeeping,
    )  # fmt: skip


def _create_issuer(config: IssuerConfig, stores: _Stores, issuance: CredentialIssuer) -> Issuer:
    return Issuer(
        config, stores.records, stores.offers, stores.credentials, stores.status_lists,
        stores.history, issuance, stores.applications, stores.entitlements, stores.renewals,
        stores.four_eyes, Amendments(stores.records, stores.status_lists, stores.history),
    )  # fmt: skip


def _create_issuance(
    publication: Publication, prover: Prover, nonces: Nonces, stores: _Stores
) -> CredentialIssuer:
    config = publication.config
    return CredentialIssuer(
        config.base_url, publication.configurations, publication.keys.attestation, prover, nonces,
        stores.replays, stores.grants, stores.records, stores.credentials, stores.status_lists,
        stores.history, config.validity_days, config.batch_size, config.deferred_interval,
        config.require_key_attestation,
    )  # fmt: skip


def _create_replacing(
    config: IssuerConfig, view: View, stores: _Stores, paper: PaperOffice, fetcher: Fetcher
) -> ReplacementOffice | None:
    """An institution without a seal gives no certificates."""
    if paper.seal is None:
        return None
    statuses = StatusSource(fetcher, StatusListCache(stores.records.database))
    policy = replace(fetcher.policy, timeout=_DELIVERY_TIMEOUT)
    return ReplacementOffice(
        config.base_url, view, statuses, stores.records, stores.replacements, stores.history,
        create_certificate_maker(paper, config.country), Fetcher(policy),
    )  # fmt: skip


def _create_joined(
    config: IssuerConfig, desk: Desk, stores: _Stores, paper: PaperOffice, view: View,
    fetcher: Fetcher, filing: FilingDesk,
) -> Joined:  # fmt: skip
    statuses = StatusSource(fetcher, StatusListCache(stores.records.database))
    decided = Decided(stores.records, stores.history, paper, filing.letters.tell)
    return create_joined(config.country, desk, decided, view, statuses)


def _create_stores(config: IssuerConfig, database: Database, keyed: KeyedHash) -> _Stores:
    return _Stores(
        Records(database),
        History(database),
        Offers(database, keyed),
        AuthorizationRequests(database),
        Grants(database),
        Credentials(database),
        StatusLists(database, config.status_list_size, config.status_bits),
        Replays(database),
        Entitlements(database),
        Replacements(database),
        keyed,
        config.four_eyes_risk,
    )


def _create_prover(config: IssuerConfig, stores: _Stores, nonces: Nonces, view: View) -> Prover:
    def decide_wallet(chain: Sequence[x509.Certificate], now: int) -> object:
        return decide_wallet_provider(view(now), chain, now)

    return Prover(
        config.base_url,
        decide_wallet,
        stores.replays,
        nonces,
        stores.grants,
        config.require_dpop_nonce,
        config.require_attestation_challenge,
        config.attestation_max_age,
    )
