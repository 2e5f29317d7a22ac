"""Sign-in of staff with OpenID Connect: the institution's provider says who has which role.

What the provider answers is redeemed in the browser that was sent there, and once: the cookie
holds a random name, the database what belongs to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError, VerificationError
from esspass.fetch import Fetcher
from esspass.storage import Database
from issuer.bearer import create_secret, hash_secret
from issuer.config import StaffOidcConfig
from issuer.openid_connect import OpenIdConnect
from issuer.staff import Role, SignedIn

MIGRATIONS = {
    "issuer-staff-sign-ins-001": """
        CREATE TABLE staff_sign_ins (
            name_hash TEXT PRIMARY KEY,
            remembered TEXT NOT NULL,
            expires_at BIGINT NOT NULL
        )""",
}
_LIFETIME = 600
_MAX_NAME, _MAX_SUBJECT, _MAX_ROLES = 80, 255, 100


class NoRoleError(VerificationError):
    """The provider knows the person, and names no role of ours."""

    code = "no_staff_role"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the name that its cookie keeps."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class StaffSignIn:
    """The institution's OpenID Provider; ``redirect_uri`` is registered there."""

    config: StaffOidcConfig
    fetcher: Fetcher
    database: Database
    redirect_uri: str

    def start(self, following: str, now: int) -> Begun:
        """Begin; ``following`` is the page wanted afterwards. Raises UnavailableError."""
        started, name = self._protocol.start(), create_secret()
        self.database.execute("DELETE FROM staff_sign_ins WHERE expires_at <= :now", now=now)
        self.database.execute(
            "INSERT INTO staff_sign_ins (name_hash, remembered, expires_at)"
            " VALUES (:name_hash, :remembered, :expires_at)",
            name_hash=hash_secret(name),
            remembered=json.dumps([started.remembered, following]),
            expires_at=now + _LIFETIME,
        )
        return Begun(started.url, name)

    def finish(self, parameters: Mapping[str, str], name: str, now: int) -> tuple[SignedIn, str]:
        """Return who signed in, and the page wanted.

        Raises SignInError, NoRoleError, MalformedError, UnavailableError; VerificationError
        ``sign_in_over`` when this browser began nothing, or it was too long ago.
        """
        rows = self.database.query(
            "DELETE FROM staff_sign_ins WHERE name_hash = :name_hash AND expires_at > :now"
            " RETURNING remembered",
            name_hash=hash_secret(name),
            now=now,
        )
        if not rows:
            raise VerificationError("no sign-in was begun here", code="sign_in_over")
        remembered, following = json.loads(rows[0]["remembered"])
        needed = ("name", self.config.role_claim)
        claims = self._protocol.finish(parameters, remembered, now, needed)
        return parse_member(claims, self.config), following

    @property
    def _protocol(self) -> OpenIdConnect:
        return OpenIdConnect(self.config, self.fetcher, self.redirect_uri, self.config.acr)


def parse_member(claims: Mapping[str, Any], config: StaffOidcConfig) -> SignedIn:
    """Read the claims of an ID token; of several roles the one that may do most counts.

    Raises MalformedError ``identity_incomplete``, NoRoleError.
    """
    subject, name = claims.get("sub"), claims.get("name")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
        raise MalformedError("the subject is missing", code="identity_incomplete")
    shown = " ".join(name.split())[:_MAX_NAME] if isinstance(name, str) else ""
    if not shown:
        raise MalformedError("the name is missing", code="identity_incomplete")
    named = _roles(claims.get(config.role_claim), config.role_prefix)
    found = next((role for role in Role if role.value in named), None)
    if found is None:
        raise NoRoleError
    return SignedIn(config.issuer, subject, shown, found)


def _roles(value: object, prefix: str) -> list[str]:
    """One text, or a list of texts; those without our prefix belong to other services."""
    given = value if isinstance(value, list) else [value]
    texts = [text for text in given[:_MAX_ROLES] if isinstance(text, str)]
    return [text.removeprefix(prefix) for text in texts if text.startswith(prefix)]
