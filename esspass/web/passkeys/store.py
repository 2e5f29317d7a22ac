"""What the server keeps of passkeys: users, public keys, open challenges, invitations.

Challenges and invitations are taken with one statement, so each works once, also with two
processes on one database.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from esspass.errors import VerificationError
from esspass.keys.jwk import encode_base64url
from esspass.storage import Database, Row

MIGRATIONS = {
    "web-users-001": """
        CREATE TABLE web_users (
            id TEXT PRIMARY KEY,
            role TEXT NOT NULL,
            name TEXT NOT NULL,
            prf_salt TEXT NOT NULL,
            created_at BIGINT NOT NULL
        )""",
    "web-passkeys-001": """
        CREATE TABLE web_passkeys (
            id TEXT PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES web_users (id),
            name TEXT NOT NULL,
            public_key TEXT NOT NULL,
            sign_count BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            last_used_at BIGINT
        )""",
    "web-passkeys-002": "CREATE INDEX web_passkeys_user ON web_passkeys (user_id)",
    "web-challenges-001": """
        CREATE TABLE web_challenges (
            id_hash TEXT PRIMARY KEY,
            purpose TEXT NOT NULL,
            challenge TEXT NOT NULL,
            user_id TEXT,
            user_name TEXT,
            invitation_hash TEXT,
            expires_at BIGINT NOT NULL
        )""",
    "web-invitations-001": """
        CREATE TABLE web_invitations (
            token_hash TEXT PRIMARY KEY,
            role TEXT NOT NULL,
            expires_at BIGINT NOT NULL,
            used_at BIGINT
        )""",
    "web-invitations-002": "ALTER TABLE web_invitations ADD COLUMN user_id TEXT",
}
CHALLENGE_LIFETIME = 300
INVITATION_LIFETIME = 24 * 3600


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in with a passkey; ``role`` is staff or citizen."""

    id: str
    role: str
    name: str = field(repr=False)
    prf_salt: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Passkey:
    """One public key of a user; ``id`` is the credential id, both base64url."""

    id: str
    user_id: str
    name: str
    public_key: str
    sign_count: int
    created_at: int
    last_used_at: int | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """An open question to an authenticator, and for whom it was asked."""

    challenge: str
    user_id: str | None
    user_name: str | None = field(repr=False)
    invitation_hash: str | None


