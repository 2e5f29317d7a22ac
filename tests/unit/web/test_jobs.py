"""The worker: a job that breaks pauses, longer each time, and says so; the others go on."""

import logging
import os
import signal
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from esspass.errors import UnavailableError
from esspass.storage import migrate
from esspass.web import WebSettings, create_web_app
from esspass.web.health import create_worker_health_blueprint
from esspass.web.jobs import (
    FRESH_SECONDS,
    MIGRATIONS,
    Job,
    Reports,
    Worker,
    create_work_command,
)

NOW = 1_800_000_000
SECRET = "Šimkutė 39001011234"


class Counted:
    """A job that notes when it ran, and does what it is told to."""

    def __init__(self, does=lambda _now: 1):
        self.ran, self.does = [], does

    def __call__(self, now):
        self.ran.append(now)
        return self.does(now)


def break_down(_now):
    raise ValueError(SECRET)


def refuse(_now):
    raise UnavailableError("nobody answers")


def run_seconds(worker, seconds):
    return [worker.run_due(NOW + second) for second in range(seconds)]


def test_what_cannot_be_done_now_is_left_for_the_next_time():
    failing, each, hourly = Counted(refuse), Counted(), Counted()
    worker = Worker((Job("a", failing), Job("b", each), Job("c", hourly, 60)))
    assert run_seconds(worker, 61) == [2, *[1] * 59, 2]
    assert len(failing.ran) == 61
    assert worker.broken == {}


def test_a_broken_job_pauses_longer_each_time_and_the_others_go_on():
    broken, sound = Counted(break_down), Counted()
    worker = Worker((Job("a", broken), Job("b", sound)))
    assert sum(run_seconds(worker, 1200)) == len(sound.ran) == 1200
    assert [at - NOW for at in broken.ran] == [0, 2, 6, 14, 30, 62, 126, 254, 510, 810, 1110]
    assert worker.broken == {"a": "bug_ValueError"}


def test_a_job_that_broke_in_another_rhythm_keeps_it():
    broken = Counted(break_down)
    run_seconds(Worker((Job("a", broken, 60),)), 121)
    assert [at - NOW for at in broken.ran] == [0, 60, 120]


def test_who_is_sound_again_is_no_longer_broken():
    job = Counted(break_down)
    worker = Worker((Job("a", job),))
    worker.run_due(NOW)
    job.does = lambda _now: 1
    assert worker.run_due(NOW + 1) == 0
    assert worker.run_due(NOW + 2) == 1
    assert worker.broken == {}
    job.does = break_down
    worker.run_due(NOW + 3)
    assert worker.run_due(NOW + 5) == 0
    assert len(job.ran) == 4, "the pauses begin anew"


def test_the_log_names_job_type_and_place_and_nothing_it_was_told(caplog):
    with caplog.at_level(logging.INFO):
        Worker((Job("tell people", break_down),)).run_due(NOW)
    assert "job 'tell people' broke, pauses 2 s: ValueError" in caplog.text
    assert "in break_down" in caplog.text
    assert SECRET not in caplog.text


def test_a_signal_ends_it_between_two_jobs():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    after = Counted()
    stop = Counted(lambda _now: os.kill(os.getpid(), signal.SIGTERM) or 1)
    try:
        Worker((Job("stop", stop), Job("after", after))).run(lambda: NOW)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert (len(stop.ran), after.ran) == (1, [])


@pytest.fixture
def reports(database):
    migrate(database, MIGRATIONS)
    return Reports(database)


def ask(reports, now):
    app = create_web_app(
        __name__, WebSettings("http://localhost", "s" * 32, "test", "Test", clock=lambda: now)
    )
    app.register_blueprint(create_worker_health_blueprint(reports))
    answer = app.test_client().get("/workz")
    return answer.status_code, answer.json


def test_the_health_page_asks_after_the_worker(reports):
    gone = (503, {"status": "unavailable", "error": "no_worker"})
    assert ask(reports, NOW) == gone
    worker = Worker((Job("a", Counted()),), reports)
    worker.run_due(NOW)
    assert ask(reports, NOW + 1) == (200, {"status": "ok"})
    assert ask(reports, NOW + FRESH_SECONDS) == gone


def test_the_health_page_names_what_is_broken_in_any_worker(reports):
    Worker((Job("a", break_down),), reports).run_due(NOW)
    Worker((Job("a", Counted()),), reports).run_due(NOW)
    status, body = ask(reports, NOW)
    assert status == 503
    assert body == {"status": "broken", "error": "job_broken", "jobs": {"a": "bug_ValueError"}}
    Worker((), reports).run_due(NOW + 7200)
    assert len(reports.database.query("SELECT id FROM workers")) == 1, "old reports go"


def test_a_worker_that_cannot_report_still_works(reports):
    job = Counted()
    worker = Worker((Job("a", job),), reports)
    reports.database.execute("DROP TABLE workers")
    assert run_seconds(worker, 3) == [1, 1, 1]
    assert list(worker.broken) == ["report"]


@pytest.mark.parametrize(
    ("jobs", "code", "output"),
    [
        ((Job("a", Counted()), Job("b", refuse)), 0, "1 things were done\n"),
        (
            (Job("a", break_down), Job("b", Counted())),
            1,
            "1 things were done\nbroken: a [bug_ValueError]\n",
        ),
    ],
)
def test_once_ends_with_what_is_broken(jobs, code, output):
    @contextmanager
    def open_worker():
        yield Worker(jobs)

    result = CliRunner().invoke(create_work_command(open_worker, "Work."), ["--once"])
    assert (result.exit_code, result.output) == (code, output)
