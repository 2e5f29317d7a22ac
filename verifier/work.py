"""The verifier's worker: its jobs, beside the app."""

from __future__ import annotations

from esspass.storage import Database
from esspass.web.jobs import Job, Reports, Worker
from verifier.service import Verifier


def create_jobs(verifier: Verifier) -> tuple[Job, ...]:
    """Return the jobs of an inspectorate or a clinic."""

    def purge(now: int) -> int:
        verifier.purge(now)
        return 0

    return (
        Job("deliver doubts and watches", verifier.doubts.deliver_due),
        Job("ask how they stand", verifier.doubts.look_due, 5),
        Job("erase what is over", purge, 60),
    )


def create_worker(verifier: Verifier, database: Database) -> Worker:
    """Put the worker of a verifier together."""
    return Worker(create_jobs(verifier), Reports(database))
