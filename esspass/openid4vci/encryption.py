"""Encrypted credential requests and responses (OpenID4VCI 1.0, section 10).

ECDH-ES on P-256 with A128GCM or A256GCM, no compression (HAIP 1.0, section 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from esspass.errors import MalformedError, ProtocolError
from esspass.jose.jwe import (
    CONTENT_ENCRYPTION,
    KEY_AGREEMENT,
    EncryptionKey,
    decrypt_jwe,
    encrypt_jwe,
    parse_jwe_header,
)
from esspass.jose.jws import create_json, parse_json_object
from esspass.keys.jwk import parse_jwk
from esspass.openid4vci.members import read_object
from esspass.openid4vci.refusal import refuse_with

MEDIA_TYPE = "application/jwt"
REFUSED = "invalid_encryption_parameters"


@dataclass(frozen=True, slots=True)
class ResponseEncryption:
    """How the wallet wants its answer: to which key, with which content encryption."""

    jwk: Mapping[str, Any]
    enc: str


def create_response_encryption(key: EncryptionKey, enc: str = "A256GCM") -> dict[str, Any]:
    """Build ``credential_response_encryption`` of a credential request."""
    return {"jwk": key.public_jwk(), "enc": enc}


def parse_response_encryption(value: Any) -> ResponseEncryption:
    """Read ``credential_response_encryption``.

    Raises ProtocolError ``invalid_encryption_parameters``.
    """
    with refuse_with(REFUSED):
        members = read_object(value, "credential_response_encryption")
        jwk = read_object(members.get("jwk"), "jwk")
        if jwk.get("alg") != KEY_AGREEMENT or members.get("alg", KEY_AGREEMENT) != KEY_AGREEMENT:
            raise MalformedError("encryption algorithm not supported")
        if members.get("enc") not in CONTENT_ENCRYPTION or "zip" in members:
            raise MalformedError("content encryption or compression not supported")
        key = parse_jwk(jwk, use="enc")
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            raise MalformedError("encryption key must be on P-256")
        return ResponseEncryption(dict(jwk), str(members["enc"]))


def encrypt_message(message: Mapping[str, Any], encryption: ResponseEncryption) -> str:
    """Encrypt a credential (or deferred) response. Raises MalformedError."""
    return encrypt_jwe(create_json(message), encryption.jwk, encryption.enc)


def encrypt_request(message: Mapping[str, Any], jwks: Sequence[Mapping[str, Any]]) -> str:
    """Encrypt a request to the first key of the issuer that we can use. Raises MalformedError."""
    for jwk in jwks:
        if jwk.get("alg") == KEY_AGREEMENT and jwk.get("crv") == "P-256":
            return encrypt_jwe(create_json(message), jwk)
    raise MalformedError("the issuer names no encryption key that we can use")


def decrypt_request(token: str, keys: Sequence[EncryptionKey]) -> dict[str, Any]:
    """Decrypt a request made to one of our keys.

    Raises ProtocolError ``invalid_encryption_parameters``.
    """
    with refuse_with(REFUSED):
        kid = parse_jwe_header(token).get("kid")
        for key in keys:
            if key.kid == kid:
                return parse_json_object(decrypt_jwe(token, key))
    raise ProtocolError("the request is encrypted to an unknown key", code=REFUSED)


def decrypt_response(token: str, key: EncryptionKey) -> dict[str, Any]:
    """Decrypt a response made to our key. Raises MalformedError or VerificationError."""
    return parse_json_object(decrypt_jwe(token, key))
