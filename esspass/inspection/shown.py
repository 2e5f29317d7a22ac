"""A QR code that a holder shows: no request stands behind it, so purpose and minute bind it.

The KB-JWT names ``urn:esspass:shown:<purpose>`` as audience, carries a random nonce and expires a
minute after it was made. The same one is accepted once.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import KeyBindingError, MalformedError
from esspass.jose.claims import parse_date
from esspass.keys.jwk import PublicKey
from esspass.sdjwt import (
    UnverifiedVc,
    create_digest,
    verify_holder_signature,
    verify_sd_hash,
)

AUDIENCE = "urn:esspass:shown:"
LIFETIME = 60
BEFORE, AFTER = 60, 30
"""How many seconds a clock may be behind or ahead."""
MIN_NONCE = 22
"""128 bits in base64url."""
TIME_CODES = frozenset({"kb_iat", "shown_too_old", "shown_in_future"})


@dataclass(frozen=True, slots=True)
class ShownBinding:
    """For this purpose, now, and not seen before; ``seen`` holds ``create_shown_digest``s."""

    purpose: str
    seen: AbstractSet[str] = field(default_factory=frozenset, repr=False)

    def verify(self, vc: UnverifiedVc, holder_key: PublicKey, now: int) -> None:
        """Raise KeyBindingError: as ``verify_holder_signature``, and for what the claims say.

        Codes: kb_audience, kb_nonce, kb_sd_hash, kb_iat, shown_in_future, shown_too_old, replayed.
        """
        claims = verify_holder_signature(vc.sd_jwt, holder_key)
        if claims.get("aud") != AUDIENCE + self.purpose:
            raise KeyBindingError("shown for another purpose", code="kb_audience")
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or len(nonce) < MIN_NONCE:
            raise KeyBindingError("without a random nonce", code="kb_nonce")
        verify_sd_hash(vc.sd_jwt, claims)
        _verify_minute(claims, now)
        if create_shown_digest(vc.sd_jwt.key_binding_jwt or "") in self.seen:
            raise KeyBindingError("this code was shown before", code="replayed")


def create_shown_digest(key_binding_jwt: str) -> str:
    """Return base64url(SHA-256) of a KB-JWT: what is remembered against a replay."""
    return create_digest(key_binding_jwt)


def _verify_minute(claims: Mapping[str, Any], now: int) -> None:
    try:
        issued_at, expires_at = parse_date(claims, "iat"), parse_date(claims, "exp")
    except MalformedError as error:
        raise KeyBindingError("the key binding has no date", code="kb_iat") from error
    if issued_at is None or expires_at is None or not 0 < expires_at - issued_at <= LIFETIME:
        raise KeyBindingError("not made for one minute", code="kb_iat")
    if now < issued_at - BEFORE:
        raise KeyBindingError("made in the future", code="shown_in_future")
    if now > expires_at + AFTER:
        raise KeyBindingError("shown too long ago", code="shown_too_old")
