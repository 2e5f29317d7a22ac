"""Two processes of one app on one database, PostgreSQL too: decisions are made once, state stays."""

import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

import issuer
from demo.actors import Cast
from demo.processes import free_ports, running
from demo.world import SERVICES, create_world
from esspass.attestations import EHIC
from esspass.errors import EsspassError
from esspass.storage import connect
from issuer.commands import import_decisions

NEEDED = ("lists", "issuer-lt")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        yield str(tmp_path / "issuer.db")
        return
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        pytest.skip("TEST_POSTGRES_URL is not set (scripts/test-tools sets it)")
    schema = f"test_{uuid.uuid4().hex}"
    admin = connect(url)
    admin.execute(f"CREATE SCHEMA {schema}")
    yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
    admin.execute(f"DROP SCHEMA {schema} CASCADE")
    admin.close()


@pytest.fixture
def busy_world(tmp_path, database_url, monkeypatch):
    world = create_world(
        tmp_path / "world", free_ports(len(SERVICES)), int(time.time()), pace="quick"
    )
    service = world.service("issuer-lt")
    environ = {**service.environ, "ISSUER_DATABASE_URL": database_url}
    moved = replace(service, environ=environ, workers=2)
    ordinary = type(world).service

    def service_of(self, name):
        return moved if name == "issuer-lt" else ordinary(self, name)

    monkeypatch.setattr(type(world), "service", service_of)
    issuer.migrate(environ)
    cast = Cast(world)
    people = [(c.person, c.documents) for c in cast.citizens.values()]
    import_decisions(environ, people, int(time.time()))
    with running([world.service(name) for name in NEEDED], world.fetcher()) as processes:
        yield cast, processes


def test_a_code_is_redeemed_once_by_two_processes(busy_world):
    cast, processes = busy_world
    owner = cast.owner("pensioner")
    offer = cast.office("issuer-lt").offer(
        owner.citizen, EHIC, "ehic", "pre-authorized", tx_code=False
    )

    def take(_):
        try:
            return owner.accept(offer.uri).credential_ids
        except EsspassError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(take, range(6)))
    assert len([o for o in outcomes if isinstance(o, tuple) and o]) == 1, outcomes
    processes["issuer-lt"].kill()
    processes["issuer-lt"].start()
    processes["issuer-lt"].wait_until_ready(cast.world.fetcher())
    held = owner.wallet.credentials.of_holder(owner.holder.id)[0]
    assert owner.wallet.check(held, int(time.time())).outcome == "PASSED"
