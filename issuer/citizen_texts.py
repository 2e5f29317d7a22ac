"""What a citizen is told about a change or a refusal; the wallet shows the words as they are."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import force_locale
from flask_babel import lazy_gettext as _

from esspass.web import LOCALES
from esspass.web.settings import Text
from issuer.history import Event
from issuer.notices import ENDED, ENDS_SOON, RENEWAL_DECLINED, RENEWAL_REQUESTED, SUCCESSOR
from issuer.reasons import WithdrawalReason
from issuer.replacing import Reason

NOTICES: Mapping[str, Text] = {
    Event.HELD: _("The institution is examining the document before it decides."),
    Event.APPROVED: _("The institution has granted the document."),
    Event.REFUSED: _(
        "The institution has refused the document. You receive a decision with the grounds, and"
        " with how to object."
    ),
    Event.SUSPENDED: _("The institution has suspended the document while it looks into it."),
    Event.REINSTATED: _("The document is back in force."),
    WithdrawalReason.CONDITIONS: _(
        "Withdrawn: the conditions for it are not, or no longer, met. You receive a decision with"
        " the grounds, and with how to object."
    ),
    WithdrawalReason.ENDED: _("Withdrawn: the work or the insurance ended earlier."),
    WithdrawalReason.WRONG_DATA: _("Withdrawn: the document holds wrong data."),
    WithdrawalReason.REPLACED: _("Withdrawn: a new document replaces this one."),
    WithdrawalReason.FRAUD: _(
        "Withdrawn: it was obtained by false statements. You receive a decision with the grounds,"
        " and with how to object."
    ),
    WithdrawalReason.LOST: _("Withdrawn: the wallet that held it was reported lost."),
    WithdrawalReason.DECEASED: _("Withdrawn: the institution was told that the holder has died."),
    WithdrawalReason.A1_GRANTED: _("Replaced by the A1: your application was granted."),
    WithdrawalReason.A1_REFUSED: _(
        "Your application for an A1 was refused, so its proof no longer counts. You receive a"
        " decision with the grounds, and with how to object."
    ),
    SUCCESSOR: _("A new document follows this one. You can fetch it now."),
    ENDS_SOON: _("The document ends soon. You can ask for the next one."),
    ENDED: _("The document has ended. You can ask for a new one."),
    RENEWAL_REQUESTED: _("You have asked for the next document. The institution is deciding."),
    RENEWAL_DECLINED: _("The institution cannot renew this document. Ask it for the reason."),
}
REPLACEMENTS: Mapping[str, Text] = {
    Reason.SENT: _("The certificate has been sent to the desk."),
    Reason.PENDING: _(
        "The certificate is made. The desk cannot be reached now, so we keep trying until its"
        " request ends."
    ),
    Reason.MALFORMED: _("This is not a request for a replacement certificate."),
    Reason.FORGED: _("The request was not signed by the desk that it names. Nothing was sent."),
    Reason.NOT_LISTED: _(
        "The desk is not on the list of those who may ask. Nothing was sent. Ask the desk for"
        " another way."
    ),
    Reason.ELSEWHERE: _(
        "The certificate would have gone to an address that is not the desk's. Nothing was sent."
    ),
    Reason.EXPIRED: _("The desk's request has expired. Ask the desk to show a new code."),
    Reason.UNDECIDED: _("We cannot check the request now. Try again in a few minutes."),
    Reason.IDENTITY: _("Your identity could not be confirmed. Nothing was sent."),
    Reason.NO_MATCH: _(
        "We do not know you under this identity. Choose the institution that insures you."
    ),
    Reason.NOT_ENTITLED: _(
        "We find no European Health Insurance Card of yours that covers all days of the treatment."
        " The desk does not learn this. Call us if you think that you are insured."
    ),
    Reason.UNAVAILABLE: _("The certificate cannot be made now. Call us, or try again later."),
    Reason.TOO_MANY: _(
        "You have received the most certificates that we send in a day. Try again tomorrow."
    ),
    Reason.USED: _("This request was answered for another person. Ask the desk for a new code."),
}


def in_every_language(text: Text) -> dict[str, str]:
    """Write a text once per language, by language tag."""
    written = {}
    for locale in LOCALES:
        with force_locale(locale):
            written[locale] = str(text)
    return written
