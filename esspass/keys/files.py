"""Keys and certificates kept in files: PEM, private ones readable by their owner only."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from esspass.errors import MalformedError
from esspass.keys.signer import KeySigner


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key as PKCS#8, mode 0600; an existing file is never overwritten."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read a P-256 private key. Raises MalformedError."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise MalformedError(f"no private key in {path.name}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise MalformedError(f"{path.name} does not hold a P-256 key")
    return key


def write_certificates(path: Path, certificates: Sequence[x509.Certificate]) -> None:
    """Write certificates as concatenated PEM."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in certificates))


def read_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """Read concatenated PEM certificates. Raises MalformedError."""
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise MalformedError(f"no certificates in {path.name}") from error


def write_signer(folder: Path, name: str, signer: KeySigner) -> None:
    """Write ``NAME.key.pem`` and ``NAME.cert.pem``."""
    write_key(folder / f"{name}.key.pem", signer.private_key)
    write_certificates(folder / f"{name}.cert.pem", signer.certificates)


def read_signer(folder: Path, name: str) -> KeySigner:
    """Read what ``write_signer`` wrote. Raises MalformedError."""
    key = read_key(folder / f"{name}.key.pem")
    return KeySigner(key, read_certificates(folder / f"{name}.cert.pem"))
