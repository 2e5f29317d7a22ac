"""The demo world's keys and certificates: one authority per role, made once, kept in files.

Each body has an authority for its attestations and another for its status lists, as the list of
Pub-EAA providers asks (separate anchors); access certificates come from one provider (ETSI TS
119 411-8). Real deployments bring their own certificates instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from esspass.keys.certificates import Authority, create_authority, create_signer, issue_certificate
from esspass.keys.files import (
    read_certificates,
    read_key,
    read_signer,
    write_certificates,
    write_key,
    write_signer,
)
from esspass.keys.signer import KeySigner, create_key


@dataclass(frozen=True)
class Pki:
    """Authorities and signers in ``folder``; what is not there yet is made."""

    folder: Path

    def authority(self, name: str, organization: str, country: str, now: int) -> Authority:
        """Return the named certification authority."""
        key, certificate = self.folder / f"{name}.ca.key.pem", self.certificate(name)
        if not key.exists():
            made = create_authority(organization, country, f"{name} CA", now)
            write_certificates(certificate, [made.certificate])
            write_key(key, made.private_key)
        return Authority(read_key(key), read_certificates(certificate)[0])

    def certificate(self, name: str) -> Path:
        """Where the certificate of the named authority lies."""
        return self.folder / f"{name}.ca.pem"

    def signer(
        self,
        keys: Path,
        role: str,
        authority: Authority,
        organization: str,
        country: str,
        now: int,
        address: str | None = None,
    ) -> KeySigner:
        """Return the signer for ``role`` in the folder ``keys``, certified by ``authority``.

        ``address`` is the web address that an access certificate names.
        """
        if not (keys / f"{role}.key.pem").exists():
            made = create_signer(authority, organization, country, role, now, address)
            write_signer(keys, role, made)
        return read_signer(keys, role)

    def tls(self, now: int) -> tuple[Path, Path, Path]:
        """Return CA, certificate and key files for https on this machine."""
        authority = self.authority("tls", "ESSPASS demo, this machine only", "EU", now)
        certificate, key = self.folder / "localhost.pem", self.folder / "localhost.key.pem"
        if not key.exists():
            private = create_key()
            leaf = issue_certificate(
                authority, private.public_key(), "ESSPASS demo", "EU", "localhost", now,
                days=365, dns_names=["localhost"],
            )  # fmt: skip
            write_certificates(certificate, [leaf])
            write_key(key, private)
        return self.certificate("tls"), certificate, key
