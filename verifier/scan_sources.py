"""What a browser decides with when there is no network: every source, as its signer signed it.

The status lists of all institutions are fetched whole and beforehand (Token Status List, sections
9.3 and 11), so that nobody learns whom an inspector is about to check.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError, UnavailableError, VerificationError
from esspass.fetch import Fetcher
from esspass.inspection.sources import create_sources
from esspass.keys.certificates import parse_leaf_key
from esspass.statuslist import MEDIA_TYPE, parse_status_list_token, verify_status_list_token
from esspass.storage import Database
from esspass.trust import SnapshotStore, TrustAnchors, TrustSource, TrustView

MIGRATIONS = {
    "verifier-scan-statuses-001": (
        "CREATE TABLE scan_statuses (uri TEXT PRIMARY KEY, token TEXT NOT NULL,"
        " issued_at BIGINT NOT NULL, fetched_at BIGINT NOT NULL)"
    ),
}
MAX_LISTS = 1000
_MAX_AGE = 300
_FORGOTTEN_AFTER = 30 * 24 * 3600
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class KeptStatuses:
    """Status lists kept for browsers. Who signed them is decided where they are used."""

    database: Database

    def all(self) -> dict[str, tuple[str, int]]:
        """Return each token and when it was fetched, by address."""
        rows = self.database.query("SELECT uri, token, fetched_at FROM scan_statuses ORDER BY uri")
        return {row["uri"]: (row["token"], row["fetched_at"]) for row in rows}

    def put(self, uri: str, token: str, issued_at: int, fetched_at: int) -> None:
        """Keep a token unless a newer one is kept."""
        self.database.execute(
            "INSERT INTO scan_statuses (uri, token, issued_at, fetched_at)"
            " VALUES (:uri, :token, :issued_at, :fetched_at)"
            " ON CONFLICT (uri) DO UPDATE SET token = excluded.token,"
            " issued_at = excluded.issued_at, fetched_at = excluded.fetched_at"
            " WHERE scan_statuses.issued_at <= excluded.issued_at",
            uri=uri,
            token=token,
            issued_at=issued_at,
            fetched_at=fetched_at,
        )

    def purge(self, before: int) -> None:
        """Forget lists last fetched before a time: no institution names them any more."""
        self.database.execute("DELETE FROM scan_statuses WHERE fetched_at < :before", before=before)


@dataclass(frozen=True, slots=True)
class ScanSources:
    """Makes the bundle for browsers out of what this verifier knows itself."""

    trust: TrustSource
    store: SnapshotStore
    anchors: TrustAnchors
    fetcher: Fetcher
    statuses: KeptStatuses

    def create(self, now: int) -> dict[str, Any]:
        """Return the bundle; a source that does not answer stays as it was.

        ``made_at`` is when the newest of it was fetched, so that an unchanged bundle is the same.
        """
        view = self.trust.view(now)
        kept = self._refresh(view, now)
        times = [refresh.succeeded_at for refresh in view.refreshes.values()]
        made_at = max([*times, *(fetched_at for _, fetched_at in kept.values())], default=now)
        return create_sources(self.anchors, self._tokens(), view, kept, made_at)

    def _tokens(self) -> dict[str, list[str]]:
        """Every issue, newest first; one whose signer is no longer pinned is not believed there."""
        tokens: dict[str, list[str]] = {}
        for issue in self.store.issues():
            if issue.list in self.anchors.sources:
                tokens.setdefault(issue.list, []).append(self.store.read(issue))
        return tokens

    def _refresh(self, view: TrustView, now: int) -> dict[str, tuple[str, int]]:
        self.statuses.purge(now - _FORGOTTEN_AFTER)
        kept = self.statuses.all()
        for uri in list(dict.fromkeys(self._list_addresses(view)))[:MAX_LISTS]:
            if now - kept.get(uri, ("", 0))[1] >= _MAX_AGE:
                self._fetch(uri, now)
        return self.statuses.all()

    def _list_addresses(self, view: TrustView) -> Iterator[str]:
        for institution in view.directory.institutions if view.directory else ():
            if institution.status_lists is not None:
                with suppress(UnavailableError, MalformedError):
                    yield from self._fetch_aggregation(institution.status_lists)

    def _fetch_aggregation(self, uri: str) -> list[str]:
        """Token Status List, section 9.3: ``{"status_lists": [address…]}``."""
        text = self.fetcher.get(uri, {"Accept": _JSON}).require(200).text
        try:
            addresses = json.loads(text)["status_lists"]
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedError("not an aggregation of status lists") from error
        if not isinstance(addresses, list) or not all(isinstance(each, str) for each in addresses):
            raise MalformedError("an aggregation names status lists by their addresses")
        return addresses

    def _fetch(self, uri: str, now: int) -> None:
        with suppress(UnavailableError, MalformedError, VerificationError):
            token = self.fetcher.get(uri, {"Accept": MEDIA_TYPE}).require(200).text
            unverified = parse_status_list_token(token)
            key = parse_leaf_key(unverified.chain)
            verified = verify_status_list_token(unverified, key, uri, now)
            self.statuses.put(uri, token, verified.issued_at, now)
