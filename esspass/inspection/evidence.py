"""What the checks of one credential look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography import x509

from esspass.attestations import Presented, attestation_type, read_presented
from esspass.inspection.status import StatusSource
from esspass.sdjwt import ClaimPath, UnverifiedVc, VerifiedVc, verify_sd_jwt_vc
from esspass.trust import TrustView


@dataclass(frozen=True, slots=True)
class Binding:
    """What a key binding must name: this request's nonce, and this verifier as audience."""

    nonce: str
    audience: str


@dataclass(frozen=True)
class Evidence:
    """A credential, what the lists say, and the time of the inspection (epoch seconds).

    ``binding`` is None only where nothing was presented: a wallet looking at what it holds.
    """

    vc: UnverifiedVc
    trust: TrustView = field(repr=False)
    statuses: StatusSource = field(repr=False)
    now: int
    binding: Binding | None = None

    @cached_property
    def verified(self) -> VerifiedVc:
        """The credential under its issuer's signature. Raises as ``verify_sd_jwt_vc``."""
        return verify_sd_jwt_vc(self.vc)

    @cached_property
    def presented(self) -> Presented:
        """Its content in the one vocabulary of all shapes. Raises MalformedError."""
        return read_presented(self.verified.vct, self.verified.claims)

    def credential(self) -> Credential:
        """What a verdict hands out, to be believed only if it passed."""
        claims, disclosed = self.vc.claims, frozenset(self.vc.processed.paths)
        return Credential(self.vc.vct, claims, self.vc.chain, disclosed)


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as presented: processed claims, envelope included, and what was disclosed.

    Its signature holds only if the verdict it comes with says so.
    """

    vct: str
    claims: Mapping[str, Any] = field(repr=False)
    chain: tuple[x509.Certificate, ...] = field(repr=False)
    disclosed: frozenset[ClaimPath] = field(repr=False, default=frozenset())

    @property
    def kind(self) -> str:
        """``pda1``, ``ehic`` or ``pid``. Raises MalformedError, ``unknown_type``."""
        return attestation_type(self.vct).kind

    def presented(self) -> Presented:
        """Read the content. Raises MalformedError."""
        return read_presented(self.vct, self.claims)
