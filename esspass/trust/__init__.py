"""Trust: who may issue what, according to signed lists (ETSI TS 119 602).

``TrustSource.view(now)`` gives what the lists say; the ``decide_`` functions answer questions on
it and give the evidence. ``operator`` and ``esspass trust`` are the other side: publishing lists.

No function here takes a URL from a message: ``x5u``, ``jku`` and ``trust_anchor_url`` are never
followed. Addresses come from the pinned anchors alone.
"""

from __future__ import annotations

from esspass.trust.anchors import (
    DIRECTORY,
    RULES,
    PinnedSource,
    TrustAnchors,
    create_trust_anchors,
    parse_trust_anchors,
)
from esspass.trust.decide import (
    TrustDecision,
    decide_attestation_issuer,
    decide_relying_party,
    decide_status_issuer,
    decide_wallet_provider,
)
from esspass.trust.directory import (
    Authorization,
    Institution,
    InstitutionDirectory,
    sign_directory,
    verify_directory,
)
from esspass.trust.errors import IssuerRefusedError, IssuerUndecidedError, ListRefusedError
from esspass.trust.exchange_entry import Competence, ExchangeEntry
from esspass.trust.inspection_rules import (
    InspectionRules,
    read_rules,
    sign_rules,
    verify_rules,
)
from esspass.trust.issues import STATEMENTS, AnyIssue, create_view, verify_issue
from esspass.trust.lote import parse_list, sign_list, verify_list
from esspass.trust.lote_writer import Scheme, create_list
from esspass.trust.model import (
    Contact,
    Freshness,
    ListSnapshot,
    ListType,
    ServiceKind,
    Status,
    StatusInterval,
    TrustedEntity,
    TrustedService,
    freshness,
)
from esspass.trust.path import verify_path
from esspass.trust.source import TrustSource
from esspass.trust.store import MIGRATIONS, Refresh, SnapshotStore, StoredIssue
from esspass.trust.view import TrustView

__all__ = [
    "DIRECTORY",
    "MIGRATIONS",
    "RULES",
    "STATEMENTS",
    "AnyIssue",
    "Authorization",
    "Competence",
    "Contact",
    "ExchangeEntry",
    "Freshness",
    "InspectionRules",
    "Institution",
    "InstitutionDirectory",
    "IssuerRefusedError",
    "IssuerUndecidedError",
    "ListRefusedError",
    "ListSnapshot",
    "ListType",
    "PinnedSource",
    "Refresh",
    "Scheme",
    "ServiceKind",
    "SnapshotStore",
    "Status",
    "StatusInterval",
    "StoredIssue",
    "TrustAnchors",
    "TrustDecision",
    "TrustSource",
    "TrustView",
    "TrustedEntity",
    "TrustedService",
    "create_list",
    "create_trust_anchors",
    "create_view",
    "decide_attestation_issuer",
    "decide_relying_party",
    "decide_status_issuer",
    "decide_wallet_provider",
    "freshness",
    "parse_list",
    "parse_trust_anchors",
    "read_rules",
    "sign_directory",
    "sign_list",
    "sign_rules",
    "verify_directory",
    "verify_issue",
    "verify_list",
    "verify_path",
    "verify_rules",
]
