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
    an institution without it gives none.

    Raises MalformedError ``keys_not_distinct``.
    """

    attestation: KeySigner = field(repr=False)
    status: KeySigner = field(repr=False)
    access: KeySigner = field(repr=False)
    encryption: EncryptionKey = field(repr=False)
    seal: KeySigner | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        signers = (self.attestation, self.status, self.access, self.seal)
        keys = [signer.public_key for signer in signers if signer is not None]
        keys.append(self.encryption.private_key.public_key())
        if len({create_thumbprint(create_jwk(key)) for key in keys}) != len(keys):
            raise MalformedError(
                "attestation, status, access, encryption and seal need a key each",
                code="keys_not_distinct",
            )


def read_keys(folder: Path, keyed: KeyedHash) -> IssuerKeys:
    """Read the signers of ``folder``; the encryption key is derived from the app's secret.

    Raises MalformedError.
    """
    attestation, status, access = (
        read_signer(folder, name) for name in ("attestation", "status", "access")
    )
    seal = read_signer(folder, "seal") if (folder / "seal.key.pem").exists() else None
    return IssuerKeys(attestation, status, access, derive_encryption_key(keyed), seal)


def derive_encryption_key(keyed: KeyedHash) -> EncryptionKey:
    """Return the key for credential requests: the same in every process and after a restart."""
    wide = keyed.digest("encryption key", "1") + keyed.digest("encryption key", "2")
    scalar = int.from_bytes(wide, "big") % (_ORDER - 1) + 1
    private_key = ec.derive_private_key(scalar, ec.SECP256R1())
    return EncryptionKey(create_thumbprint(create_jwk(private_key.public_key())), private_key)
