"""Cards: a held credential as the citizen sees it, with one word for how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from esspass.attestations import (
    OPEN_END,
    DescribedClaim,
    attestation_type,
    describe_claims,
    describe_type,
    read_presented,
    render_card,
)
from esspass.errors import MalformedError
from esspass.sdjwt import parse_sd_jwt_vc
from esspass.verdict import Outcome
from wallet.credentials import HeldCredential


class Standing(StrEnum):
    """How a credential stands today."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    EXPIRED = "expired"
    ENDED = "ended"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Card:
    """One card. ``starts`` and ``ends`` bound what it proves, ``expires_at`` the signed copy.

    ``ends`` None means: not stated, or open.
    """

    held: HeldCredential
    kind: str
    name: str
    svg: str
    standing: Standing
    starts: date | None
    ends: date | None
    expires_at: int | None
    claims: tuple[DescribedClaim, ...]

    @property
    def renewable(self) -> bool:
        """Whether fresh copies may be asked for: not of what the institution has withdrawn."""
        return self.standing is not Standing.WITHDRAWN


def create_card(held: HeldCredential, locale: str, now: int) -> Card:
    """Draw and describe a held credential. Raises MalformedError for a type we do not know."""
    claims = parse_sd_jwt_vc(held.text).claims
    starts, ends = _period(held.vct, claims)
    expires_at = claims.get("exp") if isinstance(claims.get("exp"), int) else None
    return Card(
        held=held,
        kind=attestation_type(held.vct).kind,
        name=describe_type(held.vct, locale),
        svg=render_card(held.vct, claims, locale),
        standing=_standing(held, starts, ends, expires_at, now),
        starts=starts,
        ends=ends,
        expires_at=expires_at,
        claims=tuple(describe_claims(held.vct, claims, locale)),
    )


def _period(vct: str, claims: Mapping[str, Any]) -> tuple[date | None, date | None]:
    try:
        presented = read_presented(vct, claims)
    except MalformedError:
        return None, None
    ends = presented.ends or presented.expires_on
    return presented.starts or presented.issued_on, None if ends == OPEN_END else ends


def _standing(
    held: HeldCredential, starts: date | None, ends: date | None,
    expires_at: int | None, now: int,
) -> Standing:  # fmt: skip
    """The gravest first: what was withdrawn stays withdrawn even after it expired."""
    checked, today = held.checked, datetime.fromtimestamp(now, UTC).date()
    if checked.outcome == Outcome.FAILED.value and checked.reason != "expired":
        return Standing.WITHDRAWN if checked.check == "status" else Standing.REFUSED
    if expires_at is not None and expires_at <= now:
        return Standing.EXPIRED
    if ends is not None and ends < today:
        return Standing.ENDED
    if starts is not None and starts > today:
        return Standing.NOT_YET
    return Standing.VALID if checked.outcome == Outcome.PASSED.value else Standing.UNKNOWN
