"""Keep the lists fresh: ask the pinned addresses, believe only pinned signers, lose nothing.

Any number of processes may share one database. Whoever finds a list older than ``max_age``
seconds claims the turn in one statement and asks; the others go on with what is stored. A source
that does not answer, or answers with something not to be believed, costs nothing but a note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from esspass.errors import MalformedError, UnavailableError, VerificationError
from esspass.fetch import Fetcher
from esspass.trust.anchors import PinnedSource, TrustAnchors
from esspass.trust.errors import ListRefusedError
from esspass.trust.issues import STATEMENTS, AnyIssue, create_view, verify_issue
from esspass.trust.jades import create_signer_digest
from esspass.trust.model import Freshness, freshness
from esspass.trust.store import Refresh, SnapshotStore, StoredIssue
from esspass.trust.view import TrustView

DEFAULT_MAX_AGE = 60


@dataclass(frozen=True, slots=True)
class _Inventory:
    """One reading of the store: issues of pinned signers, newest first, and the last attempts."""

    issues: Mapping[str, list[StoredIssue]]
    refreshes: Mapping[str, Refresh]


class TrustSource:
    """Gives the current ``TrustView``.

    ``max_age`` in seconds limits how often a source is asked; a withdrawal is seen that late.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        store: SnapshotStore,
        anchors: TrustAnchors,
        max_age: int = DEFAULT_MAX_AGE,
    ) -> None:
        self._fetcher, self._store, self._anchors = fetcher, store, anchors
        self._max_age = max_age
        # verified once per process; a stored issue never changes
        self._verified: dict[StoredIssue, AnyIssue] = {}

    def view(self, now: int) -> TrustView:
        """Return what the lists say, refreshed where due. Never raises for a broken source."""
        inventory = self._read()
        due = [name for name in self._anchors.sources if self._is_due(name, inventory, now)]
        for name in due:
            self._refresh(name, inventory, now)
        return self._create_view(self._read() if due else inventory, now)

    def _is_due(self, name: str, inventory: _Inventory, now: int) -> bool:
        """Without any copy, and no known reason for that, asking twice beats answering nothing."""
        last = inventory.refreshes.get(name)
        if last is None or abs(now - last.tried_at) >= self._max_age:
            claimed = self._store.claim(name, now, self._max_age)
        else:
            claimed = False
        problem = last.problem if last is not None else ""
        return claimed or not (inventory.issues.get(name) or problem)

    def _refresh(self, name: str, inventory: _Inventory, now: int) -> None:
        known = inventory.issues.get(name, [])
        try:
            self._fetch(name, known[0] if known else None, now)
        except (MalformedError, VerificationError, UnavailableError) as error:
            self._store.note_problem(name, error.code, now)
        else:
            self._store.note_success(name, now)

    def _fetch(self, name: str, known: StoredIssue | None, now: int) -> None:
        source = self._anchors.sources[name]
        token = self._fetcher.get(source.url).require(200).text
        issue = verify_issue(name, token, source.certificates, now)
        _refuse_expired(name, issue, now)
        self._store.add(name, issue, token, _signers(source), now, known)

    def _read(self) -> _Inventory:
        issues: dict[str, list[StoredIssue]] = {}
        pinned = {name: _signers(source) for name, source in self._anchors.sources.items()}
        for issue in self._store.issues():
            if issue.signer in pinned.get(issue.list, set()):
                issues.setdefault(issue.list, []).append(issue)
        return _Inventory(issues, self._store.refreshes())

    def _create_view(self, inventory: _Inventory, now: int) -> TrustView:
        problems = {
            name: refresh.problem
            for name, refresh in inventory.refreshes.items()
            if refresh.problem and name in self._anchors.sources
        }
        issues = {
            name: self._load(stored[:1] if name in STATEMENTS else stored, now, problems)
            for name, stored in inventory.issues.items()
        }
        return create_view(issues, problems, inventory.refreshes)

    def _load(
        self, stored: Sequence[StoredIssue], now: int, problems: dict[str, str]
    ) -> list[AnyIssue]:
        """Verify stored tokens again under today's anchors, once per process."""
        loaded: list[AnyIssue] = []
        for issue in stored:
            try:
                if issue not in self._verified:
                    source = self._anchors.sources[issue.list]
                    token = self._store.read(issue)
                    verified = verify_issue(issue.list, token, source.certificates, now)
                    self._verified[issue] = verified
                loaded.append(self._verified[issue])
            except (MalformedError, VerificationError) as error:
                problems[issue.list] = error.code
        return loaded


def _refuse_expired(name: str, issue: AnyIssue, now: int) -> None:
    """TS 119 602, 6.3.15: an expired list is discarded, lest somebody offers a very old one."""
    if issue.next_update is not None and freshness(issue.next_update, now) is Freshness.EXPIRED:
        raise ListRefusedError(
            "the source gives a list that is out of date",
            code="list_expired",
            parameters={"list": name, "sequence_number": str(issue.sequence_number)},
        )


def _signers(source: PinnedSource) -> set[str]:
    return {create_signer_digest(certificate) for certificate in source.certificates}
