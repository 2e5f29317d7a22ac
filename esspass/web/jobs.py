"""The worker of an app: what nobody clicks on, again and again, beside the process that serves.

Every job finds its work in the database and claims it there, so a worker may be killed at any
moment, and several may run. A job that breaks pauses, longer each time; the others go on.
"""

from __future__ import annotations

import json
import logging
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import click

from esspass.errors import EsspassError
from esspass.storage import Database
from esspass.web.request_log import describe_bug, name_bug
from esspass.web.settings import read_clock

MIGRATIONS = {
    "web-workers-001": """
        CREATE TABLE workers (
            id TEXT PRIMARY KEY,
            reported_at BIGINT NOT NULL,
            broken TEXT NOT NULL
        )""",
}
FRESH_SECONDS = 300
"""A worker that has not reported for longer does not run."""
_REPORT_SECONDS, _KEPT_SECONDS = 10, 3600
_PAUSE, _LONGEST_PAUSE = 1.0, 300
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do at a time; ``run`` returns how much it did. ``every`` in seconds."""

    name: str
    run: Callable[[int], int]
    every: int = 0


@dataclass(frozen=True, slots=True)
class Reports:
    """What workers say of themselves, for the page that asks after them."""

    database: Database

    def write(self, worker_id: str, broken: Mapping[str, str], now: int) -> None:
        """Note that a worker runs, and which of its jobs are broken (name to code)."""
        self.database.execute(
            "INSERT INTO workers (id, reported_at, broken) VALUES (:id, :now, :broken)"
            " ON CONFLICT (id) DO UPDATE SET reported_at = :now, broken = :broken",
            id=worker_id,
            now=now,
            broken=json.dumps(dict(broken)),
        )
        self.database.execute(
            "DELETE FROM workers WHERE reported_at <= :before", before=now - _KEPT_SECONDS
        )

    def read(self, now: int) -> list[dict[str, str]]:
        """Return the broken jobs of each worker that runs; an empty list when none does."""
        rows = self.database.query(
            "SELECT broken FROM workers WHERE reported_at > :after ORDER BY id",
            after=now - FRESH_SECONDS,
        )
        return [json.loads(row["broken"]) for row in rows]


@dataclass(slots=True)
class _State:
    due_at: int = 0
    failures: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class Worker:
    """The jobs, and when each runs next. Where there are ``reports`` it reports to them."""

    jobs: Sequence[Job]
    reports: Reports | None = None
    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    _states: dict[str, _State] = field(default_factory=dict)

    @property
    def broken(self) -> dict[str, str]:
        """The jobs that ended at what nobody expected when last run, and its code."""
        return {name: state.code for name, state in self._states.items() if state.failures}

    def run_due(self, now: int, stopped: threading.Event | None = None) -> int:
        """Run the jobs whose time it is once, until ``stopped``; return how much they did."""
        done = 0
        for job in self._all_jobs():
            state = self._states.setdefault(job.name, _State())
            if state.due_at <= now and not (stopped and stopped.is_set()):
                state.due_at = now + job.every
                done += _attempt(job, state, now)
        return done

    def _all_jobs(self) -> Iterator[Job]:
        yield from self.jobs
        if self.reports is not None:
            yield Job("report", self._report, _REPORT_SECONDS)

    def _report(self, now: int) -> int:
        if self.reports is not None:
            self.reports.write(self.id, self.broken, now)
        return 0

    def run(self, clock: Callable[[], int] = read_clock) -> None:
        """Run the jobs until a signal ends it; without work, once a second."""
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        while not stopped.is_set():
            if not self.run_due(clock(), stopped):
                stopped.wait(_PAUSE)


def _attempt(job: Job, state: _State, now: int) -> int:
    """Run a job. What it cannot do now is left for the next time; one that breaks pauses."""
    try:
        done = job.run(now)
    except EsspassError as error:
        _log.warning("%s: %s", job.name, error.code)
        done = 0
    except Exception as error:  # noqa: BLE001  # a bug in one job must not end the others
        state.failures += 1
        state.code = name_bug(error)
        pause = min(2 ** min(state.failures, 9), _LONGEST_PAUSE)
        state.due_at = now + max(job.every, pause)
        # never its message, which may quote people
        _log.error("job %r broke, pauses %d s: %s", job.name, pause, describe_bug(error))
        return 0
    state.failures = 0
    return done


def create_work_command(
    open_worker: Callable[[], AbstractContextManager[Worker]], purpose: str
) -> click.Command:
    """Make the command ``work``; ``open_worker`` reads the environment, ``purpose`` is its help."""

    @click.command("work", help=purpose)
    @click.option("--once", is_flag=True, help="Do what is due now, and end; 1 if a job is broken.")
    def work(*, once: bool) -> None:
        with open_worker() as worker:
            if not once:
                worker.run()
                return
            count = worker.run_due(int(time.time()))
            click.echo(f"{count} things were done")
            for name, code in worker.broken.items():
                click.echo(f"broken: {name} [{code}]", err=True)
            if worker.broken:
                raise SystemExit(1)

    return work
