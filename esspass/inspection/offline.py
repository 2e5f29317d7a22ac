"""Collect everything a decision needs without a network, while there is one.

Status lists of an institution are found by the address in the directory (aggregation, Token Status
List, section 9.3): all of them, so that nobody learns whom an inspector will meet. Whose lists they
are is decided when they are used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from esspass.errors import EsspassError, MalformedError, UnavailableError, VerificationError
from esspass.fetch import Fetcher
from esspass.inspection.sources import MAX_STATUSES, create_sources
from esspass.inspection.status import DEFAULT_TTL, MAX_TTL
from esspass.jose.jws import parse_json_object
from esspass.keys.certificates import parse_leaf_key
from esspass.statuslist import (
    MEDIA_TYPE,
    StatusListCache,
    VerifiedStatusList,
    parse_status_list_token,
    verify_status_list_token,
)
from esspass.trust import (
    AnyIssue,
    ListSnapshot,
    SnapshotStore,
    StoredIssue,
    TrustAnchors,
    TrustSource,
    TrustView,
)
from esspass.trust.source import DEFAULT_MAX_AGE

STATUS_LISTS = "status-lists"
MAX_LISTS = 100
"""How many status lists of one institution are fetched."""


@dataclass(frozen=True, slots=True)
class SourceCollector:
    """Makes the bundle of sources out of what a verifier keeps; one per app.

    Institutions are asked for their status lists every ``max_age`` seconds at most, by whichever
    process comes first.
    """

    trust: TrustSource
    store: SnapshotStore
    anchors: TrustAnchors
    fetcher: Fetcher
    cache: StatusListCache
    max_age: int = DEFAULT_MAX_AGE

    def refresh(self, now: int) -> dict[str, Any]:
        """Return the bundle after asking for what is due; a silent source stays as it was."""
        if self.store.claim(STATUS_LISTS, now, self.max_age):
            self.refresh_statuses(now)
        return self.collect(now)

    def refresh_statuses(self, now: int) -> dict[str, str]:
        """Fetch every status list the directory leads to, unless it is fresh.

        Returns what went wrong, by address, as a code; it costs only that list.
        """
        problems: dict[str, str] = {}
        directory = self.trust.view(now).directory
        for institution in directory.institutions if directory else ():
            if institution.status_lists is not None:
                self._refresh_all(institution.status_lists, now, problems)
        return problems

    def collect(self, now: int, status_lists: Collection[str] | None = None) -> dict[str, Any]:
        """Return the bundle of all that is stored, as ``parse_sources`` reads it.

        ``status_lists`` are the addresses of the only ones that are wanted, None for every one.

        ``made_at`` is when the newest of it was fetched, so that an unchanged bundle is the same.
        """
        view = self.trust.view(now)
        statuses = {
            uri: kept
            for uri, kept in self.cache.tokens(MAX_STATUSES).items()
            if (status_lists is None or uri in status_lists)
            and _read(kept[0], uri, now) is not None
        }
        tokens = {name: self._read_tokens(name, found) for name, found in _choose(view).items()}
        times = [refresh.succeeded_at for refresh in view.refreshes.values()]
        made_at = max([*times, *(fetched_at for _, fetched_at in statuses.values())], default=now)
        return create_sources(self.anchors, tokens, view, statuses, made_at)

    def _read_tokens(self, name: str, issues: Sequence[AnyIssue]) -> list[str]:
        return [
            self.store.read(StoredIssue(name, i.sequence_number, i.signer, i.digest, i.issued_at))
            for i in issues
        ]

    def _refresh_all(self, address: str, now: int, problems: dict[str, str]) -> None:
        try:
            uris = parse_aggregation(self.fetcher.get(address).require(200).text)
        except (UnavailableError, MalformedError) as error:
            problems[address] = error.code
            return
        for uri in uris:
            try:
                self._refresh(uri, now)
            except EsspassError as error:
                problems[uri] = error.code

    def _refresh(self, uri: str, now: int) -> None:
        known = self.cache.get(uri)
        kept = _read(known[0], uri, now) if known else None
        if known and kept and now < known[1] + min(kept.ttl or DEFAULT_TTL, MAX_TTL):
            return
        token = self.fetcher.get(uri, {"Accept": MEDIA_TYPE}).require(200).text
        fetched = _verify(token, uri, now)
        self.cache.put(uri, token, fetched.issued_at, now)


def parse_aggregation(text: str) -> tuple[str, ...]:
    """Read ``{"status_lists": [address…]}``, at most 100 of them. Raises MalformedError."""
    listed = parse_json_object(text).get("status_lists")
    if not isinstance(listed, list) or len(listed) > MAX_LISTS:
        raise MalformedError("not an aggregation of status lists", code="status_aggregation")
    if not all(isinstance(uri, str) and uri.startswith(("https://", "http://")) for uri in listed):
        raise MalformedError("a status list has no address", code="status_aggregation")
    return tuple(dict.fromkeys(listed))


def _choose(view: TrustView) -> Mapping[str, Sequence[AnyIssue]]:
    """Choose the newest issue of each, and older ones of lists that hold keys no newer one has."""
    chosen: dict[str, Sequence[AnyIssue]] = {
        name.value: tuple(_keep_keys(found)) for name, found in view.snapshots.items()
    }
    chosen["directory"] = (view.directory,) if view.directory else ()
    chosen["inspection-rules"] = (view.rules,) if view.rules else ()
    return chosen


def _keep_keys(snapshots: Sequence[ListSnapshot]) -> Iterator[ListSnapshot]:
    held: set[x509.Certificate] = set()
    for position, snapshot in enumerate(snapshots):
        services = [service for entity in snapshot.entities for service in entity.services]
        keys = {certificate for service in services for certificate in service.certificates}
        if position == 0 or not keys <= held:
            yield snapshot
        held |= keys


def _read(token: str, uri: str, now: int) -> VerifiedStatusList | None:
    try:
        return _verify(token, uri, now)
    except (MalformedError, VerificationError):
        return None


def _verify(token: str, uri: str, now: int) -> VerifiedStatusList:
    """Hold a token to its own signature, address and times."""
    unverified = parse_status_list_token(token)
    return verify_status_list_token(unverified, parse_leaf_key(unverified.chain), uri, now)