@dataclass(frozen=True, slots=True)
class PasskeyStore:
    """The users of one app and their passkeys."""

    database: Database

    def find_user(self, user_id: str) -> User | None:
        rows = self.database.query(
            "SELECT id, role, name, prf_salt FROM web_users WHERE id = :id", id=user_id
        )
        return User(**rows[0]) if rows else None

    def has_users(self, role: str) -> bool:
        """Whether anybody of this role has ever set up a passkey."""
        sql = "SELECT id FROM web_users WHERE role = :role LIMIT 1"
        return bool(self.database.query(sql, role=role))

    def add_user(self, user: User, now: int) -> None:
        """Keep a new user; an existing one stays as it is."""
        self.database.execute(
            "INSERT INTO web_users (id, role, name, prf_salt, created_at)"
            " VALUES (:id, :role, :name, :prf_salt, :now) ON CONFLICT DO NOTHING",
            id=user.id,
            role=user.role,
            name=user.name,
            prf_salt=user.prf_salt,
            now=now,
        )

    def delete_user(self, user_id: str) -> None:
        """Forget a user and every passkey of theirs."""
        with self.database.atomic():
            self.database.execute("DELETE FROM web_passkeys WHERE user_id = :id", id=user_id)
            self.database.execute("DELETE FROM web_users WHERE id = :id", id=user_id)

    def find_passkey(self, passkey_id: str) -> Passkey | None:
        rows = self.database.query("SELECT * FROM web_passkeys WHERE id = :id", id=passkey_id)
        return _passkey(rows[0]) if rows else None

    def list_passkeys(self, user_id: str) -> list[Passkey]:
        rows = self.database.query(
            "SELECT * FROM web_passkeys WHERE user_id = :id ORDER BY created_at, id", id=user_id
        )
        return [_passkey(row) for row in rows]

    def add_passkey(self, passkey: Passkey) -> None:
        """Keep a new passkey. Raises VerificationError if its credential id is taken."""
        added = self.database.execute(
            "INSERT INTO web_passkeys (id, user_id, name, public_key, sign_count, created_at)"
            " VALUES (:id, :user_id, :name, :public_key, :sign_count, :now)"
            " ON CONFLICT DO NOTHING",
            id=passkey.id,
            user_id=passkey.user_id,
            name=passkey.name,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            now=passkey.created_at,
        )
        if not added:
            raise VerificationError("this passkey exists already", code="passkey_refused")

    def use_passkey(self, passkey_id: str, sign_count: int, now: int) -> None:
        """Note a use. Raises VerificationError when the counter did not go up.

        Authenticators without a counter say 0 always (WebAuthn, section 6.1.1).
        """
        used = self.database.execute(
            "UPDATE web_passkeys SET sign_count = :count, last_used_at = :now WHERE id = :id"
            " AND (sign_count < :count OR (sign_count = 0 AND :count = 0))",
            id=passkey_id,
            count=sign_count,
            now=now,
        )
        if not used:
            raise VerificationError("the passkey's counter went back", code="counter_rollback")

    def rename_passkey(self, user_id: str, passkey_id: str, name: str) -> None:
        self.database.execute(
            "UPDATE web_passkeys SET name = :name WHERE id = :id AND user_id = :user_id",
            id=passkey_id,
            user_id=user_id,
            name=name,
        )

    def remove_passkey(self, user_id: str, passkey_id: str) -> None:
        """Forget a passkey. Raises VerificationError when it is the user's only one."""
        removed = self.database.execute(
            "DELETE FROM web_passkeys WHERE id = :id AND user_id = :user_id AND EXISTS"
            " (SELECT 1 FROM web_passkeys WHERE user_id = :user_id AND id <> :id)",
            id=passkey_id,
            user_id=user_id,
        )
        if not removed:
            raise VerificationError("the only passkey stays", code="last_passkey")

    def add_challenge(self, purpose: str, challenge: Challenge, now: int) -> str:
        """Keep a challenge for five minutes; return the name for the cookie."""
        self.database.execute("DELETE FROM web_challenges WHERE expires_at <= :now", now=now)
        name = secrets.token_urlsafe(32)
        self.database.execute(
            "INSERT INTO web_challenges (id_hash, purpose, challenge, user_id, user_name,"
            " invitation_hash, expires_at) VALUES (:id_hash, :purpose, :challenge, :user_id,"
            " :user_name, :invitation_hash, :expires_at)",
            id_hash=hash_token(name),
            purpose=purpose,
            challenge=challenge.challenge,
            user_id=challenge.user_id,
            user_name=challenge.user_name,
            invitation_hash=challenge.invitation_hash,
            expires_at=now + CHALLENGE_LIFETIME,
        )
        return name

    def take_challenge(self, purpose: str, name: str, now: int) -> Challenge:
        """Use a challenge up. Raises VerificationError when it is gone, old or another's."""
        rows = self.database.query(
            "DELETE FROM web_challenges WHERE id_hash = :id_hash AND purpose = :purpose"
            " AND expires_at > :now RETURNING challenge, user_id, user_name, invitation_hash",
            id_hash=hash_token(name),
            purpose=purpose,
            now=now,
        )
        if not rows:
            raise VerificationError("no such challenge is open", code="challenge_missing")
        return Challenge(**rows[0])

    def add_invitation(self, role: str, now: int, lifetime: int, user_id: str | None = None) -> str:
        """Make an invitation that works once; return its token, which is not kept.

        With ``user_id`` it is for a further passkey of that user.
        """
        token = secrets.token_urlsafe(32)
        self.database.execute(
            "INSERT INTO web_invitations (token_hash, role, expires_at, user_id)"
            " VALUES (:token_hash, :role, :expires_at, :user_id)",
            token_hash=hash_token(token),
            role=role,
            expires_at=now + lifetime,
            user_id=user_id,
        )
        return token

    def find_invited(self, invitation_hash: str) -> User | None:
        """Return the user whom an invitation is for, None if it is for somebody new.

        Raises VerificationError when that user is gone.
        """
        rows = self.database.query(
            "SELECT user_id FROM web_invitations WHERE token_hash = :hash", hash=invitation_hash
        )
        if not rows or rows[0]["user_id"] is None:
            return None
        user = self.find_user(rows[0]["user_id"])
        if user is None:
            raise VerificationError("no such invitation is open", code="invitation_unknown")
        return user

    def forget_passkeys(self, user_id: str) -> int:
        """Forget every passkey of a user, who stays; return how many."""
        return self.database.execute("DELETE FROM web_passkeys WHERE user_id = :id", id=user_id)

    def check_invitation(self, token: str, now: int) -> str:
        """Return the hash of an open invitation. Raises VerificationError."""
        rows = self.database.query(
            "SELECT token_hash FROM web_invitations"
            " WHERE token_hash = :token_hash AND used_at IS NULL AND expires_at > :now",
            token_hash=hash_token(token),
            now=now,
        )
        if not rows:
            raise VerificationError("no such invitation is open", code="invitation_unknown")
        return str(rows[0]["token_hash"])

    def use_invitation(self, invitation_hash: str, now: int) -> str:
        """Use an invitation up; return its role. Raises VerificationError if somebody was first."""
        used = self.database.query(
            "UPDATE web_invitations SET used_at = :now"
            " WHERE token_hash = :token_hash AND used_at IS NULL AND expires_at > :now"
            " RETURNING role",
            token_hash=invitation_hash,
            now=now,
        )
        if not used:
            raise VerificationError("no such invitation is open", code="invitation_unknown")
        return str(used[0]["role"])


def create_staff_invitation(
    store: PasskeyStore, now: int, lifetime: int = INVITATION_LIFETIME
) -> str:
    """Make a one-time token for the page ``/invitation/<token>``; ``lifetime`` in seconds."""
    return store.add_invitation("staff", now, lifetime)


def create_first_invitation(store: PasskeyStore, base_url: str, now: int) -> str | None:
    """Return a link that sets up the first member of staff, or None when there is one."""
    if store.has_users("staff"):
        return None
    return invitation_url(base_url, create_staff_invitation(store, now))


def invitation_url(base_url: str, token: str) -> str:
    """Return the address of the page that redeems an invitation."""
    return f"{base_url.rstrip('/')}/invitation/{token}"


def hash_token(token: str) -> str:
    """Return what the database keeps of a secret."""
    return encode_base64url(hashlib.sha256(token.encode()).digest())


def _passkey(row: Row) -> Passkey:
    return Passkey(**row)
