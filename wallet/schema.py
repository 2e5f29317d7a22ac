"""The wallet's own tables, in the order they are made, and those of the kernel it uses."""

from __future__ import annotations

from esspass import statuslist, trust
from esspass.web import passkeys
from wallet import credentials, deferred, history, holders, keys, notices, pending, pictures

MIGRATIONS: dict[str, str] = {
    **holders.MIGRATIONS,
    **keys.MIGRATIONS,
    **credentials.MIGRATIONS,
    **history.MIGRATIONS,
    **deferred.MIGRATIONS,
    **pending.MIGRATIONS,
    **pictures.MIGRATIONS,
    **notices.MIGRATIONS,
}

ALL_MIGRATIONS: dict[str, str] = {
    **trust.MIGRATIONS,
    **statuslist.MIGRATIONS,
    **passkeys.MIGRATIONS,
    **MIGRATIONS,
}
