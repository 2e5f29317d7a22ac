"""SIGKILL of either institution's processes, two hundred times: nothing is lost, nothing doubled.

A clerk in Lithuania asks, Greece's worker answers; app and worker of both, and the clerk, are
killed in the middle of whatever they do. Afterwards each question and each answer is there once,
on both sides, and both copies of every case are the same.
"""

import random
import time
from contextlib import contextmanager

from demo.processes import free_ports
from demo.world import SERVICES, create_world
from esspass.exchange.receipt import Result, verify_receipt
from issuer import connect_issuer
from issuer.config import IssuerConfig
from issuer.exchange.outbox import DeliveryStatus
from tests.simulators.institutions import (
    Victim,
    ask,
    serve_institution,
    serve_lists,
    work_and_answer,
    work_on,
)

KILLS = 200
QUESTIONS = 200
_QUIET_SECONDS = 150


@contextmanager
def opened(world, name):
    services = connect_issuer(IssuerConfig.from_environ(world.service(name).environ))
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


def is_quiet(asking, answering, asked):
    """Whether every question has its answer, and nobody has anything left to deliver."""
    sql = "SELECT count(*) AS n FROM exchange_deliveries WHERE status = 'SENT'"
    waiting = [desk.keeper.database.query(sql)[0]["n"] for desk in (asking, answering)]
    answered = asking.keeper.database.query(
        "SELECT count(*) AS n FROM exchange_messages WHERE sed = 'A006'"
    )[0]["n"]
    return waiting == [0, 0] and answered >= asked


def test_two_hundred_kills_lose_nothing_and_double_nothing(tmp_path):
    chance, folder = random.Random(7), tmp_path / "world"
    world = create_world(folder, free_ports(len(SERVICES)), int(time.time()), pace="quick")
    notes = tmp_path / "asked"
    notes.touch()
    lt, el = (world.service(name).environ for name in ("issuer-lt", "host-el"))
    signed_lists = Victim(serve_lists, world.service("lists").environ)
    receiver = el["ISSUER_INSTITUTION_ID"]
    clerk = Victim(ask, lt, receiver, notes, QUESTIONS)
    victims = [
        Victim(serve_institution, lt), Victim(work_on, lt),
        Victim(serve_institution, el), Victim(work_and_answer, el), clerk,
    ]  # fmt: skip
    try:
        kills = 0
        while kills < KILLS:
            time.sleep(chance.uniform(0.02, 0.4))
            victim = chance.choice(victims)
            kills += victim.kill()
            victim.start()
        with opened(world, "issuer-lt") as asking, opened(world, "host-el") as answering:
            clerk.process.join(_QUIET_SECONDS)
            deadline = time.monotonic() + _QUIET_SECONDS
            while not is_quiet(asking, answering, QUESTIONS) and time.monotonic() < deadline:
                time.sleep(0.5)
            verify(asking, answering, set(notes.read_text().split()))
    finally:
        for victim in (*victims, signed_lists):
            victim.kill()


def verify(asking, answering, asked):
    ours, theirs = cases_of(asking), cases_of(answering)
    references = {asking.keeper.cases.find_reference(each) for each in asked}
    assert len(asked) == len(references) == QUESTIONS, "what was noted as asked is a case"
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
        (checked,) = desk.keeper.database.query("PRAGMA integrity_check")
        assert checked["integrity_check"] == "ok"
