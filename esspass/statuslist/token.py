"""The Status List Token, JWT form (Token Status List, sections 5.1 and 8.3).

Whether its signer may speak for the credential's issuer is decided by ``esspass.trust``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from esspass.errors import ExpiredError, MalformedError, VerificationError
from esspass.jose.claims import parse_date
from esspass.jose.jws import UnverifiedJws, create_jws, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_x5c
from esspass.keys.jwk import PublicKey
from esspass.keys.signer import Signer
from esspass.statuslist.status_list import StatusList

TYPE = "statuslist+jwt"
MEDIA_TYPE = "application/statuslist+jwt"
MAX_TOKEN_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class UnverifiedStatusListToken:
    """A token that parses; nothing in it may be believed yet."""

    jws: UnverifiedJws
    payload: Mapping[str, Any]
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class VerifiedStatusList:
    """Statuses as their signer published them; times in epoch seconds, ``ttl`` in seconds."""

    uri: str
    statuses: StatusList
    issued_at: int
    expires_at: int | None
    ttl: int | None


def create_status_list_token(
    status_list: StatusList, uri: str, signer: Signer, *, now: int, lifetime: int, ttl: int
) -> str:
    """Sign the list published at ``uri``; ``lifetime`` and ``ttl`` are seconds from ``now``."""
    header = {"typ": TYPE, "x5c": create_x5c(signer.certificates)}
    claims = {
        "sub": uri,
        "iat": now,
        "exp": now + lifetime,
        "ttl": ttl,
        "status_list": {"bits": status_list.bits, "lst": status_list.compress()},
    }
    return create_jws(header, claims, signer)


def parse_status_list_token(token: str) -> UnverifiedStatusListToken:
    """Read a token of at most 4 MiB; inflates nothing. Raises MalformedError."""
    jws = parse_jws(token, MAX_TOKEN_BYTES)
    if jws.header.get("typ") != TYPE:
        raise MalformedError("not a status list token", code="bad_typ")
    return UnverifiedStatusListToken(jws, jws.claims(), parse_x5c(jws.header))


def verify_status_list_token(
    token: UnverifiedStatusListToken, key: PublicKey, uri: str, now: int, leeway: int = 60
) -> VerifiedStatusList:
    """Check signature, subject and times, then inflate within bounds.

    ``uri`` is the address in the credential. Raises SignatureError, ExpiredError (codes
    status_list_expired, status_list_not_yet_valid), VerificationError (status_list_subject) or
    MalformedError.
    """
    verify_jws(token.jws, key)
    claims = token.payload
    if claims.get("sub") != uri:
        raise VerificationError("this is another status list", code="status_list_subject")
    issued_at, expires_at = _verify_times(claims, now, leeway)
    return VerifiedStatusList(
        uri, _parse_statuses(claims), issued_at, expires_at, _parse_ttl(claims)
    )


def _verify_times(claims: Mapping[str, Any], now: int, leeway: int) -> tuple[int, int | None]:
    issued_at, expires_at = parse_date(claims, "iat"), parse_date(claims, "exp")
    if issued_at is None:
        raise MalformedError("the status list has no date", code="bad_date")
    if issued_at > now + leeway:
        raise ExpiredError("the status list is of the future", code="status_list_not_yet_valid")
    if expires_at is not None and expires_at + leeway <= now:
        raise ExpiredError("the status list has expired", code="status_list_expired")
    return issued_at, expires_at


def _parse_statuses(claims: Mapping[str, Any]) -> StatusList:
    member = claims.get("status_list")
    bits, lst = (member.get("bits"), member.get("lst")) if isinstance(member, dict) else (0, "")
    if isinstance(bits, bool) or not isinstance(bits, int) or not isinstance(lst, str):
        raise MalformedError("the token holds no status list", code="status_list_malformed")
    return StatusList.decompress(bits, lst)


def _parse_ttl(claims: Mapping[str, Any]) -> int | None:
    ttl = claims.get("ttl")
    if ttl is not None and (isinstance(ttl, bool) or not isinstance(ttl, int) or ttl <= 0):
        raise MalformedError("ttl is not a positive number", code="status_list_malformed")
    return ttl
