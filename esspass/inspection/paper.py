"""A sealed document on paper: found by its seal, checked like any other, bound to nobody.

The seal names its certificate by digest; only the institution directory can tell whose it is. Whom
the document is about is to be compared with an identity document.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from esspass.cwt import UnverifiedCwt, read_core, verify_cwt
from esspass.errors import UndecidedError, UntrustedIssuerError
from esspass.inspection.evidence import Credential, Evidence
from esspass.inspection.status import Statuses
from esspass.keys.certificates import parse_leaf_key
from esspass.keys.jwk import encode_base64url
from esspass.sdjwt import VerifiedVc
from esspass.trust import Freshness, TrustView, freshness


@dataclass(frozen=True)
class PaperEvidence(Evidence):
    """The CWT of a QR code on paper."""

    cwt: UnverifiedCwt
    trust: TrustView = field(repr=False)
    statuses: Statuses = field(repr=False)
    now: int

    @cached_property
    def verified(self) -> VerifiedVc:
        """The core data as claims of the published shape, under the seal of the directory.

        Raises UndecidedError (``directory_unavailable``, ``directory_stale``),
        UntrustedIssuerError (``seal_unknown``), SignatureError, MalformedError (``bad_core``).
        """
        directory = self.trust.directory
        if directory is None:
            raise UndecidedError("nobody can tell whose seal it is", code="directory_unavailable")
        found = directory.find_seal(encode_base64url(self.cwt.certificate_digest))
        if found is None and freshness(directory.next_update, self.now) is not Freshness.FRESH:
            raise UndecidedError("the directory is out of date", code="directory_stale")
        if found is None:
            raise UntrustedIssuerError("a seal of nobody we know", code="seal_unknown")
        chain = (found[1],)
        cwt = verify_cwt(self.cwt, parse_leaf_key(chain))
        vct, claims = read_core(cwt.core)
        return VerifiedVc(
            vct=vct,
            claims={**claims, "iat": cwt.issued_at, "exp": cwt.expires_at},
            issued_at=cwt.issued_at,
            not_before=None,
            expires_at=cwt.expires_at,
            holder_jwk=None,
            status=cwt.status,
            chain=chain,
            disclosed=frozenset(),
        )

    def credential(self) -> Credential:
        """What was sealed. Raises as ``verified``."""
        return Credential(self.verified.vct, self.verified.claims, self.verified.chain)
