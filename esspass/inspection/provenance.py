"""What a decision rests on: each source with its number, its date and how current it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from esspass.inspection.status import StatusSnapshot
from esspass.trust import (
    DIRECTORY,
    RULES,
    AnyIssue,
    Freshness,
    ListType,
    Refresh,
    TrustView,
    freshness,
)
from esspass.verdict import Finding

_LISTS = (ListType.PUB_EAA_PROVIDERS, ListType.PID_PROVIDERS)


@dataclass(frozen=True, slots=True)
class SourceNote:
    """One source; times in epoch seconds, ``name`` is that of a list or a status list's address."""

    name: str
    issued_at: int
    fetched_at: int | None
    sequence_number: int | None
    freshness: str

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "issued_at": self.issued_at,
            "fetched_at": self.fetched_at,
            "sequence_number": self.sequence_number,
            "freshness": self.freshness,
        }


def describe_sources(
    view: TrustView, statuses: StatusSnapshot | None, findings: Iterable[Finding], now: int
) -> tuple[SourceNote, ...]:
    """Describe the lists of issuers, the directory, the rules, and the status list asked."""
    issues: dict[str, AnyIssue | None] = {name.value: view.newest(name) for name in _LISTS}
    issues |= {DIRECTORY: view.directory, RULES: view.rules}
    notes = [
        SourceNote(
            name,
            issue.issued_at,
            view.refreshes.get(name, Refresh(0)).succeeded_at or None,
            issue.sequence_number,
            freshness(issue.next_update, now).value,
        )
        for name, issue in issues.items()
        if issue is not None
    ]
    return (*notes, *_describe_status(statuses, findings, now))


def _describe_status(
    statuses: StatusSnapshot | None, findings: Iterable[Finding], now: int
) -> tuple[SourceNote, ...]:
    """The list that was asked, also if it was too old to answer."""
    asked = next((f.parameters for f in findings if f.check == "status"), {})
    uri = asked.get("uri", "")
    if "issued_at" in asked:
        times = int(asked["issued_at"]), int(asked["fetched_at"])
        return (SourceNote(uri, *times, None, Freshness.FRESH.value),)
    signed_at = statuses.signed_at(uri) if statuses else 0
    if statuses is None or not 0 < signed_at <= now:
        return ()
    return (SourceNote(uri, signed_at, statuses.tokens[uri][1], None, Freshness.EXPIRED.value),)
