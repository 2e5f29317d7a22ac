"""What the lists say at one moment: the immutable evidence a decision is made on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from esspass.trust.directory import InstitutionDirectory
from esspass.trust.inspection_rules import InspectionRules
from esspass.trust.model import ListSnapshot, ListType, freshness
from esspass.trust.store import Refresh
from esspass.trust.timestamps import create_timestamp


@dataclass(frozen=True, slots=True)
class TrustView:
    """All issues of each list, newest first, the newest directory and rules, and what went wrong.

    ``problems`` maps the name of a list (or statement) to the code of why its source gave
    nothing believable when last asked; what we had before stays in ``snapshots``.
    """

    snapshots: Mapping[ListType, Sequence[ListSnapshot]]
    directory: InstitutionDirectory | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    refreshes: Mapping[str, Refresh] = field(default_factory=dict)
    rules: InspectionRules | None = None

    def newest(self, list_type: ListType) -> ListSnapshot | None:
        """Return the newest issue of a list, if there is any."""
        issues = self.snapshots.get(list_type, ())
        return issues[0] if issues else None

    def describe_source(self, name: str) -> dict[str, str]:
        """Return parameters about the source: last success, and a problem with its start."""
        refresh = self.refreshes.get(name, Refresh(0))
        described = {}
        if refresh.succeeded_at:
            described["fetched"] = create_timestamp(refresh.succeeded_at)
        if name in self.problems:
            described["problem"] = self.problems[name]
            if refresh.problem_since:
                described["problem_since"] = create_timestamp(refresh.problem_since)
        return described

    def describe_list(self, snapshot: ListSnapshot, now: int) -> dict[str, str]:
        """Return parameters about an issue: number, dates, freshness."""
        following = snapshot.next_update
        return {
            "list": snapshot.list_type.value,
            "sequence_number": str(snapshot.sequence_number),
            "issued": create_timestamp(snapshot.issued_at),
            "next_update": "" if following is None else create_timestamp(following),
            "freshness": freshness(following, now).value,
            "operator": snapshot.operator_names[0],
            "operator_contact": snapshot.operator_contact,
            **self.describe_source(snapshot.list_type),
        }
