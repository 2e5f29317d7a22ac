"""The wallet's own tables, in the order they are made."""

from wallet import credentials, deferred, history, holders, keys, pending

MIGRATIONS: dict[str, str] = {
    **holders.MIGRATIONS,
    **keys.MIGRATIONS,
    **credentials.MIGRATIONS,
    **history.MIGRATIONS,
    **deferred.MIGRATIONS,
    **pending.MIGRATIONS,
}
