"""Sealing: what the wallet keeps at rest is encrypted and bound to the place it is kept in.

AES-256-GCM with a fresh nonce. The associated data names the owner and the row, so a sealed value
that is moved to another holder, or to another row, does not open.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from esspass.errors import MalformedError, VerificationError
from esspass.jose.jws import create_json, parse_json_object
from esspass.keys.jwk import decode_base64url, encode_base64url

KEY_BYTES = 32
_NONCE_BYTES = 12
_FILE = "key-encryption.key"


class SealedError(VerificationError):
    """A sealed value does not open: wrong key, wrong place, or altered."""

    code = "sealed"


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A 256-bit AES key that seals values at rest; it never leaves memory in clear."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise MalformedError("a sealing key has 32 bytes")

    def seal(self, plaintext: bytes, *context: str) -> str:
        """Return base64url(nonce, ciphertext, tag); ``context`` must be given again to open."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.secret).encrypt(nonce, plaintext, _associated_data(context))
        return encode_base64url(nonce + sealed)

    def unseal(self, sealed: str, *context: str) -> bytes:
        """Open what ``seal`` made. Raises SealedError."""
        data = decode_base64url(sealed)
        nonce, ciphertext = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
        try:
            return AESGCM(self.secret).decrypt(nonce, ciphertext, _associated_data(context))
        except (InvalidTag, ValueError) as error:
            raise SealedError from error

    def seal_json(self, value: Mapping[str, Any], *context: str) -> str:
        """Seal a JSON object."""
        return self.seal(create_json(value), *context)

    def unseal_json(self, sealed: str, *context: str) -> dict[str, Any]:
        """Open a sealed JSON object. Raises SealedError."""
        return parse_json_object(self.unseal(sealed, *context))


def create_sealing_key() -> SealingKey:
    """Make a random key."""
    return SealingKey(secrets.token_bytes(KEY_BYTES))


def derive_sealing_key(secret: bytes, purpose: str) -> SealingKey:
    """Derive a key for one purpose from a secret of at least 32 random bytes (HKDF, RFC 5869)."""
    if len(secret) < KEY_BYTES:
        raise MalformedError("too little secret to derive a key from")
    derivation = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose.encode())
    return SealingKey(derivation.derive(secret))


def write_sealing_key(folder: Path) -> None:
    """Make the server's key-encryption key, mode 0600; an existing one is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(folder / _FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(encode_base64url(create_sealing_key().secret))


def read_sealing_key(folder: Path) -> SealingKey:
    """Read the server's key-encryption key. Raises MalformedError."""
    try:
        text = (folder / _FILE).read_text("ascii").strip()
    except (OSError, UnicodeError) as error:
        raise MalformedError(f"no key-encryption key in {_FILE}") from error
    return SealingKey(decode_base64url(text))


def _associated_data(context: tuple[str, ...]) -> bytes:
    return create_json(list(context))
