"""JSON Web Encryption as HAIP 1.0 asks for it: ECDH-ES on P-256, A128GCM or A256GCM.

jwcrypto does the cryptography; the header is checked first, so that compression, password-based
keys and other algorithms are refused before any of them costs time.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto import jwe, jwk
from jwcrypto.common import JWException

from esspass.errors import MalformedError, VerificationError
from esspass.jose.jws import create_json, parse_json_object
from esspass.keys.jwk import create_jwk, decode_base64url, encode_base64url, parse_jwk
from esspass.keys.signer import create_key

KEY_AGREEMENT = "ECDH-ES"
CONTENT_ENCRYPTION = ("A128GCM", "A256GCM")
MAX_TOKEN_BYTES = 1024 * 1024
_ALLOWED_HEADER = frozenset({"alg", "enc", "kid", "epk", "apu", "apv", "typ", "cty"})


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A P-256 key pair that others encrypt to; ``kid`` names it."""

    kid: str
    private_key: ec.EllipticCurvePrivateKey

    def public_jwk(self) -> dict[str, str]:
        """Return the JWK for metadata: kid, alg and use included (HAIP 1.0, section 5)."""
        jwk_members = create_jwk(self.private_key.public_key())
        return {**jwk_members, "kid": self.kid, "alg": KEY_AGREEMENT, "use": "enc"}


def create_encryption_key() -> EncryptionKey:
    """Make a fresh key pair with a random key identifier."""
    return EncryptionKey(secrets.token_urlsafe(16), create_key())


def write_encryption_key(key: EncryptionKey) -> str:
    """Write name and scalar, for a row that lives for minutes, until the one answer it opens."""
    scalar = key.private_key.private_numbers().private_value.to_bytes(32, "big")
    return f"{key.kid}.{encode_base64url(scalar)}"


def read_encryption_key(text: str) -> EncryptionKey:
    """Read what ``write_encryption_key`` wrote."""
    kid, _, scalar = text.partition(".")
    number = int.from_bytes(decode_base64url(scalar), "big")
    return EncryptionKey(kid, ec.derive_private_key(number, ec.SECP256R1()))


def encrypt_jwe(payload: bytes, recipient: Mapping[str, Any], enc: str = "A256GCM") -> str:
    """Encrypt to the recipient's public JWK; its ``kid`` goes into the header.

    Raises MalformedError when the JWK or ``enc`` is not one we use.
    """
    key = parse_jwk(recipient, use="enc")
    if enc not in CONTENT_ENCRYPTION or not isinstance(key, ec.EllipticCurvePublicKey):
        raise MalformedError("unsupported encryption parameters")
    header = {"alg": KEY_AGREEMENT, "enc": enc}
    if isinstance(recipient.get("kid"), str):
        header["kid"] = recipient["kid"]
    token = jwe.JWE(payload, protected=create_json(header).decode())
    token.add_recipient(jwk.JWK(**create_jwk(key)))
    return str(token.serialize(compact=True))


def parse_jwe_header(token: str, max_bytes: int = MAX_TOKEN_BYTES) -> dict[str, Any]:
    """Read the protected header of a compact JWE. Raises MalformedError."""
    if not isinstance(token, str) or len(token) > max_bytes or token.count(".") != 4:
        raise MalformedError("not a compact JWE, or too large")
    header = parse_json_object(decode_base64url(token.partition(".")[0]))
    if not header.keys() <= _ALLOWED_HEADER:
        raise MalformedError("header parameter not allowed in a JWE")
    if header.get("alg") != KEY_AGREEMENT or header.get("enc") not in CONTENT_ENCRYPTION:
        raise MalformedError("unsupported encryption parameters")
    return header


def decrypt_jwe(token: str, key: EncryptionKey, max_bytes: int = MAX_TOKEN_BYTES) -> bytes:
    """Decrypt a compact JWE made for ``key``. Raises MalformedError or VerificationError."""
    header = parse_jwe_header(token, max_bytes)
    if header.get("kid", key.kid) != key.kid:
        raise VerificationError("encrypted to another key", code="wrong_encryption_key")
    parse_jwk(header.get("epk") or {})
    for part in token.split(".")[1:]:
        decode_base64url(part)  # one writing for one token: jwcrypto would take others
    opened = jwe.JWE(algs=[KEY_AGREEMENT, *CONTENT_ENCRYPTION])
    try:
        opened.deserialize(token, key=jwk.JWK.from_pyca(key.private_key))
    except (JWException, ValueError) as error:
        raise VerificationError("does not decrypt", code="not_decryptable") from error
    return bytes(opened.payload)
