"""Words of the pages that stand for codes of the kernel."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web.settings import ErrorText, Text
from wallet.cards import Standing
from wallet.consent import Caution
from wallet.history import Event

STANDINGS: Mapping[Standing, tuple[str, Text, Text]] = {
    Standing.VALID: ("good", _("Valid"), _("The institution confirms this document.")),
    Standing.WITHDRAWN: (
        "bad",
        _("Withdrawn"),
        _("The institution has withdrawn this document. Do not rely on it; ask the institution."),
    ),
    Standing.REPLACED: (
        "bad",
        _("Replaced"),
        _("The institution changed its decision: another document took the place of this one."),
    ),
    Standing.REFUSED: (
        "bad",
        _("Not accepted"),
        _("A check of this document failed. Whoever checks it will refuse it."),
    ),
    Standing.EXPIRED: (
        "unsure",
        _("Expired"),
        _("This copy has expired. Fetch a fresh one, or ask the institution."),
    ),
    Standing.ENDED: (
        "unsure",
        _("Period over"),
        _("The period this document speaks about is over. It still proves that time."),
    ),
    Standing.NOT_YET: (
        "info",
        _("Not yet in force"),
        _("The period this document speaks about has not begun."),
    ),
    Standing.UNKNOWN: (
        "unsure",
        _("Not checked"),
        _("We could not ask whether this document still holds. Try again later."),
    ),
}

EVENTS: Mapping[Event, tuple[str, Text]] = {
    Event.SHARED: ("good", _("Shown")),
    Event.SHOWN: ("good", _("Shown as a QR code")),
    Event.REFUSED: ("info", _("You refused")),
    Event.NO_MATCH: ("info", _("Nothing to show")),
    Event.RECEIVED: ("good", _("Received")),
    Event.DELETED: ("neutral", _("Deleted")),
    Event.REPLACED: ("info", _("Replaced")),
    Event.FAILED: ("bad", _("Stopped")),
}

CAUTIONS: Mapping[Caution, tuple[Text, Text]] = {
    Caution.OVER_ASKING: (
        _("They ask for more than they have registered"),
        _("Every verifier states publicly what it may ask for. This request goes beyond that. "
          "If you do not see why, refuse."),
    ),
    Caution.NOT_REGISTERED: (
        _("They do not say what they are registered to ask for"),
        _("So we cannot tell whether they ask for too much. Look closely at what would be shown."),
    ),
    Caution.NO_PURPOSE: (
        _("They do not say why they ask"),
        _("Ask them what it is for before you show anything."),
    ),
}  # fmt: skip

_MISTAKE = _("The request has a mistake in it, so your wallet must not answer it.")
REQUEST_ERRORS: Mapping[str, Text] = {
    "vp_formats_not_supported": _(
        "They take documents only in a form that your wallet does not have."
    ),
    "invalid_transaction_data": _(
        "They want you to confirm a transaction with your document. Your wallet does not do that."
    ),
}


def describe_request_error(code: str) -> Text:
    """Say why a request was not answered (OpenID4VP 1.0, section 8.5)."""
    return REQUEST_ERRORS.get(code, _MISTAKE)


_REFUSED = _("Nothing was shown.")
_NOT_ADDED = _("Nothing was added to your wallet.")

ERROR_TEXTS: Mapping[str, ErrorText] = {
    "unknown_link": ErrorText(
        _("This is not for your wallet"),
        _("The code or link is not an offer of a document, and not a request to show one."),
        _("Check where it comes from. Never type a code of this wallet into another page."),
    ),
    "unknown_scheme": ErrorText(
        _("This is not for your wallet"),
        _("The code or link is not a request to show documents."),
        _("Check where it comes from."),
    ),
    "not_an_offer": ErrorText(
        _("This offer cannot be read"),
        _("The link does not hold an offer of a document, or the offer is no longer there."),
        _("Ask the institution for a new link."),
    ),
    "issuer_mismatch": ErrorText(
        _("This offer is not what it says"),
        _("The address that answers gives itself another name than the offer does."),
        _NOT_ADDED,
    ),
    "unknown_authorization_server": ErrorText(
        _("This offer is not what it says"),
        _("It would send you to sign in at a place the institution does not name."),
        _NOT_ADDED,
    ),
    "unknown_configuration": ErrorText(
        _("The institution does not know this document"),
        _("The offer names a kind of document that the institution does not issue."),
        _("Ask the institution for a new link."),
    ),
    "state_mismatch": ErrorText(
        _("The sign-in did not fit"),
        _("The answer of the sign-in page does not belong to what you began here."),
        _("Open the offer again."),
    ),
    "invalid_grant": ErrorText(
        _("This offer is no longer open"),
        _("It was used already, has expired, or the code was wrong too often."),
        _("Ask the institution for a new offer."),
    ),
    "credential_refused": ErrorText(
        _("The document was not accepted"),
        _("It did not pass the checks, so it is not in your wallet. The institution was told."),
        _("See the history for the check that failed, and ask the institution."),
    ),
    "wrong_holder_key": ErrorText(
        _("The document was not accepted"),
        _("It was not made for your wallet. The institution was told."),
        _("Ask the institution for a new offer."),
    ),
    "credential_request_denied": ErrorText(
        _("The institution does not issue the document"),
        _("It answered that it will not issue it to you."),
        _("Ask the institution why."),
    ),
    "access_denied": ErrorText(
        _("The sign-in was refused"),
        _("The institution did not let you in, or you stopped there."),
        _("Open the offer again if you want to try once more."),
    ),
    "not_listed": ErrorText(
        _("We cannot tell who asks"),
        _("No trusted list vouches for whoever sent this request, so it was stopped."),
        _REFUSED,
    ),
    "untrusted_issuer": ErrorText(
        _("We cannot tell who asks"),
        _("No trusted list vouches for whoever sent this request, so it was stopped."),
        _REFUSED,
    ),
    "answer_refused": ErrorText(
        _("Your answer was not taken"),
        _("Whoever asked did not take the answer. It may be too late, or answered already."),
        _("Ask them to start again. The history notes what was sent."),
    ),
    "not_offered": ErrorText(
        _("The institution does not do this"),
        _("It sends no replacement certificates through the wallet. Nothing was sent."),
        _("Ask your institution yourself, by telephone or on its website."),
    ),
    "unknown_purpose": ErrorText(
        _("This document is not for that"),
        _("There is no such check for this kind of document."),
        _("Go to your documents."),
    ),
    "deliver_uri_elsewhere": ErrorText(
        _("We cannot tell who asks"),
        _("The certificate would go to a place that is not the desk's. So it was stopped."),
        _REFUSED,
    ),
    "expired": ErrorText(
        _("This request is too old"),
        _("It was made some time ago and is no longer valid."),
        _("Ask for a new code or link."),
    ),
    "locked": ErrorText(
        _("This passkey does not open your documents"),
        _("Your documents are locked with the passkey you used first."),
        _("Sign in with that passkey, then add this one on the passkeys page."),
    ),
    "pending_gone": ErrorText(
        _("This page has run out"),
        _("It was answered already, or too much time has passed."),
        _("Open the link or scan the code again."),
    ),
    "unknown_entry": ErrorText(
        _("This entry is not here"),
        _("There is no such entry in your history. It may have been deleted."),
        _("Go to your history."),
    ),
    "unknown_credential": ErrorText(
        _("This document is not here"),
        _("There is no such document in your wallet. It may have been deleted."),
        _("Go to your documents."),
    ),
}
