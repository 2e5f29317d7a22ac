"""The issuer's keys: one per purpose, and never one for two (ASVS V9.2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from esspass.errors import MalformedError
from esspass.jose.jwe import EncryptionKey
from esspass.keys.files import read_signer
from esspass.keys.jwk import create_jwk, create_thumbprint
from esspass.keys.signer import KeySigner
from issuer.bearer import KeyedHash

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """The keys by purpose.

    ``attestation`` signs credentials, ``status`` status lists, ``access`` requests for a PID and
    signed metadata; wallets encrypt credential requests to ``encryption``. ``seal`` is for paper;
    an institution without it gives none. ``exchange`` signs messages and receipts to other
    institutions, which encrypt to ``exchange_encryption``; without it there is no exchange.

    Raises MalformedError ``keys_not_distinct``.
    """

    attestation: KeySigner = field(repr=False)
    status: KeySigner = field(repr=False)
    access: KeySigner = field(repr=False)
    encryption: EncryptionKey = field(repr=False)
    seal: KeySigner | None = field(default=None, repr=False)
    exchange: KeySigner | None = field(default=None, repr=False)
    exchange_encryption: EncryptionKey | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        signers = (self.attestation, self.status, self.access, self.seal, self.exchange)
        keys = [signer.public_key for signer in signers if signer is not None]
        keys += [
            key.private_key.public_key()
            for key in (self.encryption, self.exchange_encryption)
            if key is not None
        ]
        if len({create_thumbprint(create_jwk(key)) for key in keys}) != len(keys):
            raise MalformedError(
                "attestation, status, access, encryption, seal and exchange need a key each",
                code="keys_not_distinct",
            )


def read_keys(folder: Path, keyed: KeyedHash) -> IssuerKeys:
    """Read the signers of ``folder``; the encryption keys are derived from the app's secret.

    Raises MalformedError.
    """
    attestation, status, access = (
        read_signer(folder, name) for name in ("attestation", "status", "access")
    )
    return IssuerKeys(
        attestation, status, access, derive_encryption_key(keyed), _read_optional(folder, "seal"),
        _read_optional(folder, "exchange"), derive_encryption_key(keyed, "exchange key"),
    )  # fmt: skip


def _read_optional(folder: Path, name: str) -> KeySigner | None:
    return read_signer(folder, name) if (folder / f"{name}.key.pem").exists() else None


def derive_encryption_key(keyed: KeyedHash, purpose: str = "encryption key") -> EncryptionKey:
    """Return the key for a purpose: the same in every process and after a restart."""
    wide = keyed.digest(purpose, "1") + keyed.digest(purpose, "2")
    scalar = int.from_bytes(wide, "big") % (_ORDER - 1) + 1
    private_key = ec.derive_private_key(scalar, ec.SECP256R1())
    return EncryptionKey(create_thumbprint(create_jwk(private_key.public_key())), private_key)
