"""Putting the wallet together: the only place that knows every part of its kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esspass.errors import MalformedError
from esspass.fetch import Fetcher, FetchPolicy
from esspass.inspection import StatusSource
from esspass.keys.files import read_signer
from esspass.statuslist import StatusListCache
from esspass.storage import Database, connect
from esspass.trust import SnapshotStore, TrustSource, parse_trust_anchors
from wallet.access import AccessDesk
from wallet.aftercare import Aftercare
from wallet.config import WalletConfig
from wallet.consent import Choice
from wallet.credentials import Credentials
from wallet.deferred import DeferredCredentials
from wallet.history import History
from wallet.holders import Holders
from wallet.issuance import Issuance
from wallet.keys import Holder, HolderKeys
from wallet.notices import Notices
from wallet.pending import Pending
from wallet.pictures import Pictures, create_picture_fetcher
from wallet.presentation import Presentation
from wallet.provider import WalletProvider
from wallet.receiving import Receiver
from wallet.replacing import Replacing
from wallet.sealing import SealingKey, read_sealing_key
from wallet.service import Inspector, Wallet
from wallet.showing import Showing
from wallet.sign_in import HeadlessSignIn

CALLBACK_PATH = "/offer/callback"
PATIENCE = 25.0  # seconds: an institution may have to draw and seal a paper first


@dataclass(frozen=True, slots=True)
class _Stores:
    database: Database
    server_key: SealingKey

    def create_wallet(self, config: WalletConfig) -> Wallet:
        """Give every part its collaborators."""
        fetcher = Fetcher(FetchPolicy(config.allow_loopback, config.ca_file, PATIENCE))
        keys = HolderKeys(self.database, self.server_key)
        credentials = Credentials(self.database, self.server_key)
        deferred = DeferredCredentials(self.database, self.server_key)
        history = History(self.database, self.server_key)
        inspector = self._create_inspector(config, fetcher)
        pictures = Pictures(self.database, self.server_key, create_picture_fetcher(fetcher.policy))
        receiver = Receiver(keys, credentials, history, inspector.inspect, pictures)
        provider = WalletProvider(read_signer(config.keys_folder, "provider"), config.base_url)
        desk = AccessDesk(fetcher, provider, config.base_url + CALLBACK_PATH)
        return Wallet(
            base_url=config.base_url,
            inspector=inspector,
            holders=Holders(self.database),
            keys=keys,
            credentials=credentials,
            history=history,
            deferred=deferred,
            pending=Pending(self.database, self.server_key),
            pictures=pictures,
            issuance=Issuance(desk, keys, deferred, receiver, config.copies),
            presentation=Presentation(fetcher, keys, credentials, history),
            showing=Showing(keys, credentials, history),
            replacing=Replacing(fetcher, keys, credentials, history),
            aftercare=Aftercare(desk, credentials, Notices(self.database, self.server_key)),
        )

    def _create_inspector(self, config: WalletConfig, fetcher: Fetcher) -> Inspector:
        try:
            anchors = parse_trust_anchors(config.trust_anchors.read_bytes())
        except OSError as error:
            raise MalformedError("the trust anchors cannot be read", code="bad_setting") from error
        store = SnapshotStore(self.database)
        trust = TrustSource(fetcher, store, anchors, config.trust_max_age)
        return Inspector(trust, StatusSource(fetcher, StatusListCache(self.database)))


def create_sign_in(
    wallet: Wallet, holder: Holder, fields: Mapping[str, str], now: int
) -> HeadlessSignIn:
    """Make the ``authorize`` of ``Wallet.accept_offer`` for a headless holder.

    ``fields`` fill the demonstration identity's form; without any, the holder's PID is presented.
    """

    def present(uri: str) -> str | None:
        return wallet.present(holder, uri, lambda _asked: Choice(), now).redirect_uri

    desk = wallet.issuance.desk
    web_wallet = f"{wallet.base_url}/present"
    return HeadlessSignIn(desk.fetcher, desk.redirect_uri, web_wallet, fields, present)


def create_wallet(config: WalletConfig, database: Database | None = None) -> Wallet:
    """Open the wallet of a deployment. Raises MalformedError for missing keys or anchors."""
    database = database or connect(config.database_url)
    return _Stores(database, read_sealing_key(config.keys_folder)).create_wallet(config)
