"""Holder keys: P-256, one per credential copy, never in clear at rest.

Two layers. Every holder has one random wrapping key. It is stored only sealed, once per way to
open it: under HKDF of a passkey's PRF output (WebAuthn Level 3, section 10.1.4), or, for
authenticators without PRF and for headless holders, under the server's key-encryption key. Each
holder key is sealed under the wrapping key, bound to holder and key id.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from esspass.errors import MalformedError
from esspass.keys.jwk import create_jwk, create_thumbprint, encode_base64url
from esspass.keys.signer import KeySigner, create_key
from esspass.storage import Database
from wallet.sealing import SealingKey, create_sealing_key, derive_sealing_key

MIGRATIONS = {
    "wallet-wrapping-keys-001": """
        CREATE TABLE wallet_wrapping_keys (
            holder_id TEXT NOT NULL,
            opened_by TEXT NOT NULL,
            sealed TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (holder_id, opened_by)
        )""",
    "wallet-holder-keys-001": """
        CREATE TABLE wallet_holder_keys (
            id TEXT PRIMARY KEY,
            holder_id TEXT NOT NULL,
            sealed TEXT NOT NULL,
            created_at BIGINT NOT NULL
        )""",
}

SERVER = "server"
_PRF_PURPOSE = "esspass wallet wrapping key v1"
_PRF_NAME = "esspass wallet name of a passkey secret v1"


class LockedError(MalformedError):
    """The holder's keys cannot be opened this way."""

    code = "locked"


@dataclass(frozen=True, slots=True)
class Holder:
    """A citizen whose wrapping key is open: only such a holder can sign."""

    id: str
    wrapping_key: SealingKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class HolderKeys:
    """All holder keys of this wallet, and the ways to open them."""

    database: Database
    server_key: SealingKey

    def open_with_server_key(self, holder_id: str, now: int) -> Holder:
        """Open, or on first use create, a holder protected by the server's key.

        Raises LockedError for a holder whose wrapping key only a passkey opens.
        """
        return self._open(holder_id, SERVER, self.server_key, now)

    def open_with_prf(self, holder_id: str, prf: bytes, now: int) -> Holder:
        """Open, or on first use create, a holder protected by a passkey's PRF output.

        Raises LockedError for a passkey that was not added to an existing holder.
        """
        return self._open(holder_id, _name_prf(prf), derive_sealing_key(prf, _PRF_PURPOSE), now)

    def add_prf(self, holder: Holder, prf: bytes, now: int) -> None:
        """Let a further passkey open an open holder's keys."""
        opener = derive_sealing_key(prf, _PRF_PURPOSE)
        self._seal_wrapping_key(holder, _name_prf(prf), opener, now)

    def protections(self, holder_id: str) -> tuple[str, ...]:
        """Return what opens this holder's keys: names of passkey secrets, or ``server``."""
        rows = self.database.query(
            "SELECT opened_by FROM wallet_wrapping_keys WHERE holder_id = :holder_id"
            " ORDER BY created_at, opened_by",
            holder_id=holder_id,
        )
        return tuple(str(row["opened_by"]) for row in rows)

    def create(self, holder: Holder, now: int) -> KeySigner:
        """Make and store a fresh key; its id is its JWK thumbprint (RFC 7638)."""
        key = create_key()
        signer = KeySigner(key)
        key_id = create_key_id(signer)
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self.database.execute(
            "INSERT INTO wallet_holder_keys VALUES (:id, :holder_id, :sealed, :now)",
            id=key_id,
            holder_id=holder.id,
            sealed=holder.wrapping_key.seal(der, holder.id, key_id),
            now=now,
        )
        return signer

    def read(self, holder: Holder, key_id: str) -> KeySigner:
        """Open one key. Raises MalformedError when unknown, SealedError when moved or altered."""
        rows = self.database.query(
            "SELECT sealed FROM wallet_holder_keys WHERE id = :id AND holder_id = :holder_id",
            id=key_id,
            holder_id=holder.id,
        )
        if not rows:
            raise MalformedError("no such key", code="unknown_key")
        der = holder.wrapping_key.unseal(str(rows[0]["sealed"]), holder.id, key_id)
        key = load_der_private_key(der, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise MalformedError("not an elliptic-curve key", code="unknown_key")
        return KeySigner(key)

    def delete(self, holder_id: str, key_id: str) -> None:
        """Destroy one key."""
        self.database.execute(
            "DELETE FROM wallet_holder_keys WHERE id = :id AND holder_id = :holder_id",
            id=key_id,
            holder_id=holder_id,
        )

    def delete_all(self, holder_id: str) -> None:
        """Destroy every key of a holder and every way to open them."""
        for table in ("wallet_holder_keys", "wallet_wrapping_keys"):
            self.database.execute(
                f"DELETE FROM {table} WHERE holder_id = :holder_id",  # noqa: S608  (constants)
                holder_id=holder_id,
            )

    def _open(self, holder_id: str, opened_by: str, opener: SealingKey, now: int) -> Holder:
        known = self.protections(holder_id)
        if not known:
            self._seal_wrapping_key(Holder(holder_id, create_sealing_key()), opened_by, opener, now)
        elif opened_by not in known:
            raise LockedError("these keys cannot be opened this way")
        return Holder(holder_id, self._unseal_wrapping_key(holder_id, opened_by, opener))

    def _seal_wrapping_key(
        self, holder: Holder, opened_by: str, opener: SealingKey, now: int
    ) -> None:
        """Store the wrapping key for one more opener; of two first uses at once, one wins."""
        self.database.execute(
            "INSERT INTO wallet_wrapping_keys VALUES (:holder_id, :opened_by, :sealed, :now)"
            " ON CONFLICT DO NOTHING",
            holder_id=holder.id,
            opened_by=opened_by,
            sealed=opener.seal(holder.wrapping_key.secret, holder.id, opened_by),
            now=now,
        )

    def _unseal_wrapping_key(
        self, holder_id: str, opened_by: str, opener: SealingKey
    ) -> SealingKey:
        rows = self.database.query(
            "SELECT sealed FROM wallet_wrapping_keys"
            " WHERE holder_id = :holder_id AND opened_by = :opened_by",
            holder_id=holder_id,
            opened_by=opened_by,
        )
        if not rows:
            raise LockedError("these keys cannot be opened this way")
        return SealingKey(opener.unseal(str(rows[0]["sealed"]), holder_id, opened_by))


def create_key_id(signer: KeySigner) -> str:
    """Return the id of a holder key: the thumbprint of its public JWK."""
    return create_thumbprint(create_jwk(signer.public_key))


def _name_prf(prf: bytes) -> str:
    """Name a PRF output without telling it: a second derivation from the same secret."""
    return encode_base64url(derive_sealing_key(prf, _PRF_NAME).secret)
