"""Explicitly typed JWTs (RFC 8725, section 3.11): parse, and check the times they state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esspass.errors import ExpiredError, MalformedError
from esspass.jose.jws import UnverifiedJws, parse_jws
from esspass.openid4vci.members import read_integer, read_optional_integer

MAX_BYTES = 64 * 1024
LEEWAY = 60


def parse_typed_jwt(token: str, typ: str) -> UnverifiedJws:
    """Parse a JWT whose header must say ``typ``. Raises MalformedError."""
    jws = parse_jws(token, MAX_BYTES)
    if jws.header.get("typ") != typ:
        raise MalformedError(f"typ must be {typ}")
    return jws


def verify_issued_recently(claims: Mapping[str, Any], now: int, max_age: int) -> int:
    """Return ``iat`` when it is no older than ``max_age`` seconds and not in the future.

    Raises MalformedError or ExpiredError; clocks may differ by 60 seconds.
    """
    issued_at = read_integer(claims, "iat")
    if issued_at > now + LEEWAY:
        raise ExpiredError("iat lies in the future", code="not_yet_valid")
    if issued_at < now - max_age:
        raise ExpiredError("iat is too old")
    return issued_at


def verify_not_expired(claims: Mapping[str, Any], now: int) -> None:
    """Check ``exp`` and ``nbf`` where they are present. Raises MalformedError or ExpiredError."""
    expires_at = read_optional_integer(claims, "exp")
    if expires_at is not None and expires_at <= now - LEEWAY:
        raise ExpiredError("exp has passed")
    not_before = read_optional_integer(claims, "nbf")
    if not_before is not None and not_before > now + LEEWAY:
        raise ExpiredError("nbf lies in the future", code="not_yet_valid")
