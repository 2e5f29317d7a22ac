"""Sessions on the server: the cookie names one, the database holds it, sign-out deletes it.

The cookie carries a random token. The database keeps its hash, and a secret (if any) sealed under
a key derived from the token, so neither a stolen database nor the server at rest can open it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from esspass.errors import VerificationError
from esspass.keys.jwk import decode_base64url, encode_base64url
from esspass.storage import Database, Row

MIGRATIONS = {
    "web-sessions-001": """
        CREATE TABLE web_sessions (
            id_hash TEXT PRIMARY KEY,
            user_id TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            sealed TEXT
        )""",
    "web-sessions-002": "CREATE INDEX web_sessions_user ON web_sessions (user_id)",
}
_NONCE_BYTES = 12
_SEAL = b"esspass session secret v1"


@dataclass(frozen=True, slots=True)
class ServerSession:
    """Who is signed in, from when to when, and the secret kept for that time only."""

    user_id: str
    created_at: int
    expires_at: int
    secret: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ServerSessionStore:
    """The sessions of one app."""

    database: Database

    def create(self, user_id: str, *, now: int, lifetime: int, secret: bytes | None = None) -> str:
        """Open a session for ``lifetime`` seconds; return the token for the cookie."""
        self.database.execute("DELETE FROM web_sessions WHERE expires_at <= :now", now=now)
        token = secrets.token_urlsafe(32)
        self.database.execute(
            "INSERT INTO web_sessions (id_hash, user_id, created_at, expires_at, sealed)"
            " VALUES (:id_hash, :user_id, :now, :expires_at, :sealed)",
            id_hash=_hash(token),
            user_id=user_id,
            now=now,
            expires_at=now + lifetime,
            sealed=None if secret is None else _seal(token, user_id, secret),
        )
        return token

    def find(self, token: str, now: int) -> ServerSession | None:
        """Return the open session of this token. Raises VerificationError if it was altered."""
        rows = self.database.query(
            "SELECT user_id, created_at, expires_at, sealed FROM web_sessions"
            " WHERE id_hash = :id_hash AND expires_at > :now",
            id_hash=_hash(token),
            now=now,
        )
        return _read(token, rows[0]) if rows else None

    def delete(self, token: str) -> None:
        """Sign out."""
        self.database.execute("DELETE FROM web_sessions WHERE id_hash = :id", id=_hash(token))

    def delete_all(self, user_id: str) -> None:
        """Sign a user out everywhere."""
        self.database.execute("DELETE FROM web_sessions WHERE user_id = :id", id=user_id)


def _read(token: str, row: Row) -> ServerSession:
    user_id, sealed = str(row["user_id"]), row["sealed"]
    secret = None if sealed is None else _unseal(token, user_id, str(sealed))
    return ServerSession(user_id, row["created_at"], row["expires_at"], secret)


def _hash(token: str) -> str:
    return encode_base64url(hashlib.sha256(token.encode()).digest())


def _cipher(token: str) -> AESGCM:
    derivation = HKDF(hashes.SHA256(), 32, salt=None, info=_SEAL)
    return AESGCM(derivation.derive(token.encode()))


def _seal(token: str, user_id: str, secret: bytes) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    return encode_base64url(nonce + _cipher(token).encrypt(nonce, secret, user_id.encode()))


def _unseal(token: str, user_id: str, sealed: str) -> bytes:
    data = decode_base64url(sealed)
    nonce, ciphertext = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
    try:
        return _cipher(token).decrypt(nonce, ciphertext, user_id.encode())
    except (InvalidTag, ValueError) as error:
        raise VerificationError("the session does not open", code="session_altered") from error
