"""Trust: who may issue what, according to signed lists (ETSI TS 119 602).

``TrustSource.view(now)`` gives what the lists say; the ``decide_`` functions answer questions on
it and give the evidence. ``operator`` and ``esspass trust`` are the other side: publishing lists.

No function here takes a URL from a message: ``x5u``, ``jku`` and ``trust_anchor_url`` are never
followed. Addresses come from the pinned anchors alone.
"""

from __future__ import annotations

from esspass.trust.anchors import (
    DIRECTORY,
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
from esspass.trust.store import MIGRATIONS, SnapshotStore
from esspass.trust.view import TrustView

__all__ = [
    "DIRECTORY",
    "MIGRATIONS",
    "Authorization",
    "Contact",
    "Freshness",
    "Institution",
    "InstitutionDirectory",
    "IssuerRefusedError",
    "IssuerUndecidedError",
    "ListRefusedError",
    "ListSnapshot",
    "ListType",
    "PinnedSource",
    "Scheme",
    "ServiceKind",
    "SnapshotStore",
    "Status",
    "StatusInterval",
    "TrustAnchors",
    "TrustDecision",
    "TrustSource",
    "TrustView",
    "TrustedEntity",
    "TrustedService",
    "create_list",
    "create_trust_anchors",
    "decide_attestation_issuer",
    "decide_relying_party",
    "decide_status_issuer",
    "decide_wallet_provider",
    "freshness",
    "parse_list",
    "parse_trust_anchors",
    "sign_directory",
    "sign_list",
    "verify_directory",
    "verify_list",
    "verify_path",
]
