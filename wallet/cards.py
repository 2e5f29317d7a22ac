"""Cards: a held credential as the citizen sees it, with one word for how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from wallet.notices import Notice

REMINDER_DAYS = 30
_OVER = frozenset({"withdrawn", "suspended"})


class Standing(StrEnum):
    """How a credential stands today."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    REFUSED = "refused"
    EXPIRED = "expired"
    ENDED = "ended"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"


_MAY_END = frozenset({Standing.VALID, Standing.NOT_YET, Standing.WITHDRAWN})
_REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Card:
    """One card. ``starts`` and ``ends`` bound what it proves, ``expires_at`` the signed copy.

    ``ends`` None means: not stated, or open. ``days_left`` is set in the last 30 days of what it
    proves; ``copy_ends`` in the last part of a signed copy's life, when a fresh one is due.
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
    days_left: int | None = None
    copy_ends: bool = False

    @property
    def renewable(self) -> bool:
        """Whether fresh copies may be asked for: not of what the institution has withdrawn."""
        return self.standing not in (Standing.WITHDRAWN, Standing.REPLACED)


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
        days_left=_days_left(starts, ends, now),
        copy_ends=expires_at is not None and _is_due(claims, expires_at, now),
    )


def apply_notices(card: Card, notices: Sequence[Notice], now: int) -> Card:
    """Believe the institution's latest word before its status list says so too.

    It alone says that another document took the place of a withdrawn one.
    """
    if not notices or notices[0].status not in _OVER or card.standing not in _MAY_END:
        return card
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    if notices[0].effective_from > today and card.standing is not Standing.WITHDRAWN:
        return card
    replaced = any(notice.reason == _REPLACED for notice in notices)
    return replace(card, standing=Standing.REPLACED if replaced else Standing.WITHDRAWN)


def _period(vct: str, claims: Mapping[str, Any]) -> tuple[date | None, date | None]:
    try:
        presented = read_presented(vct, claims)
    except MalformedError:
        return None, None
    ends = presented.ends or presented.expires_on
    return presented.starts or presented.issued_on, None if ends == OPEN_END else ends


def _days_left(starts: date | None, ends: date | None, now: int) -> int | None:
    today = datetime.fromtimestamp(now, UTC).date()
    if ends is None or (starts is not None and starts > today):
        return None
    left = (ends - today).days
    return left if 0 <= left <= REMINDER_DAYS else None


def _is_due(claims: Mapping[str, Any], expires_at: int, now: int) -> bool:
    """Whether a copy has come to the last quarter of its life, or its last 30 days if shorter."""
    issued_at = claims.get("iat")
    life = expires_at - issued_at if isinstance(issued_at, int) else 0
    notice = min(REMINDER_DAYS * 86400, life // 4)
    return expires_at - notice <= now < expires_at


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
