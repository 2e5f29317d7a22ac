"""Why a decision ended or was changed: the codes, the same in history, notices and pages."""

from __future__ import annotations

from enum import StrEnum


class WithdrawalReason(StrEnum):
    """Why a document is withdrawn; the words are in the back office, per language."""

    CONDITIONS = "conditions_not_met"
    ENDED = "ended_early"
    WRONG_DATA = "wrong_data"
    REPLACED = "replaced"
    FRAUD = "fraud"
    LOST = "wallet_lost"
    DECEASED = "deceased"
    A1_GRANTED = "replaced_by_a1"
    A1_REFUSED = "application_refused"


class AmendmentReason(StrEnum):
    """Why a decision is changed; the words are in the back office, per language."""

    PERIOD = "other_period"
    WORK = "other_work"
    WRONG_DATA = "wrong_data"
    REVIEWED = "reviewed"


CHOSEN_BY_CLERKS = tuple(
    reason
    for reason in WithdrawalReason
    if reason not in (WithdrawalReason.A1_GRANTED, WithdrawalReason.A1_REFUSED)
)
FOLLOWED = frozenset(
    {WithdrawalReason.REPLACED, WithdrawalReason.WRONG_DATA, WithdrawalReason.A1_GRANTED}
)
"""After these the wallet may fetch what follows by itself; a lost one, say, never may."""
ENDS_INSURANCE = frozenset(
    {
        WithdrawalReason.CONDITIONS,
        WithdrawalReason.ENDED,
        WithdrawalReason.FRAUD,
        WithdrawalReason.DECEASED,
    }
)
