"""The exchange of one institution, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from esspass.errors import MalformedError
from esspass.fetch import Fetcher
from esspass.storage import Database
from esspass.trust import Competence, ExchangeEntry, TrustView
from issuer.bearer import KeyedHash
from issuer.config import IssuerConfig
from issuer.exchange import (
    cases,
    deadlines,
    drafts,
    log,
    outbox,
    participants,
    reactions,
    refusals,
    tasks,
)
from issuer.exchange import gateway as gateway_module
from issuer.exchange import quota as quota_module
from issuer.exchange.cases import Cases
from issuer.exchange.courier import Courier
from issuer.exchange.deadlines import Deadlines
from issuer.exchange.desk import Desk
from issuer.exchange.gateway import Gateway
from issuer.exchange.inbox import Inbox
from issuer.exchange.keeping import Keeper
from issuer.exchange.log import Log
from issuer.exchange.outbox import Outbox
from issuer.exchange.participants import Participants
from issuer.exchange.quota import Quota
from issuer.exchange.reactions import Reactions
from issuer.exchange.tasks import Tasks
from issuer.keys import IssuerKeys

MIGRATIONS = {
    **cases.MIGRATIONS,
    **log.MIGRATIONS,
    **drafts.MIGRATIONS,
    **outbox.MIGRATIONS,
    **deadlines.MIGRATIONS,
    **tasks.MIGRATIONS,
    **reactions.MIGRATIONS,
    **refusals.MIGRATIONS,
    **quota_module.MIGRATIONS,
    **participants.MIGRATIONS,
    **gateway_module.MIGRATIONS,
}
_DELIVERY_SECONDS = 15.0


def create_desk(
    config: IssuerConfig,
    database: Database,
    keys: IssuerKeys,
    view: Callable[[int], TrustView],
    fetcher: Fetcher,
) -> Desk:
    """Put the desk together; without an exchange key it refuses to send and to receive."""
    keeper = create_keeper(database, config.exchange_retry)
    me, signer, key = config.institution_id, keys.exchange, keys.exchange_encryption
    patient = Fetcher(replace(fetcher.policy, timeout=_DELIVERY_SECONDS))
    quota = Quota(
        database, KeyedHash(config.secret_key), config.entitlement_requests_per_partner,
        config.entitlement_requests_per_person,
    )  # fmt: skip
    box = Inbox(me, signer, key, view, keeper, quota) if signer and key else None
    folder = config.as4_folder
    gateway = Gateway(me, folder, view, keeper, box) if folder and box else None
    return Desk(
        me, signer, view, keeper, Courier(me, view, patient, keeper, gateway), box,
        Participants(me, database, view, keeper),
    )  # fmt: skip


def create_access_point(
    base_url: str,
    keys: IssuerKeys,
    contact: str,
    competences: Sequence[tuple[str, str]],
    now: int,
) -> ExchangeEntry:
    """Describe the institution for the directory; ``competences`` are case types and roles.

    Raises MalformedError when it has no exchange key.
    """
    signer, key = keys.exchange, keys.exchange_encryption
    if signer is None or key is None:
        raise MalformedError("this institution has no exchange key", code="no_exchange_key")
    return ExchangeEntry(
        f"{base_url}/exchange/messages", key.public_jwk(), signer.certificates[:1], contact,
        tuple(Competence(case_type, role, True, now) for case_type, role in competences),
    )  # fmt: skip


def create_keeper(database: Database, pause: int = 5) -> Keeper:
    """Put the stores together."""
    todo = Tasks(database)
    copies, messages = Cases(database), Log(database)
    return Keeper(
        database, copies, messages, Outbox(database, pause), Deadlines(database, todo), todo,
        Reactions(database, copies, messages, todo),
    )  # fmt: skip
