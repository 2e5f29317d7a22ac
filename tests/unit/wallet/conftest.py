"""A wallet with real HTTP to a simulated issuer and a simulated verifier, in a listed world."""

import time

import pytest

from demo.people import citizens
from esspass.attestations import EHIC, PDA1_WEBUILD, PID
from esspass.fetch import Fetcher, FetchPolicy
from esspass.inspection import StatusSource
from esspass.openid4vp import transactions
from esspass.statuslist import StatusListCache
from esspass.storage import connect, migrate
from tests.builders.holders import SERVER_KEY
from tests.simulators.issuer import SimulatedIssuer, today
from tests.simulators.server import LoopbackServer
from tests.simulators.verifier import SimulatedVerifier
from tests.simulators.world import TodaysWorld
from wallet.access import AccessDesk
from wallet.credentials import Credentials
from wallet.deferred import DeferredCredentials
from wallet.history import History
from wallet.holders import Holders
from wallet.issuance import Issuance
from wallet.keys import HolderKeys
from wallet.pending import Pending
from wallet.pictures import Pictures, create_picture_fetcher
from wallet.presentation import Presentation
from wallet.provider import WalletProvider
from wallet.receiving import Receiver
from wallet.schema import ALL_MIGRATIONS
from wallet.service import Inspector, Wallet

WALLET_URL = "http://localhost:8199"


@pytest.fixture(scope="session")
def world():
    return TodaysWorld()


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
        Presentation(fetcher, keys, credentials, history),
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
