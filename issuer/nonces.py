"""Nonces that prove themselves: random, dated, sealed; only used ones are stored.

The nonce and challenge endpoints need no authentication, so they must not fill a table. One value
serves one purpose: ``c_nonce``, DPoP nonce or attestation challenge.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from esspass.errors import MalformedError
from esspass.keys.jwk import decode_base64url, encode_base64url
from issuer.bearer import KeyedHash

_RANDOM, _TIME, _SEAL = 16, 8, 16


class Purpose(StrEnum):
    """What a nonce is for."""

    CREDENTIAL = "c_nonce"
    DPOP = "dpop nonce"
    CHALLENGE = "attestation challenge"


@dataclass(frozen=True, slots=True)
class Nonces:
    """Makes and recognises nonces; ``lifetime`` in seconds."""

    keyed: KeyedHash
    lifetime: int

    def create(
        self, purpose: Purpose, now: int, random: Callable[[int], bytes] = os.urandom
    ) -> str:
        """Return a fresh nonce."""
        body = random(_RANDOM) + (now + self.lifetime).to_bytes(_TIME, "big")
        return encode_base64url(body + self._seal(purpose, body))

    def expiry(self, purpose: Purpose, nonce: str, now: int) -> int | None:
        """Return when a nonce of ours ends, epoch seconds; None when it is not ours or is over."""
        try:
            raw = decode_base64url(nonce[:128])
        except MalformedError:
            return None
        body, seal = raw[: _RANDOM + _TIME], raw[_RANDOM + _TIME :]
        if len(raw) != _RANDOM + _TIME + _SEAL:
            return None
        expires_at = int.from_bytes(body[_RANDOM:], "big")
        if not hmac.compare_digest(seal, self._seal(purpose, body)) or expires_at <= now:
            return None
        return expires_at

    def _seal(self, purpose: Purpose, body: bytes) -> bytes:
        return self.keyed.digest(purpose, encode_base64url(body))[:_SEAL]
