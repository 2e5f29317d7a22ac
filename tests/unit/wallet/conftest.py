"""A wallet with real HTTP to a simulated issuer and a simulated verifier, in a listed world."""

import time

import pytest

import wallet as wallet_app
from demo.people import citizens
from esspass.attestations import EHIC, PDA1_WEBUILD, PID
from esspass.fetch import Fetcher, FetchPolicy
from esspass.inspection import StatusSource
from esspass.openid4vp import transactions
from esspass.statuslist import StatusListCache
from esspass.storage import connect, migrate
from esspass.trust import read_rules
from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User
from tests.builders.holders import SERVER_KEY
from tests.simulators.issuer import SimulatedIssuer, today
from tests.simulators.server import LoopbackServer
from tests.simulators.verifier import SimulatedVerifier
from tests.simulators.world import TodaysWorld
from wallet.access import AccessDesk
from wallet.aftercare import Aftercare
from wallet.config import WalletConfig
from wallet.credentials import Credentials
from wallet.deferred import DeferredCredentials
from wallet.history import History
from wallet.holders import Holders
from wallet.issuance import Issuance
from wallet.keys import HolderKeys
from wallet.notices import Notices
from wallet.pages.access import open_keys
from wallet.pending import Pending
from wallet.pictures import Pictures, create_picture_fetcher
from wallet.presentation import Presentation
from wallet.provider import WalletProvider
from wallet.receiving import Receiver
from wallet.replacing import Replacing
from wallet.schema import ALL_MIGRATIONS
from wallet.service import Inspector, Wallet
from wallet.showing import Showing

WALLET_URL = "http://localhost:8199"
PRF = bytes(range(32))


@pytest.fixture(scope="session")
def world():
    made = TodaysWorld()
    made.lists.rules = read_rules()
    return made


@pytest.fixture
def now():
    return int(time.time())


@pytest.fixture
def wallet_database(tmp_path):
    database = connect(str(tmp_path / "wallet.db"))
    migrate(database, ALL_MIGRATIONS)
    yield database
    database.close()


def create_test_wallet(world, database, provider=None, copies=3):
    fetcher = Fetcher(FetchPolicy(allow_loopback=True, timeout=5.0))
    keys = HolderKeys(database, SERVER_KEY)
    credentials = Credentials(database, SERVER_KEY)
    deferred = DeferredCredentials(database, SERVER_KEY)
    history = History(database, SERVER_KEY)
    inspector = Inspector(world, StatusSource(fetcher, StatusListCache(database)))
    signer = provider or world.wallet.attestation_signer
    desk = AccessDesk(fetcher, WalletProvider(signer, WALLET_URL), f"{WALLET_URL}/offer/callback")
    pictures = Pictures(database, SERVER_KEY, create_picture_fetcher(fetcher.policy))
    receiver = Receiver(keys, credentials, history, inspector.inspect, pictures)
    return Wallet(
        WALLET_URL, inspector, Holders(database), keys, credentials, history, deferred,
        Pending(database, SERVER_KEY), pictures, Issuance(desk, keys, deferred, receiver, copies),
        Presentation(fetcher, keys, credentials, history), Showing(keys, credentials, history),
        Aftercare(desk, credentials, Notices(database, SERVER_KEY)),
        Replacing(fetcher, keys, credentials, history),
    )  # fmt: skip


@pytest.fixture
def wallet(world, wallet_database):
    return create_test_wallet(world, wallet_database)


@pytest.fixture
def holder(wallet, now):
    return wallet.open_holder("builder", now)


@pytest.fixture(scope="session")
def builder():
    return next(each for each in citizens(today()) if each.key == "builder")


@pytest.fixture
def issuer(world, builder):
    server = LoopbackServer()
    documents = {"a1": (PDA1_WEBUILD, builder.documents[0]), "ehic": (EHIC, builder.documents[1])}
    simulated = SimulatedIssuer(world, server.url, world.fund, documents)
    with server.serving(simulated.app):
        yield simulated


@pytest.fixture
def identity_issuer(world, builder):
    server = LoopbackServer()
    simulated = SimulatedIssuer(world, server.url, world.identity, {"pid": (PID, builder.pid)})
    with server.serving(simulated.app):
        yield simulated


@pytest.fixture
def verifier(world, tmp_path):
    server = LoopbackServer()
    database = connect(str(tmp_path / "verifier.db"))
    migrate(database, transactions.MIGRATIONS)
    simulated = SimulatedVerifier(world, server.url, database)
    with server.serving(simulated.app):
        yield simulated
    database.close()


@pytest.fixture
def app(wallet, wallet_database, tmp_path):
    config = WalletConfig(
        WALLET_URL,
        "a secret key of enough length, really",
        str(tmp_path / "wallet.db"),
        tmp_path,
        tmp_path,
    )
    return wallet_app.create_app(config, wallet, wallet_database)


class Browser:
    """A signed-in citizen's browser that keeps to the forms on the pages."""

    def __init__(self, app, database, wallet, now, user_id="citizen", prf=PRF):
        self.database, self.user_id = database, user_id
        self.client = app.test_client()
        PasskeyStore(database).add_user(User(user_id, "citizen", "Jonas", "salt"), now)
        wallet.holders.add(user_id, "Jonas", now)
        secret = open_keys(wallet.keys, user_id, prf, now)
        token = ServerSessionStore(database).create(user_id, now=now, lifetime=3600, secret=secret)
        with self.client.session_transaction(base_url=WALLET_URL) as session:
            session["session"] = token
            session["csrf"] = "csrf-secret"

    def get(self, path, status=200, **headers):
        answer = self.client.get(path, base_url=WALLET_URL, follow_redirects=True, headers=headers)
        assert answer.status_code == status, answer.text
        return answer

    def post(self, path, status=200, follow=True, **fields):
        answer = self.client.post(
            path, base_url=WALLET_URL, data={"csrf_token": "csrf-secret", **fields},
            follow_redirects=follow,
        )  # fmt: skip
        assert answer.status_code == status, answer.text
        return answer

    def open(self, where, uri, **more):
        """Open an entry link; return the page's own address."""
        answer = self.get(f"/{where}?{uri.partition('?')[2]}", **more)
        return answer.request.path, answer.text

    def age_sign_in(self, seconds):
        self.database.execute(
            "UPDATE web_sessions SET created_at = created_at - :seconds", seconds=seconds
        )


@pytest.fixture
def browser(app, wallet_database, wallet, now):
    return Browser(app, wallet_database, wallet, now)
