"""Programs that may use the API: their secret, their roles, what they may do it for.

A client shows its secret once per token (RFC 6749, section 4.4); a token is for one purpose, has
the roles that were asked for, and lives ten minutes. Secrets and tokens are kept as hashes.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from esspass.errors import MalformedError, ProtocolError
from esspass.storage import Database, Row
from issuer.bearer import create_identifier, create_secret, hash_secret
from issuer.staff import Member, Role

MIGRATIONS = {
    "issuer-api-clients-001": """
        CREATE TABLE api_clients (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            secret_hash TEXT NOT NULL,
            roles TEXT NOT NULL,
            purposes TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            revoked_at BIGINT
        )""",
    "issuer-api-clients-002": """
        CREATE TABLE api_tokens (
            token_hash TEXT PRIMARY KEY,
            client_id TEXT NOT NULL REFERENCES api_clients (id),
            purpose TEXT NOT NULL,
            expires_at BIGINT NOT NULL
        )""",
    "issuer-api-clients-003": "CREATE INDEX api_tokens_expiry ON api_tokens (expires_at)",
    "issuer-api-clients-005": "ALTER TABLE api_tokens ADD COLUMN roles TEXT NOT NULL DEFAULT ''",
    "issuer-api-clients-004": "ALTER TABLE api_tokens ADD COLUMN dpop_jkt TEXT NOT NULL DEFAULT ''",
}
LIFETIME = 600
MAX_NAME = 100
_NOBODY = hash_secret("")


@cache
def purposes() -> dict[str, dict[str, str]]:
    """Return what the API may be used for: code and texts, of ``specs/api/purposes.json``."""
    text = files("specs").joinpath("api", "purposes.json").read_text(encoding="utf-8")
    read: dict[str, dict[str, str]] = json.loads(text)
    return read


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A program that was let in; times in epoch seconds."""

    id: str
    name: str
    roles: frozenset[Role]
    purposes: frozenset[str]
    created_at: int
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what for; ``dpop_jkt`` is the key that its token is bound to, if any."""

    client: ApiClient
    purpose: str
    dpop_jkt: str = ""

    @property
    def name(self) -> str:
        """What the history of a decision says."""
        return f"API: {self.client.name}"

    @property
    def member(self) -> Member:
        """The program as a member of staff, in the role of its roles that may do most."""
        role = next(role for role in Role if role in self.client.roles)
        return Member(f"api:{self.client.id}", self.name, role, "api", self.client.created_at)


@dataclass(frozen=True, slots=True)
class ApiClients:
    """All programs, and the tokens they hold."""

    database: Database

    def add(self, name: str, roles: set[str], for_purposes: set[str], now: int) -> tuple[str, str]:
        """Let a program in; return its id and its secret, which nobody sees again.

        Raises MalformedError: ``bad_client`` for an unknown role or purpose, or a name that is
        taken.
        """
        known = set(Role) >= roles and purposes().keys() >= for_purposes
        if not known or not roles or not for_purposes or not 0 < len(name) <= MAX_NAME:
            raise MalformedError("name, roles and purposes of a client", code="bad_client")
        client_id, secret = create_identifier(), create_secret()
        added = self.database.execute(
            "INSERT INTO api_clients (id, name, secret_hash, roles, purposes, created_at) VALUES"
            " (:id, :name, :hash, :roles, :purposes, :now) ON CONFLICT DO NOTHING",
            id=client_id,
            name=name,
            hash=hash_secret(secret),
            roles=" ".join(sorted(roles)),
            purposes=" ".join(sorted(for_purposes)),
            now=now,
        )
        if not added:
            raise MalformedError("there is a client of this name", code="bad_client")
        return client_id, secret

    def all(self) -> list[ApiClient]:
        """Return every program that was ever let in."""
        return [
            _client(row) for row in self.database.query("SELECT * FROM api_clients ORDER BY name")
        ]

    def revoke(self, client_id: str, now: int) -> None:
        """Shut a program out, its tokens too. Raises MalformedError ``bad_client``."""
        revoked = self.database.execute(
            "UPDATE api_clients SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL",
            id=client_id,
            now=now,
        )
        if not revoked:
            raise MalformedError("there is no such client", code="bad_client")

    def authenticate(self, client_id: str, secret: str) -> ApiClient:
        """Return the program that shows its secret. Raises ProtocolError ``invalid_client``."""
        rows = self.database.query(
            "SELECT * FROM api_clients WHERE id = :id AND revoked_at IS NULL", id=client_id
        )
        expected = rows[0]["secret_hash"] if rows else _NOBODY
        right = hmac.compare_digest(expected, hash_secret(secret))
        if not rows or not right:
            raise ProtocolError("unknown client or secret", code="invalid_client", status=401)
        return _client(rows[0])

    def create_token(self, client: ApiClient, scope: str, now: int, dpop_jkt: str = "") -> str:
        """Return a token, bound to a key if one is named (RFC 9449, section 6).

        ``scope`` is one purpose of the client, and the roles that the token is to have: those it
        names, all of the client's if it names none. Raises ProtocolError ``invalid_scope``.
        """
        words = set(scope.split())
        wanted, roles = words & client.purposes, words & client.roles
        if len(wanted) != 1 or words - wanted - roles:
            message = "scope takes one purpose of this client, and roles of it"
            raise ProtocolError(message, code="invalid_scope")
        token = create_secret()
        self.database.execute(
            "INSERT INTO api_tokens (token_hash, client_id, purpose, roles, expires_at, dpop_jkt)"
            " VALUES (:hash, :id, :purpose, :roles, :expires_at, :dpop_jkt)",
            hash=hash_secret(token),
            id=client.id,
            purpose=wanted.pop(),
            roles=" ".join(sorted(roles or client.roles)),
            expires_at=now + LIFETIME,
            dpop_jkt=dpop_jkt,
        )
        return token

    def find_caller(self, token: str, now: int) -> Caller | None:
        """Return who holds a token, or None when it is not in force."""
        rows = self.database.query(
            "SELECT api_clients.*, api_tokens.purpose, api_tokens.roles AS granted, dpop_jkt"
            " FROM api_tokens JOIN api_clients ON api_clients.id = api_tokens.client_id"
            " WHERE token_hash = :hash AND expires_at > :now AND revoked_at IS NULL",
            hash=hash_secret(token),
            now=now,
        )
        if not rows:
            return None
        client = _client(rows[0])
        granted = frozenset(Role(role) for role in rows[0]["granted"].split())
        narrowed = replace(client, roles=client.roles & (granted or client.roles))
        return Caller(narrowed, rows[0]["purpose"], rows[0]["dpop_jkt"])

    def purge(self, now: int) -> int:
        """Drop tokens that are over; return how many."""
        return self.database.execute("DELETE FROM api_tokens WHERE expires_at <= :now", now=now)


def _client(row: Row) -> ApiClient:
    return ApiClient(
        id=row["id"],
        name=row["name"],
        roles=frozenset(Role(role) for role in row["roles"].split()),
        purposes=frozenset(row["purposes"].split()),
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )
