"""Held credentials: one card each, with one or more copies bound to different keys.

Copies are interchangeable to a verifier and unlinkable to each other, so the least used one is
shown first (OpenID4VCI 1.0, section 13.8; one use per copy as long as they last). Everything
personal is sealed with the server's key, bound to holder and row.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from esspass.jose.jws import create_json, parse_json_object
from esspass.storage import Database, Row
from wallet.sealing import SealingKey

MIGRATIONS = {
    "wallet-credentials-001": """
        CREATE TABLE wallet_credentials (
            id TEXT PRIMARY KEY,
            holder_id TEXT NOT NULL,
            sealed TEXT NOT NULL,
            received_at BIGINT NOT NULL,
            checked TEXT NOT NULL,
            checked_at BIGINT NOT NULL
        )""",
    "wallet-credentials-002": """
        CREATE INDEX wallet_credentials_holder ON wallet_credentials (holder_id)""",
    "wallet-copies-001": """
        CREATE TABLE wallet_copies (
            key_id TEXT PRIMARY KEY,
            credential_id TEXT NOT NULL,
            sealed TEXT NOT NULL,
            uses BIGINT NOT NULL
        )""",
    "wallet-copies-002": """
        CREATE INDEX wallet_copies_credential ON wallet_copies (credential_id)""",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """One signed copy and the id of the holder key it is bound to."""

    key_id: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a credential came from, and how to speak about it with its issuer.

    ``grant`` holds what a refresh needs (token endpoint, refresh token, keys), or nothing.
    """

    credential_issuer: str
    configuration_id: str
    issuer_name: str
    notification_id: str | None = None
    grant: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """How the last check of a held credential ended; no personal data."""

    outcome: str
    reason: str
    check: str
    at: int
    status_at: int | None = None


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """A card in the wallet. ``text`` is one copy, to be read; presenting asks ``take_copy``."""

    id: str
    holder_id: str
    vct: str
    text: str = field(repr=False)
    provenance: Provenance
    received_at: int
    checked: Checked
    copies: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """All credentials this wallet holds."""

    database: Database
    server_key: SealingKey

    def add(
        self, holder_id: str, vct: str, copies: Sequence[Copy], provenance: Provenance,
        checked: Checked,
    ) -> str:  # fmt: skip
        """Store a new card with all its copies; return its id."""
        credential_id = secrets.token_urlsafe(16)
        with self.database.atomic():
            self.database.execute(
                "INSERT INTO wallet_credentials VALUES"
                " (:id, :holder_id, :sealed, :at, :checked, :at)",
                id=credential_id,
                holder_id=holder_id,
                sealed=self._seal(holder_id, credential_id, vct, provenance),
                at=checked.at,
                checked=_write_checked(checked),
            )
            self._add_copies(credential_id, copies)
        return credential_id

    def replace_copies(
        self, held: HeldCredential, copies: Sequence[Copy], provenance: Provenance,
        checked: Checked,
    ) -> list[str]:  # fmt: skip
        """Put fresh copies in the place of the old ones; return the ids of the keys now unused."""
        with self.database.atomic():
            rows = self.database.query(
                "DELETE FROM wallet_copies WHERE credential_id = :id RETURNING key_id", id=held.id
            )
            self._add_copies(held.id, copies)
            self.database.execute(
                "UPDATE wallet_credentials SET sealed = :sealed, checked = :checked,"
                " checked_at = :at WHERE id = :id",
                id=held.id,
                sealed=self._seal(held.holder_id, held.id, held.vct, provenance),
                checked=_write_checked(checked),
                at=checked.at,
            )
        return [str(row["key_id"]) for row in rows]

    def of_holder(self, holder_id: str) -> list[HeldCredential]:
        """Return all cards of a holder, newest first."""
        rows = self.database.query(
            "SELECT * FROM wallet_credentials WHERE holder_id = :holder_id"
            " ORDER BY received_at DESC, id",
            holder_id=holder_id,
        )
        return [held for row in rows if (held := self._read(row)) is not None]

    def get(self, holder_id: str, credential_id: str) -> HeldCredential | None:
        """Return one card of this holder; another holder's does not exist."""
        rows = self.database.query(
            "SELECT * FROM wallet_credentials WHERE id = :id AND holder_id = :holder_id",
            id=credential_id,
            holder_id=holder_id,
        )
        return self._read(rows[0]) if rows else None

    def take_copy(self, held: HeldCredential) -> Copy | None:
        """Return the least used copy and count the use, in one statement."""
        rows = self.database.query(
            "UPDATE wallet_copies SET uses = uses + 1 WHERE key_id = ("
            "SELECT key_id FROM wallet_copies WHERE credential_id = :id"
            " ORDER BY uses, key_id LIMIT 1) RETURNING key_id, sealed",
            id=held.id,
        )
        return self._read_copy(held.id, rows[0]) if rows else None

    def note_checked(self, credential_id: str, checked: Checked) -> None:
        """Remember how the latest check ended; an older result never replaces a newer one."""
        self.database.execute(
            "UPDATE wallet_credentials SET checked = :checked, checked_at = :at"
            " WHERE id = :id AND checked_at <= :at",
            id=credential_id,
            checked=_write_checked(checked),
            at=checked.at,
        )

    def note_grant(self, held: HeldCredential, grant: Mapping[str, Any]) -> None:
        """Remember how to speak with the issuer from now on: tokens change when refreshed."""
        provenance = replace(held.provenance, grant=grant)
        self.database.execute(
            "UPDATE wallet_credentials SET sealed = :sealed WHERE id = :id",
            id=held.id,
            sealed=self._seal(held.holder_id, held.id, held.vct, provenance),
        )

    def delete(self, holder_id: str, credential_id: str) -> list[str]:
        """Remove a card and its copies; return the ids of the keys now unused."""
        with self.database.atomic():
            removed = self.database.execute(
                "DELETE FROM wallet_credentials WHERE id = :id AND holder_id = :holder_id",
                id=credential_id,
                holder_id=holder_id,
            )
            rows = self.database.query(
                "DELETE FROM wallet_copies WHERE credential_id = :id RETURNING key_id",
                id=credential_id if removed else "",
            )
        return [str(row["key_id"]) for row in rows]

    def _add_copies(self, credential_id: str, copies: Sequence[Copy]) -> None:
        for copy in copies:
            self.database.execute(
                "INSERT INTO wallet_copies VALUES (:key_id, :credential_id, :sealed, 0)",
                key_id=copy.key_id,
                credential_id=credential_id,
                sealed=self.server_key.seal(copy.text.encode(), credential_id, copy.key_id),
            )

    def _read(self, row: Row) -> HeldCredential | None:
        holder_id, credential_id = str(row["holder_id"]), str(row["id"])
        copies = self.database.query(
            "SELECT key_id, sealed FROM wallet_copies WHERE credential_id = :id ORDER BY key_id",
            id=credential_id,
        )
        if not copies:
            return None
        members = self.server_key.unseal_json(str(row["sealed"]), holder_id, credential_id)
        return HeldCredential(
            id=credential_id,
            holder_id=holder_id,
            vct=members.pop("vct"),
            text=self._read_copy(credential_id, copies[0]).text,
            provenance=Provenance(**members),
            received_at=int(row["received_at"]),
            checked=Checked(**parse_json_object(str(row["checked"]))),
            copies=len(copies),
        )

    def _read_copy(self, credential_id: str, row: Row) -> Copy:
        key_id = str(row["key_id"])
        text = self.server_key.unseal(str(row["sealed"]), credential_id, key_id)
        return Copy(key_id, text.decode())

    def _seal(self, holder_id: str, credential_id: str, vct: str, provenance: Provenance) -> str:
        members = {
            "vct": vct,
            "credential_issuer": provenance.credential_issuer,
            "configuration_id": provenance.configuration_id,
            "issuer_name": provenance.issuer_name,
            "notification_id": provenance.notification_id,
            "grant": dict(provenance.grant),
        }
        return self.server_key.seal_json(members, holder_id, credential_id)


def _write_checked(checked: Checked) -> str:
    members = {name: getattr(checked, name) for name in Checked.__slots__}
    return create_json(members).decode()
