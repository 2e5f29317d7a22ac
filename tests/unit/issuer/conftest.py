"""An institution with real keys on signed lists, and a listed wallet before it."""

from pathlib import Path

import pytest

from demo.people import citizens
from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD
from esspass.keys.certificates import create_signer
from esspass.storage import connect, migrate
from issuer import MIGRATIONS, IssuerConfig, create_app
from issuer.bearer import KeyedHash
from issuer.commands import import_records
from issuer.keys import IssuerKeys, derive_encryption_key
from issuer.services import create_services
from tests.builders.issuance import ISSUER, NOW, WalletDriver, WalletKit
from tests.builders.lists import create_world

SECRET = "a secret key of more than thirty-two characters"


def config(**changes):
    settings = {
        "base_url": ISSUER, "secret_key": SECRET, "database_url": "unused", "keys_folder": Path("unused"),
        "trust_anchors": Path("unused"), "institution_id": "LT:1000", "institution_name": "Example Social Insurance Fund",
        "country": "LT", "attestation_types": (PDA1_WEBUILD, PDA1_EUDI, EHIC), "sign_in": ("demo-eid",),
        "status_list_size": 1024, "institution_street": "Pavyzdžio g. 1", "institution_postcode": "LT-01100",
        "institution_town": "Vilnius", "four_eyes_risk": 0,
    }  # fmt: skip
    return IssuerConfig(**{**settings, **changes})


@pytest.fixture(scope="session")
def world():
    return create_world(NOW)


@pytest.fixture(scope="session")
def keys(world):
    body, access = world.bodies["fund"], world.bodies["access"]
    relying_party = create_signer(access.issuance, body.name, "LT", "access", NOW - 86400 * 300)
    encryption = derive_encryption_key(KeyedHash(SECRET))
    seal = create_signer(body.issuance, body.name, "LT", "seal", NOW - 86400 * 300)
    return IssuerKeys(body.attestation_signer, body.status_signer, relying_party, encryption, seal)


@pytest.fixture(scope="session")
def people():
    from datetime import UTC, datetime

    return {c.key: c for c in citizens(datetime.fromtimestamp(NOW, UTC).date())}


class Office:
    """One running institution: app, services, clock, register."""

    def __init__(self, database, world, keys, people, **settings):
        self.config = config(**settings)
        self.world, self.clock = world, [NOW]
        self.view = world.view()
        self.services = create_services(
            self.config, database, view=lambda _now: self.view, keys=keys
        )
        self.app = create_app(self.config, self.services, clock=lambda: self.clock[0])
        self.issuer = self.services.issuer
        registered = [(c.person, c.documents) for c in people.values()]
        self.ids = import_records(database, registered, NOW)
        self.records = {}
        for record_id in self.ids:
            record = self.issuer.records.get(record_id)
            key = next(key for key, c in people.items() if c.person.pin == record.person.pin)
            self.records[key, record.kind] = record_id

    def wallet(self, provider=None, **settings):
        provider = provider or self.world.bodies["wallet"].attestation_signer
        kit = WalletKit(provider, now=self.clock[0], **settings)
        return WalletDriver(self.app.test_client(), self.clock, kit)

    def offer(self, key="builder", kind="ehic", vct=EHIC, grant="pre-authorized", tx_code=False):
        """An open offer as its wallet reads it, and the transaction code."""
        made = self.issuer.create_offer(
            self.records[key, kind], vct, grant, tx_code=tx_code, now=self.clock[0]
        )
        path = f"/credential-offers/{made.id}"
        document = self.app.test_client().get(path, base_url=ISSUER).json
        return document, made.tx_code, made.id

    def ready(self, key="builder", kind="ehic", vct=EHIC, **settings):
        """A wallet with an access token for one document."""
        wallet = self.wallet(**settings)
        response = wallet.redeem(self.offer(key, kind, vct)[0])
        assert response.status_code == 200, response.text
        return wallet


def identity_of(person):
    return {
        "family_name": person.surnames, "given_name": person.forenames,
        "birthdate": person.date_of_birth.isoformat(), "personal_administrative_number": person.pin,
    }  # fmt: skip


@pytest.fixture
def sqlite_database(tmp_path):
    database = connect(str(tmp_path / "issuer.db"))
    migrate(database, MIGRATIONS)
    yield database
    database.close()


@pytest.fixture
def issuer_database(database):
    """Migrated, on every kind of database."""
    migrate(database, MIGRATIONS)
    return database


@pytest.fixture
def office(sqlite_database, world, keys, people):
    return Office(sqlite_database, world, keys, people)


@pytest.fixture
def make_office(sqlite_database, world, keys, people):
    """As ``office``, with other settings."""
    return lambda **settings: Office(sqlite_database, world, keys, people, **settings)


@pytest.fixture
def portable_office(issuer_database, world, keys, people):
    """As ``office``, on every kind of database."""
    return Office(issuer_database, world, keys, people)
