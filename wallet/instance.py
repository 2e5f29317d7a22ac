"""A wallet instance towards one issuer: the keys that its attestation and its tokens are bound to.

Fresh for every issuance, so that issuers cannot compare them; kept, sealed, as long as a deferred
credential or a refresh needs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from esspass.errors import MalformedError
from esspass.keys.jwk import decode_base64url, encode_base64url
from esspass.keys.signer import KeySigner, create_key


@dataclass(frozen=True, slots=True)
class Instance:
    """``client_key`` proves the client attestation, ``dpop_key`` the access token."""

    client_key: KeySigner
    dpop_key: KeySigner

    def write(self) -> dict[str, str]:
        """Return both keys for sealed storage."""
        return {"client_key": _write(self.client_key), "dpop_key": _write(self.dpop_key)}


def create_instance() -> Instance:
    """Make an instance with fresh keys."""
    return Instance(KeySigner(create_key()), KeySigner(create_key()))


def read_instance(members: Mapping[str, Any]) -> Instance:
    """Read what ``write`` gave. Raises MalformedError."""
    return Instance(_read(members["client_key"]), _read(members["dpop_key"]))


def _write(signer: KeySigner) -> str:
    key = signer.private_key
    return encode_base64url(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def _read(text: str) -> KeySigner:
    key = load_der_private_key(decode_base64url(text), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise MalformedError("not an elliptic-curve key", code="unknown_key")
    return KeySigner(key)
