"""Institutions that exchange messages: real keys in a signed directory, real HTTP between them."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from esspass.exchange.case_type import case_types
from esspass.jose.jwe import create_encryption_key
from esspass.keys.certificates import create_signer
from esspass.storage import connect, migrate
from esspass.trust import Institution
from esspass.trust.exchange_entry import ROLES
from issuer import MIGRATIONS, IssuerConfig, create_app
from issuer.exchange.office import create_access_point
from issuer.keys import IssuerKeys
from issuer.services import create_services
from issuer.work import create_worker
from tests.builders.lists import DAY, NOW, create_body, create_world
from tests.simulators.server import LoopbackServer

LT, EL, RO = "LT:1000", "EL:2000", "RO:3000"
COUNTRIES = {"LT": "LT", "EL": "GR", "RO": "RO"}
ALL_COMPETENCES = tuple((kind.id, role) for kind in case_types() for role in ROLES)


def create_keys(body, now=NOW):
    signers = {
        role: create_signer(body.issuance, body.name, body.country, role, now - 300 * DAY)
        for role in ("access", "seal", "exchange")
    }
    return IssuerKeys(
        body.attestation_signer, body.status_signer, signers["access"], create_encryption_key(),
        signers["seal"], signers["exchange"], create_encryption_key(),
    )  # fmt: skip


def create_config(institution_id, base_url, **changes):
    settings = {
        "base_url": base_url, "secret_key": "a secret key of more than thirty-two characters",
        "database_url": "unused", "keys_folder": Path("unused"), "trust_anchors": Path("unused"),
        "institution_id": institution_id, "institution_name": f"Fund {institution_id}",
        "country": COUNTRIES[institution_id[:2]], "sign_in": ("demo-eid",), "allow_loopback": True,
        "status_list_size": 1024,
    }  # fmt: skip
    return IssuerConfig(**{**settings, **changes})


@dataclass
class Partner:
    """One institution; ``pump`` does what its worker does, once."""

    id: str
    services: object
    app: object
    partners: object

    @property
    def desk(self):
        return self.services.desk

    @property
    def now(self):
        return self.partners.clock[0]

    def pump(self):
        worker = create_worker(self.services)
        done = worker.run_due(self.now)
        assert not worker.broken, worker.broken
        return done

    def start(self, case_type, sed, content, *receivers, **settings):
        return self.desk.start(case_type, receivers, sed, content, self.now, **settings)

    def send(self, case_id, sed, content, **settings):
        return self.desk.send(case_id, sed, content, self.now, **settings)

    def messages(self, case_id):
        return [each.message.sed for each in self.desk.view(case_id).messages]


class Partners:
    """Several institutions, by id; they share a clock and a directory."""

    def __init__(self, databases, competences=ALL_COMPETENCES, settings=None):
        self.settings = settings or {}
        self.clock, self.world, self.members = [NOW], create_world(NOW), {}
        self.bodies, self.servers, self.keys = {}, {}, {}
        for institution_id in databases:
            country = COUNTRIES[institution_id[:2]]
            body = create_body(f"Fund {institution_id}", country, institution_id)
            self.bodies[institution_id], self.keys[institution_id] = body, create_keys(body)
            self.servers[institution_id] = LoopbackServer()
            self.list(institution_id, competences)
        self.publish()
        for institution_id, database in databases.items():
            self._open(institution_id, database)

    def list(self, institution_id, competences=ALL_COMPETENCES, **changes):
        """Say in the next directory what an institution takes part in."""
        url, keys = self.servers[institution_id].url, self.keys[institution_id]
        entry = create_access_point(url, keys, "mailto:x@x.example", competences, NOW - DAY)
        body = self.bodies[institution_id]
        listed = Institution(
            institution_id, body.name, body.country, (), exchange=replace(entry, **changes)
        )
        others = [i for i in self.world.institutions if i.institution_id != institution_id]
        self.world.institutions = [*others, listed]

    def publish(self):
        self.world.publish(self.clock[0] - DAY)
        self.view = self.world.view(self.clock[0])

    def _open(self, institution_id, database):
        migrate(database, MIGRATIONS)
        own = self.settings.get(institution_id, {})
        config = create_config(institution_id, self.servers[institution_id].url, **own)
        services = create_services(
            config, database, view=lambda _now: self.view, keys=self.keys[institution_id]
        )
        app = create_app(config, services, clock=lambda: self.clock[0])
        self.members[institution_id] = Partner(institution_id, services, app, self)

    def __getitem__(self, institution_id):
        return self.members[institution_id]

    @contextmanager
    def serving(self, *institution_ids):
        """Answer HTTP for these institutions (all, if none is named)."""
        with ExitStack() as stack:
            for institution_id in institution_ids or self.members:
                app = self.members[institution_id].app
                stack.enter_context(self.servers[institution_id].serving(app))
            yield self

    def settle(self, rounds=20):
        """Let every worker work until there is nothing to do; time passes as it must."""
        for _ in range(rounds):
            if not sum(member.pump() for member in self.members.values()):
                return
            self.clock[0] += 1


@contextmanager
def running_partners(folder, *institution_ids, settings=None):
    """Partners on databases of their own in ``folder``, all answering."""
    databases = {
        each: connect(str(Path(folder) / f"{each.replace(':', '')}.db"))
        for each in institution_ids or (LT, EL)
    }
    try:
        with Partners(databases, settings=settings).serving() as partners:
            yield partners
    finally:
        for database in databases.values():
            database.close()
