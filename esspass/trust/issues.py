"""Any issue the operator signs: verified by the name it is pinned under, joined into a view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cryptography import x509

from esspass.errors import MalformedError
from esspass.trust.anchors import DIRECTORY, RULES
from esspass.trust.directory import InstitutionDirectory, verify_directory
from esspass.trust.inspection_rules import InspectionRules, verify_rules
from esspass.trust.lote import verify_list
from esspass.trust.model import ListSnapshot, ListType
from esspass.trust.store import Refresh
from esspass.trust.view import TrustView

AnyIssue = ListSnapshot | InstitutionDirectory | InspectionRules
STATEMENTS = (DIRECTORY, RULES)
"""The names of what is no list: only its newest issue counts."""


def verify_issue(
    name: str, token: str, certificates: Sequence[x509.Certificate], now: int
) -> AnyIssue:
    """Verify what is published as ``name``. Raises as ``verify_list``; ``list_wrong_type``."""
    if name == DIRECTORY:
        return verify_directory(token, certificates, now)
    if name == RULES:
        return verify_rules(token, certificates, now)
    snapshot = verify_list(token, certificates, now)
    if snapshot.list_type != name:
        raise MalformedError("the source gives a list of another type", code="list_wrong_type")
    return snapshot


def create_view(
    issues: Mapping[str, Sequence[AnyIssue]],
    problems: Mapping[str, str],
    refreshes: Mapping[str, Refresh],
) -> TrustView:
    """Join verified issues, newest first, by name."""
    directories, rules = issues.get(DIRECTORY, ()), issues.get(RULES, ())
    return TrustView(
        snapshots={
            ListType(name): tuple(i for i in found if isinstance(i, ListSnapshot))
            for name, found in issues.items()
            if name not in STATEMENTS
        },
        directory=next((i for i in directories if isinstance(i, InstitutionDirectory)), None),
        problems=problems,
        refreshes=refreshes,
        rules=next((i for i in rules if isinstance(i, InspectionRules)), None),
    )
