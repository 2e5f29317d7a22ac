"""The one-time links with which the first clerk and the first inspector set up their passkeys.

The apps print theirs when they start and nobody of the staff can sign in yet; those words end in
the service's log. Here each app's newest open link is found again, or one is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from demo.processes import Service
from demo.world import World
from esspass.errors import VerificationError
from esspass.storage import connect
from esspass.web.passkeys import STAFF, PasskeyStore, create_first_invitation

_WITH_STAFF = frozenset({"issuer", "verifier"})
_MAX_LOG = 1 << 20


def find_staff_links(world: World, now: int) -> dict[str, str | None]:
    """Return one open link for each service with staff, or None where somebody has used it."""
    return {
        service.name: _find_link(service, now)
        for service in world.services()
        if service.app in _WITH_STAFF
    }


def _find_link(service: Service, now: int) -> str | None:
    database = connect(service.environ[f"{service.app.upper()}_DATABASE_URL"])
    try:
        store = PasskeyStore(database)
        if store.has_users(STAFF):
            return None
        for link in _read_printed_links(service):
            if _is_open(store, link, now):
                return link
        return create_first_invitation(store, service.base_url, now)
    finally:
        database.close()


def _read_printed_links(service: Service) -> Iterator[str]:
    """Links in the log, the newest first."""
    if not service.log.exists():
        return
    with service.log.open("rb") as log:
        log.seek(max(0, service.log.stat().st_size - _MAX_LOG))
        text = log.read().decode(errors="replace")
    links = re.findall(re.escape(service.base_url) + r"/invitation/[\w-]+", text)
    yield from reversed(links)


def _is_open(store: PasskeyStore, link: str, now: int) -> bool:
    try:
        store.check_invitation(link.rpartition("/")[2], now)
    except VerificationError:
        return False
    return True
