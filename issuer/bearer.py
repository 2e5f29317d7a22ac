"""Secrets that whoever carries them may use: random, and kept as hashes only.

Codes that must be shown again (a credential offer is fetched more than once) are derived from the
app's key instead of being stored.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from esspass.keys.jwk import encode_base64url


def create_secret() -> str:
    """Return 256 random bits."""
    return secrets.token_urlsafe(32)


def create_identifier() -> str:
    """Return 128 random bits, to name something."""
    return secrets.token_urlsafe(16)


def create_tx_code(length: int) -> str:
    """Return ``length`` random digits."""
    return "".join(str(secrets.randbelow(10)) for _ in range(length))


def hash_secret(secret: str) -> str:
    """Return what the database keeps of a secret."""
    return encode_base64url(hashlib.sha256(secret.encode()).digest())


@dataclass(frozen=True, slots=True)
class KeyedHash:
    """HMAC-SHA-256 under the app's secret key, separated by purpose."""

    secret_key: str = field(repr=False)

    def digest(self, purpose: str, text: str) -> bytes:
        """Return 32 bytes that only this app can compute."""
        message = f"esspass issuer {purpose}\0{text}".encode()
        return hmac.digest(self.secret_key.encode(), message, "sha256")

    def derive(self, purpose: str, text: str) -> str:
        """Return the digest as base64url."""
        return encode_base64url(self.digest(purpose, text))
