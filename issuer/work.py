"""The institution's worker: what nobody clicks on, again and again, beside the app.

Every job finds its work in the database and claims it there, so a worker may be killed at any
moment, and several may run.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from esspass.errors import EsspassError
from esspass.web import read_clock
from issuer.services import Services

_PAUSE = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do at a time; ``run`` returns how much it did. ``every`` in seconds."""

    name: str
    run: Callable[[int], int]
    every: int = 0


def create_jobs(services: Services) -> tuple[Job, ...]:
    """Return the jobs of an institution."""
    desk = services.desk
    jobs = [
        Job("react to messages", desk.keeper.reactions.run_due),
        Job("send automatic messages", desk.send_automatic),
        Job("deliver messages", desk.deliver_due),
        Job("take messages of the gateway", desk.take_from_gateway),
        Job("propose reminders", desk.keeper.deadlines.propose_reminders, 60),
        Job("warn of unread messages", desk.warn_of_unread, 60),
        Job("watch participants", desk.participants.watch, 60),
        Job("load records", services.loading.work),
        Job("write letters", services.filing.letters.write_due, 5),
        Job("drop old drafts", services.filing.filings.purge_drafts, 3600),
        Job("drop old drafts of messages", services.drafts.drafts.purge, 3600),
        Job("deliver letters", services.mailbox_push.deliver_due, 5),
    ]
    jobs.append(Job("follow dialogues", services.doubts.work, 5))
    if services.replacing is not None:
        jobs.append(Job("deliver certificates", services.replacing.deliver_due, 5))
    if desk.inbox is not None:
        jobs.append(Job("forget counted requests", desk.inbox.quota.purge, 3600))
    if desk.signer is not None:
        joined = services.joined
        jobs += [
            Job("tell of documents", joined.notifier.notify_due),
            Job("tell what became of them", joined.announcer.announce_due),
            Job("check incoming documents", joined.registrar.check_due),
        ]
    return tuple(jobs)


def run_jobs(jobs: Sequence[Job], now: int, last: dict[str, int]) -> int:
    """Run the jobs whose time it is once; return how much they did.

    A job that cannot do its work now is left for the next time. ``last`` keeps when each ran.
    """
    done = 0
    for job in jobs:
        if now - last.get(job.name, 0) < job.every:
            continue
        last[job.name] = now
        try:
            done += job.run(now)
        except EsspassError as error:
            _log.warning("%s: %s", job.name, error.code)
    return done


def work(services: Services, clock: Callable[[], int] = read_clock) -> None:
    """Run the jobs until a signal ends it; without work, once a second."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    jobs, last = create_jobs(services), dict[str, int]()
    while not stopped.is_set():
        if not run_jobs(jobs, clock(), last):
            stopped.wait(_PAUSE)
