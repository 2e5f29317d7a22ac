"""The institution's worker: its jobs, beside the app."""

from __future__ import annotations

from esspass.web.jobs import Job, Reports, Worker
from issuer.exchange.relaying import Relay
from issuer.exchange.watches import WatchKeeper
from issuer.services import Services


def create_worker(services: Services) -> Worker:
    """Put the worker of an institution together."""
    return Worker(create_jobs(services), Reports(services.database))


def create_jobs(services: Services) -> tuple[Job, ...]:
    """Return the jobs of an institution."""
    desk = services.desk
    jobs = [
        Job("react to messages", desk.keeper.reactions.run_due),
        Job("send automatic messages", Relay(desk).send_due),
        Job("deliver messages", desk.deliver_due),
        Job("take messages of the gateway", desk.take_from_gateway),
        Job("propose reminders", desk.keeper.deadlines.propose_reminders, 60),
        Job("warn of unread messages", desk.warn_of_unread, 60),
        Job("watch participants", desk.participants.watch, 60),
        Job("load records", services.loading.work),
        Job("examine applications", services.filing.examine_due),
        Job("write letters", services.filing.letters.write_due, 5),
        Job("drop old drafts", services.filing.filings.purge_drafts, 3600),
        Job("drop old drafts of messages", services.drafts.drafts.purge, 3600),
        Job("deliver letters", services.mailbox_push.deliver_due, 5),
    ]
    jobs.append(Job("follow dialogues", services.doubts.work, 5))
    watches = WatchKeeper(services.doubts.doubts, services.joined.incoming)
    jobs += [
        Job("forget watches", watches.forget_due, 3600),
        Job("drop old looks", services.forget_accesses, 3600),
    ]
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
            Job("tidy what was told", joined.notified.tidy, 60),
        ]
    return tuple(jobs)
