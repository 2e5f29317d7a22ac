"""Signers: something that can sign under one algorithm and says which key and certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from esspass.keys.jwk import PublicKey

_ES256 = ec.ECDSA(hashes.SHA256())


class Signer(Protocol):
    """What a JWS needs of a private key; a PKCS#11 token can stand behind it."""

    @property
    def algorithm(self) -> str:
        """Its JOSE algorithm, ``ES256``."""

    @property
    def public_key(self) -> PublicKey:
        """The key others verify with."""

    @property
    def certificates(self) -> Sequence[x509.Certificate]:
        """Leaf first, without the trust anchor; empty when the key has none."""

    def sign(self, message: bytes) -> bytes:
        """Return the JOSE signature: r and s, 32 bytes each (RFC 7518, section 3.4)."""


@dataclass(frozen=True, slots=True)
class KeySigner:
    """A P-256 private key in memory, and the certificates that vouch for it."""

    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificates: tuple[x509.Certificate, ...] = ()

    @property
    def algorithm(self) -> str:
        return "ES256"

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self.private_key.public_key()

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.private_key.sign(message, _ES256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def create_key() -> ec.EllipticCurvePrivateKey:
    """Make a fresh P-256 private key."""
    return ec.generate_private_key(ec.SECP256R1())
