"""The words of the back office for codes: states, reasons, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from esspass.attestations import PDA1_EUDI, PDA1_WEBUILD
from esspass.statistics import UNKNOWN
from esspass.statistics.wording import value_name
from esspass.statuslist import SUSPENDED
from esspass.web.settings import Text
from issuer.credentials import IssuedCredential
from issuer.history import Entry, Event
from issuer.offers import Grant, OfferState
from issuer.reasons import CHOSEN_BY_CLERKS, AmendmentReason, WithdrawalReason
from issuer.records import RecordState
from issuer.risk import Action

STATES: Mapping[RecordState, tuple[Text, str]] = {
    RecordState.PENDING: (_("Waiting for approval"), "unsure"),
    RecordState.GRANTED: (_("In force"), "good"),
    RecordState.SUSPENDED: (_("Suspended"), "unsure"),
    RecordState.REFUSED: (_("Refused"), "neutral"),
    RecordState.WITHDRAWN: (_("Withdrawn"), "bad"),
}
REASONS: Mapping[WithdrawalReason, Text] = {
    WithdrawalReason.CONDITIONS: _("The conditions are not, or no longer, met"),
    WithdrawalReason.ENDED: _("The work or the insurance ended earlier"),
    WithdrawalReason.WRONG_DATA: _("The document holds wrong data"),
    WithdrawalReason.REPLACED: _("A new document replaces this one"),
    WithdrawalReason.FRAUD: _("It was obtained by false statements"),
    WithdrawalReason.LOST: _("The holder lost the wallet"),
    WithdrawalReason.DECEASED: _("The holder has died"),
    WithdrawalReason.A1_GRANTED: _("The A1 was granted"),
    WithdrawalReason.A1_REFUSED: _("The application was refused"),
}
AMENDMENTS: Mapping[AmendmentReason, Text] = {
    AmendmentReason.PERIOD: _("The period of work is another one"),
    AmendmentReason.WORK: _("The employer or the place of work is another one"),
    AmendmentReason.WRONG_DATA: _("The document holds wrong data"),
    AmendmentReason.REVIEWED: _("The decision was reviewed"),
}
CHOICES: Mapping[WithdrawalReason, Text] = {reason: REASONS[reason] for reason in CHOSEN_BY_CLERKS}
ACTIONS: Mapping[Action, Text] = {
    Action.GRANT: _("Grant"),
    Action.WITHDRAW: _("Withdrawal"),
}
OFFER_STATES: Mapping[OfferState, tuple[Text, str]] = {
    OfferState.OPEN: (_("Open"), "info"),
    OfferState.REDEEMED: (_("Taken"), "good"),
    OfferState.EXPIRED: (_("Expired"), "neutral"),
    OfferState.CANCELLED: (_("Cancelled"), "neutral"),
    OfferState.LOCKED: (_("Locked after wrong codes"), "bad"),
}
SHAPES: Mapping[str, Text] = {
    PDA1_WEBUILD: _("With the holder's personal details, shown block by block (We Build, 2026)"),
    PDA1_EUDI: _("Without personal details, shown together with the identity (DC4EU, 2025)"),
}
GRANTS: Mapping[Grant, Text] = {
    Grant.PRE_AUTHORIZED: _("Code in the offer"),
    Grant.AUTHORIZATION: _("The person signs in"),
}
_EVENTS: Mapping[Event, Text] = {
    Event.IMPORTED: _("Entered into the register"),
    Event.APPLIED: _("Applied for on our pages"),
    Event.OFFERED: _("Offered to the person"),
    Event.OFFER_CANCELLED: _("Offer cancelled"),
    Event.OFFER_REDEEMED: _("Offer taken by a wallet"),
    Event.OFFER_LOCKED: _("Offer locked after too many wrong codes"),
    Event.AUTHORIZED: _("The person signed in and agreed"),
    Event.DEFERRED: _("A wallet asked; it waits for approval"),
    Event.ISSUED: _("Issued to a wallet"),
    Event.NOTIFIED: _("The wallet reported"),
    Event.PRINTED: _("Put on paper"),
    Event.HELD: _("Put before a colleague for approval"),
    Event.APPROVED: _("Approved"),
    Event.REFUSED: _("Refused"),
    Event.SUSPENDED: _("Suspended"),
    Event.REINSTATED: _("Back in force"),
    Event.WITHDRAWN: _("Withdrawn"),
    Event.AMENDS: _("Entered as a change of an earlier document"),
    Event.AMENDED: _("A change was entered"),
    Event.AMENDMENT_REFUSED: _("The change was refused"),
    Event.AGREED: _("The exception was agreed with an institution abroad"),
    Event.PROPOSED: _("Put before a second person"),
    Event.PROPOSAL_DECLINED: _("Sent back by the second person"),
    Event.RENEWED: _("Renewed"),
    Event.RENEWAL_DECLINED: _("Renewal declined"),
    Event.REPLACEMENT_ISSUED: _("Replacement certificate sent to a care provider"),
    Event.SECTOR_NOTED: _("Sector noted"),
}
_NOTICES: Mapping[str, Text] = {
    "credential_accepted": _("accepted"),
    "credential_failure": _("could not be stored"),
    "credential_deleted": _("deleted by the holder"),
}


def name_sector(sector: str) -> str:
    """Return a sector in words; that none is recorded, too."""
    return value_name("sector", sector or UNKNOWN, str(get_locale()))


_DETAILS: Mapping[Event, Callable[[str], Text]] = {
    Event.WITHDRAWN: lambda detail: REASONS[WithdrawalReason(detail)],
    Event.AMENDS: lambda detail: AMENDMENTS[AmendmentReason(detail)],
    Event.AMENDED: lambda detail: AMENDMENTS[AmendmentReason(detail)],
    Event.PROPOSED: lambda detail: ACTIONS[Action(detail)],
    Event.PROPOSAL_DECLINED: lambda detail: ACTIONS[Action(detail)],
    Event.OFFERED: lambda detail: GRANTS[Grant(detail)],
    Event.NOTIFIED: lambda detail: _NOTICES.get(detail, ""),
    Event.ISSUED: lambda detail: gettext("Copies: %(number)s", number=detail),
    Event.SECTOR_NOTED: name_sector,
}


def describe_entry(entry: Entry) -> tuple[str, str]:
    """Return what happened, and the detail, in words."""
    describe = _DETAILS.get(entry.event)
    return str(_EVENTS[entry.event]), str(describe(entry.detail)) if describe else ""


def describe_credential(credential: IssuedCredential, now: int) -> tuple[Text, str]:
    """Return the status of a credential in words, and its colour."""
    if credential.status == SUSPENDED:
        return _("Suspended"), "unsure"
    if credential.status:
        return _("Not valid"), "bad"
    if credential.expires_at <= now:
        return _("Expired"), "neutral"
    return _("Valid"), "good"


def describe_notice(credential: IssuedCredential) -> Text:
    """Return what the wallet last said about a credential."""
    return _NOTICES.get(credential.event or "", "")
