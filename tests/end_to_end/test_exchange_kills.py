"""SIGKILL of either institution's processes, hundreds of times: nothing is lost, nothing doubled.

A clerk in Lithuania asks, Greece answers; app and worker of both, and the clerk, are killed in the
middle of whatever they do. Afterwards each question and each answer is there once, on both sides,
and both copies of every case are the same. Two hundred times with SQLite; fewer with PostgreSQL,
and with what `esspass serve` (granian) and `esspass issuer work` start, which takes seconds.
"""

import os
import random
import time
import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import pytest

import issuer
from demo.processes import Process, free_ports
from demo.world import SERVICES, create_world
from esspass.exchange.receipt import Result, verify_receipt
from esspass.storage import connect
from esspass.storage.sqlite import SqliteDatabase
from issuer import connect_issuer
from issuer.config import IssuerConfig
from issuer.exchange.outbox import DeliveryStatus
from tests.simulators.institutions import (
    Victim,
    answer,
    ask,
    serve_institution,
    serve_lists,
    work_and_answer,
    work_on,
)

_QUIET_SECONDS = 150


@contextmanager
def opened(environ):
    services = connect_issuer(IssuerConfig.from_environ(environ))
    try:
        yield services.desk
    finally:
        services.database.close()


def cases_of(desk):
    found, number = [], 1
    while True:
        page = desk.search(number=number, size=100)
        found += [summary.case for summary in page.cases]
        if number >= page.last:
            return {case.id: case for case in found}
        number += 1


def read_progress(asking, answering):
    """What each has to deliver still, and how many answers have come."""
    sql = "SELECT count(*) AS n FROM exchange_deliveries WHERE status = 'SENT'"
    waiting = [desk.keeper.database.query(sql)[0]["n"] for desk in (asking, answering)]
    answered = asking.keeper.database.query(
        "SELECT count(*) AS n FROM exchange_messages WHERE sed = 'A006'"
    )[0]["n"]
    return *waiting, answered


def wait_until_quiet(asking, answering, asked):
    """Wait until every question has its answer and nobody anything to deliver, or all stands."""
    latest, since = None, time.monotonic()
    while time.monotonic() < since + _QUIET_SECONDS:
        progress = read_progress(asking, answering)
        if progress == (0, 0, asked):
            return
        if progress != latest:
            latest, since = progress, time.monotonic()
        time.sleep(0.5)


@dataclass
class Institutions:
    """Two institutions of a world, by their services; each may have a database of its own."""

    world: object
    asking: object
    answering: object

    @property
    def receiver(self):
        return self.answering.environ["ISSUER_INSTITUTION_ID"]


@pytest.fixture
def institutions(request, tmp_path):
    ports = free_ports(len(SERVICES))
    world = create_world(tmp_path / "world", ports, int(time.time()), pace="quick")
    pair = [world.service(name) for name in ("issuer-lt", "host-el")]
    with ExitStack() as stack:
        if request.param == "postgres":
            pair = [stack.enter_context(moved_to_postgres(each)) for each in pair]
        stack.enter_context(running_lists(world))
        yield Institutions(world, *pair)


@contextmanager
def running_lists(world):
    signed_lists = Victim(serve_lists, world.service("lists").environ)
    try:
        yield
    finally:
        signed_lists.kill()


@contextmanager
def moved_to_postgres(service):
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        pytest.skip("TEST_POSTGRES_URL is not set (scripts/test-tools sets it)")
    schema, admin = f"test_{uuid.uuid4().hex}", connect(url)
    admin.execute(f"CREATE SCHEMA {schema}")
    own = f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
    moved = replace(service, environ={**service.environ, "ISSUER_DATABASE_URL": own})
    issuer.migrate(moved.environ)
    try:
        yield moved
    finally:
        admin.execute(f"DROP SCHEMA {schema} CASCADE")
        admin.close()


def real_victims(institutions):
    asking, answering = institutions.asking, institutions.answering
    workers = {each.base_url: each for each in institutions.world.workers()}
    commands = [asking, answering, workers[asking.base_url], workers[answering.base_url]]
    processes = [Process(each) for each in commands]
    for process in processes:
        process.start()
    return [*processes, Victim(answer, answering.environ)]


def forked_victims(institutions):
    lt, el = institutions.asking.environ, institutions.answering.environ
    return [
        Victim(serve_institution, lt), Victim(work_on, lt),
        Victim(serve_institution, el), Victim(work_and_answer, el),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("institutions", "start", "kills", "questions", "rest"),
    [
        pytest.param("sqlite", forked_victims, 200, 200, 0.4, id="sqlite"),
        pytest.param("postgres", forked_victims, 60, 60, 0.4, id="postgres"),
        pytest.param("sqlite", real_victims, 20, 40, 4.0, id="granian"),
    ],
    indirect=["institutions"],
)
def test_kills_lose_nothing_and_double_nothing(
    tmp_path, institutions, start, kills, questions, rest
):
    chance, notes = random.Random(7), tmp_path / "asked"
    notes.touch()
    asking, answering = institutions.asking.environ, institutions.answering.environ
    clerk = Victim(ask, asking, institutions.receiver, notes, questions)
    victims = [*start(institutions), clerk]
    try:
        done = 0
        while done < kills:
            time.sleep(chance.uniform(0.02, rest))
            victim = chance.choice(victims)
            done += victim.kill()
            victim.start()
        with opened(asking) as here, opened(answering) as there:
            clerk.process.join(_QUIET_SECONDS)
            wait_until_quiet(here, there, questions)
            verify(here, there, set(notes.read_text().split()), questions)
    finally:
        for victim in victims:
            victim.kill()


def verify(asking, answering, asked, questions):
    ours, theirs = cases_of(asking), cases_of(answering)
    references = {asking.keeper.cases.find_reference(each) for each in asked}
    assert len(asked) == len(references) == questions, "what was noted as asked is a case"
    assert references == set(ours) == set(theirs), "no case is lost, none is doubled"
    entry = asking.view_of(int(time.time())).directory.find(answering.me).exchange
    for case_id in ours:
        here, there = asking.view(case_id), answering.view(case_id)
        for view in (here, there):
            assert [each.message.sed for each in view.messages] == ["A005", "A006"]
        assert ours[case_id].documents == theirs[case_id].documents
        (question,) = [each for each in here.messages if each.direction == "out"]
        delivery = question.deliveries[answering.me]
        assert delivery.status is DeliveryStatus.DELIVERED
        digest = asking.keeper.log.get(question.message.message_id).digest
        receipt = verify_receipt(
            delivery.receipt, entry, answering.me, asking.me, [digest], int(time.time())
        )
        assert receipt.result is Result.DELIVERED
    for desk in (asking, answering):
        assert not [task for task in desk.tasks.open() if task.kind != "deadline"]
        assert is_whole(desk.keeper.database)


def is_whole(database):
    """What SQLite says of its file; PostgreSQL looks after its own."""
    if not isinstance(database, SqliteDatabase):
        return True
    (checked,) = database.query("PRAGMA integrity_check")
    return checked["integrity_check"] == "ok"
