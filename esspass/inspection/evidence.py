"""What the checks of one credential look at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from cryptography import x509

from esspass.attestations import Presented, attestation_type, read_presented
from esspass.inspection.status import Statuses
from esspass.keys.jwk import PublicKey
from esspass.sdjwt import (
    ClaimPath,
    UnverifiedVc,
    VerifiedVc,
    verify_key_binding,
    verify_sd_jwt_vc,
)
from esspass.trust import TrustView


class HolderBinding(Protocol):
    """How a presentation must be bound to its holder, and to whom it was shown."""

    def verify(self, vc: UnverifiedVc, holder_key: PublicKey, now: int) -> None:
        """Raise KeyBindingError unless it is."""
        ...


@dataclass(frozen=True, slots=True)
class Binding:
    """What an answer to a request must name: its nonce, and this verifier as audience."""

    nonce: str
    audience: str

    def verify(self, vc: UnverifiedVc, holder_key: PublicKey, now: int) -> None:
        """Raise KeyBindingError unless the holder's key signed for this request, just now."""
        nonce, audience = self.nonce, self.audience
        verify_key_binding(vc.sd_jwt, holder_key, nonce=nonce, audience=audience, now=now)


class Evidence(ABC):
    """What the checks look at: a document, what the lists say, the time (epoch seconds).

    ``verified`` is the document under its issuer's signature; whatever is asked of it first raises
    what is wrong with that.
    """

    trust: TrustView
    statuses: Statuses
    now: int

    @property
    @abstractmethod
    def verified(self) -> VerifiedVc:
        """The claims, as signed. Raises VerificationError, MalformedError or UndecidedError."""

    @property
    def presented(self) -> Presented:
        """Its content in the one vocabulary of all shapes. Raises MalformedError."""
        return read_presented(self.verified.vct, self.verified.claims)


@dataclass(frozen=True)
class VcEvidence(Evidence):
    """A credential. ``binding`` is None only where a wallet looks at what it holds."""

    vc: UnverifiedVc
    trust: TrustView = field(repr=False)
    statuses: Statuses = field(repr=False)
    now: int
    binding: HolderBinding | None = None

    @cached_property
    def verified(self) -> VerifiedVc:
        """The credential under its issuer's signature. Raises as ``verify_sd_jwt_vc``."""
        return verify_sd_jwt_vc(self.vc)

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
