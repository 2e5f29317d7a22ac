"""Pushed authorization requests, from the push until the code is given out (RFC 9126)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from esspass.openid4vci.authorization import REQUEST_URI_PREFIX, AuthorizationRequest
from esspass.storage import Database, Row
from issuer.bearer import create_identifier, create_secret, hash_secret

MIGRATIONS = {
    "issuer-authorization-requests-001": """
        CREATE TABLE authorization_requests (
            id TEXT PRIMARY KEY,
            request_uri_hash TEXT NOT NULL UNIQUE,
            client_id TEXT NOT NULL,
            thumbprint TEXT NOT NULL,
            request TEXT NOT NULL,
            browser_hash TEXT,
            sign_in TEXT,
            expires_at BIGINT NOT NULL,
            ends_at BIGINT NOT NULL,
            person_id TEXT,
            completed_at BIGINT
        )""",
    "issuer-authorization-requests-002": """
        ALTER TABLE authorization_requests DROP COLUMN person_id""",
    "issuer-authorization-requests-003": """
        CREATE INDEX authorization_requests_end ON authorization_requests (ends_at)""",
}
REQUEST_URI_LIFETIME = 300
INTERACTION_LIFETIME = 900


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """A pushed request; ``thumbprint`` is the wallet instance key that pushed it.

    ``expires_at`` ends the ``request_uri``, ``ends_at`` the whole interaction (epoch seconds).
    ``sign_in`` is what the sign-in method in use remembers.
    """

    id: str
    thumbprint: str
    request: AuthorizationRequest
    browser_hash: str | None
    sign_in: str | None
    expires_at: int
    ends_at: int
    completed_at: int | None

    def open(self, now: int) -> bool:
        """Whether the citizen may still act on it."""
        return self.completed_at is None and self.ends_at > now


@dataclass(frozen=True, slots=True)
class AuthorizationRequests:
    """All pushed requests."""

    database: Database

    def add(self, request: AuthorizationRequest, thumbprint: str, now: int) -> str:
        """Keep a request; return its ``request_uri``."""
        request_uri = REQUEST_URI_PREFIX + create_secret()
        self.database.execute(
            "INSERT INTO authorization_requests (id, request_uri_hash, client_id, thumbprint,"
            " request, expires_at, ends_at) VALUES (:id, :uri_hash, :client_id, :thumbprint,"
            " :request, :expires_at, :ends_at)",
            id=create_identifier(),
            uri_hash=hash_secret(request_uri),
            client_id=request.client_id,
            thumbprint=thumbprint,
            request=json.dumps(asdict(request)),
            expires_at=now + REQUEST_URI_LIFETIME,
            ends_at=now + REQUEST_URI_LIFETIME + INTERACTION_LIFETIME,
        )
        return request_uri

    def begin(self, request_uri: str, client_id: str, browser: str, now: int) -> PushedRequest:
        """Open the request in a browser; the last browser that did so has it.

        Raises LookupError when it is unknown, another client's, expired or completed.
        """
        rows = self.database.query(
            "UPDATE authorization_requests SET browser_hash = :browser_hash"
            " WHERE request_uri_hash = :uri_hash AND client_id = :client_id"
            " AND expires_at > :now AND completed_at IS NULL RETURNING *",
            uri_hash=hash_secret(request_uri),
            client_id=client_id,
            browser_hash=hash_secret(browser),
            now=now,
        )
        if not rows:
            raise LookupError("no such request is open")
        return _pushed(rows[0])

    def get(self, request_id: str, browser: str, now: int) -> PushedRequest:
        """Return an open request that this browser began. Raises LookupError."""
        rows = self.database.query(
            "SELECT * FROM authorization_requests WHERE id = :id AND browser_hash = :browser_hash"
            " AND ends_at > :now AND completed_at IS NULL",
            id=request_id,
            browser_hash=hash_secret(browser),
            now=now,
        )
        if not rows:
            raise LookupError("no such request is open")
        return _pushed(rows[0])

    def remember_sign_in(self, request_id: str, state: str) -> None:
        """Keep what the chosen sign-in method needs later."""
        self.database.execute(
            "UPDATE authorization_requests SET sign_in = :state WHERE id = :id",
            id=request_id,
            state=state,
        )

    def complete(self, request_id: str, now: int) -> bool:
        """End a request; exactly one caller gets True."""
        return bool(
            self.database.execute(
                "UPDATE authorization_requests SET completed_at = :now"
                " WHERE id = :id AND completed_at IS NULL AND ends_at > :now",
                id=request_id,
                now=now,
            )
        )

    def purge(self, now: int) -> int:
        """Drop requests that nobody can act on any more; return how many."""
        return self.database.execute(
            "DELETE FROM authorization_requests WHERE ends_at <= :now", now=now
        )


def _pushed(row: Row) -> PushedRequest:
    members = json.loads(row["request"])
    for name in ("scopes", "configuration_ids"):
        members[name] = tuple(members[name])
    return PushedRequest(
        id=row["id"],
        thumbprint=row["thumbprint"],
        request=AuthorizationRequest(**members),
        browser_hash=row["browser_hash"],
        sign_in=row["sign_in"],
        expires_at=row["expires_at"],
        ends_at=row["ends_at"],
        completed_at=row["completed_at"],
    )
