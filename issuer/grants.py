"""What a wallet was granted, and the codes and tokens that stand for it.

Codes and tokens are random; the database keeps their hashes. A grant that is revoked takes all of
its tokens with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from esspass.storage import Database, Row
from issuer.bearer import create_identifier, create_secret, hash_secret

MIGRATIONS = {
    "issuer-grants-001": """
        CREATE TABLE grants (
            id TEXT PRIMARY KEY,
            client_id TEXT NOT NULL,
            thumbprint TEXT NOT NULL,
            dpop_jkt TEXT,
            created_at BIGINT NOT NULL,
            revoked_at BIGINT
        )""",
    "issuer-granted-001": """
        CREATE TABLE granted (
            identifier TEXT PRIMARY KEY,
            grant_id TEXT NOT NULL REFERENCES grants (id),
            configuration_id TEXT NOT NULL,
            record_id TEXT NOT NULL,
            by_identifier BIGINT NOT NULL
        )""",
    "issuer-granted-002": "CREATE INDEX granted_grant ON granted (grant_id)",
    "issuer-authorization-codes-001": """
        CREATE TABLE authorization_codes (
            code_hash TEXT PRIMARY KEY,
            grant_id TEXT NOT NULL REFERENCES grants (id),
            redirect_uri TEXT NOT NULL,
            code_challenge TEXT NOT NULL,
            expires_at BIGINT NOT NULL,
            used_at BIGINT
        )""",
    "issuer-tokens-001": """
        CREATE TABLE tokens (
            token_hash TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            grant_id TEXT NOT NULL REFERENCES grants (id),
            dpop_jkt TEXT NOT NULL,
            expires_at BIGINT NOT NULL
        )""",
    "issuer-tokens-002": "CREATE INDEX tokens_expiry ON tokens (expires_at)",
    "issuer-tokens-003": "CREATE INDEX tokens_grant ON tokens (grant_id)",
    "issuer-authorization-codes-002": """
        CREATE INDEX authorization_codes_grant ON authorization_codes (grant_id)""",
}
CODE_LIFETIME = 60
_NEW = 3600  # a grant younger than this may yet get its code or tokens
ACCESS, REFRESH = "access", "refresh"
_IDLE = (
    "created_at < :limit"
    " AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.grant_id = grants.id)"
    " AND NOT EXISTS (SELECT 1 FROM authorization_codes c WHERE c.grant_id = grants.id)"
)


@dataclass(frozen=True, slots=True)
class Granted:
    """One credential dataset a grant covers: a configuration and the decision behind it.

    ``by_identifier`` tells that the wallet must name it by ``credential_identifier``.
    """

    identifier: str
    configuration_id: str
    record_id: str
    by_identifier: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """What one wallet instance may fetch; ``dpop_jkt`` is set when the code was bound to a key."""

    id: str
    client_id: str
    thumbprint: str
    dpop_jkt: str | None


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """A code as stored: what the token request must match."""

    grant: Grant
    redirect_uri: str
    code_challenge: str
    expires_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class Token:
    """An access or refresh token as stored; an access token is bound to ``dpop_jkt``."""

    grant: Grant
    dpop_jkt: str


@dataclass(frozen=True, slots=True)
class Grants:
    """All grants, codes and tokens."""

    database: Database

    def add(
        self,
        client_id: str,
        thumbprint: str,
        dpop_jkt: str | None,
        datasets: Sequence[tuple[str, str, bool]],
        now: int,
    ) -> Grant:
        """Keep a grant over (configuration id, record id, by identifier)."""
        grant = Grant(create_identifier(), client_id, thumbprint, dpop_jkt)
        with self.database.atomic():
            self.database.execute(
                "INSERT INTO grants (id, client_id, thumbprint, dpop_jkt, created_at)"
                " VALUES (:id, :client_id, :thumbprint, :dpop_jkt, :now)",
                id=grant.id,
                client_id=client_id,
                thumbprint=thumbprint,
                dpop_jkt=dpop_jkt,
                now=now,
            )
            for configuration_id, record_id, by_identifier in datasets:
                self.database.execute(
                    "INSERT INTO granted (identifier, grant_id, configuration_id, record_id,"
                    " by_identifier) VALUES (:identifier, :grant_id, :configuration_id,"
                    " :record_id, :by_identifier)",
                    identifier=create_identifier(),
                    grant_id=grant.id,
                    configuration_id=configuration_id,
                    record_id=record_id,
                    by_identifier=int(by_identifier),
                )
        return grant

    def datasets(self, grant_id: str) -> list[Granted]:
        """Return what a grant covers."""
        rows = self.database.query(
            "SELECT identifier, configuration_id, record_id, by_identifier FROM granted"
            " WHERE grant_id = :id ORDER BY configuration_id, identifier",
            id=grant_id,
        )
        return [
            Granted(
                row["identifier"],
                row["configuration_id"],
                row["record_id"],
                bool(row["by_identifier"]),
            )
            for row in rows
        ]

    def revoke(self, grant_id: str, now: int) -> None:
        """End a grant and every token of it (RFC 6749, section 4.1.2)."""
        self.database.execute(
            "UPDATE grants SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL",
            id=grant_id,
            now=now,
        )

    def create_code(self, grant: Grant, redirect_uri: str, code_challenge: str, now: int) -> str:
        """Make an authorization code for a minute."""
        code = create_secret()
        self.database.execute(
            "INSERT INTO authorization_codes (code_hash, grant_id, redirect_uri, code_challenge,"
            " expires_at) VALUES (:code_hash, :grant_id, :redirect_uri, :challenge, :expires_at)",
            code_hash=hash_secret(code),
            grant_id=grant.id,
            redirect_uri=redirect_uri,
            challenge=code_challenge,
            expires_at=now + CODE_LIFETIME,
        )
        return code

    def find_code(self, code: str) -> AuthorizationCode | None:
        """Return a code as stored, whatever its state."""
        rows = self.database.query(
            "SELECT grants.*, c.redirect_uri, c.code_challenge, c.expires_at, c.used_at"
            " FROM authorization_codes c JOIN grants ON grants.id = c.grant_id"
            " WHERE c.code_hash = :code_hash",
            code_hash=hash_secret(code),
        )
        if not rows:
            return None
        row = rows[0]
        return AuthorizationCode(
            _grant(row),
            row["redirect_uri"],
            row["code_challenge"],
            row["expires_at"],
            row["used_at"],
        )

    def use_code(self, code: str, now: int) -> bool:
        """Use a code up; exactly one caller gets True."""
        return bool(
            self.database.execute(
                "UPDATE authorization_codes SET used_at = :now"
                " WHERE code_hash = :code_hash AND used_at IS NULL AND expires_at > :now",
                code_hash=hash_secret(code),
                now=now,
            )
        )

    def create_token(self, kind: str, grant_id: str, dpop_jkt: str, expires_at: int) -> str:
        """Make a token; return it, for it is not kept."""
        token = create_secret()
        self.database.execute(
            "INSERT INTO tokens (token_hash, kind, grant_id, dpop_jkt, expires_at)"
            " VALUES (:token_hash, :kind, :grant_id, :dpop_jkt, :expires_at)",
            token_hash=hash_secret(token),
            kind=kind,
            grant_id=grant_id,
            dpop_jkt=dpop_jkt,
            expires_at=expires_at,
        )
        return token

    def find_token(self, kind: str, token: str, now: int) -> Token | None:
        """Return a token that is neither expired nor revoked."""
        rows = self.database.query(
            "SELECT grants.id, grants.client_id, grants.thumbprint, grants.dpop_jkt,"
            " t.dpop_jkt AS token_jkt FROM tokens t JOIN grants ON grants.id = t.grant_id"
            " WHERE t.token_hash = :token_hash AND t.kind = :kind AND t.expires_at > :now"
            " AND grants.revoked_at IS NULL",
            token_hash=hash_secret(token),
            kind=kind,
            now=now,
        )
        return Token(_grant(rows[0]), rows[0]["token_jkt"]) if rows else None

    def purge(self, now: int) -> int:
        """Drop expired tokens, then codes and grants that no token hangs on; return how many.

        A used code is kept as long as its grant has tokens: sent again, it still ends them all.
        """
        counts = [
            self.database.execute("DELETE FROM tokens WHERE expires_at <= :now", now=now),
            self.database.execute(
                "DELETE FROM authorization_codes WHERE expires_at <= :now AND NOT EXISTS"
                " (SELECT 1 FROM tokens t WHERE t.grant_id = authorization_codes.grant_id)",
                now=now,
            ),
            self.database.execute(
                "DELETE FROM granted WHERE grant_id IN"  # noqa: S608 - the condition is ours
                f" (SELECT id FROM grants WHERE {_IDLE})",
                limit=now - _NEW,
            ),
            self.database.execute(
                f"DELETE FROM grants WHERE {_IDLE}",  # noqa: S608 - the condition is ours
                limit=now - _NEW,
            ),
        ]
        return sum(counts)


def _grant(row: Row) -> Grant:
    return Grant(row["id"], row["client_id"], row["thumbprint"], row["dpop_jkt"])
