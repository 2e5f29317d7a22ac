"""What people read when something goes wrong: one sentence and the next step, per error code."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.errors import (
    EsspassError,
    MalformedError,
    ProtocolError,
    UnavailableError,
    UndecidedError,
    VerificationError,
)
from esspass.web.settings import ErrorText

HTTP_CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "sign_in_needed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "server_error",
    501: "not_implemented",
    503: "unavailable",
}

_START_AGAIN = _("Go back to the start page and try again.")

ERROR_TEXTS: Mapping[str, ErrorText] = {
    "bad_request": ErrorText(
        _("This request could not be read"),
        _("Something in the address or in the form is not as we expect it."),
        _START_AGAIN,
    ),
    "sign_in_needed": ErrorText(
        _("Sign in first"),
        _("This page is only for people who have signed in."),
        _("Sign in and open the page again."),
    ),
    "forbidden": ErrorText(
        _("You may not open this page"),
        _("You are signed in, but this page is not for your role."),
        _("Ask the person who manages access at your institution."),
    ),
    "not_found": ErrorText(
        _("Page not found"),
        _("There is nothing at this address."),
        _("Check the address, or start from the start page."),
    ),
    "method_not_allowed": ErrorText(
        _("This address cannot be opened like that"),
        _("The address exists, but not for this kind of request."),
        _START_AGAIN,
    ),
    "too_large": ErrorText(
        _("That was too much data"),
        _("What you sent is larger than we accept."),
        _("Send a smaller file or a shorter text."),
    ),
    "unsupported_media_type": ErrorText(
        _("This kind of data is not accepted"),
        _("What you sent is in a format that this page does not read."),
        _START_AGAIN,
    ),
    "too_many_requests": ErrorText(
        _("Too many attempts"),
        _("There were too many attempts in a short time."),
        _("Wait a minute, then try again."),
    ),
    "server_error": ErrorText(
        _("Something went wrong on our side"),
        _("The fault is ours, and nothing of what you entered was kept half."),
        _("Try again in a few minutes. If it happens again, tell us the time and the code below."),
    ),
    "not_implemented": ErrorText(
        _("We do not offer this"),
        _("The request is understood, but asks for something that this service does not do."),
        _START_AGAIN,
    ),
    "unavailable": ErrorText(
        _("A service we need does not answer"),
        _("We could not reach another service in time, so nothing was decided."),
        _("Try again in a few minutes."),
    ),
    "form_expired": ErrorText(
        _("This form is no longer open"),
        _("The page was open for too long, or you have signed out in another window."),
        _("Go back, reload the page and send it again."),
    ),
    "foreign_origin": ErrorText(
        _("This form came from another site"),
        _("For your safety we accept forms only from our own pages."),
        _START_AGAIN,
    ),
    "invitation_unknown": ErrorText(
        _("This invitation cannot be used"),
        _("The link was used before, has run out, or was not copied whole."),
        _("Ask for a new invitation link."),
    ),
    "name_missing": ErrorText(
        _("A name is missing"),
        _("The field for the name is empty."),
        _("Enter a name and try again."),
    ),
    "challenge_missing": ErrorText(
        _("The sign-in took too long"),
        _("The request for your passkey has run out or was already answered."),
        _("Try again."),
    ),
    "passkey_unknown": ErrorText(
        _("This passkey is not known here"),
        _("The passkey was removed, or it belongs to another service."),
        _("Use another passkey, or ask for a new invitation link."),
    ),
    "passkey_refused": ErrorText(
        _("The passkey was not accepted"),
        _("The answer of your device does not prove that it is you, here and now."),
        _("Try again and confirm with your fingerprint, face or PIN."),
    ),
    "counter_rollback": ErrorText(
        _("This passkey may have been copied"),
        _("Its counter went backwards, which happens when a passkey is used in two places."),
        _("Sign in with another passkey and remove this one."),
    ),
    "last_passkey": ErrorText(
        _("This is your only passkey"),
        _("Without it you could not sign in any more."),
        _("Add another passkey first."),
    ),
}

CLASS_TEXTS: Mapping[type[Exception], ErrorText] = {
    UnavailableError: ERROR_TEXTS["unavailable"],
    UndecidedError: ErrorText(
        _("This cannot be decided now"),
        _("What we know allows neither yes nor no."),
        _("Try again later, or ask the institution that issued the document."),
    ),
    VerificationError: ErrorText(
        _("This could not be accepted"),
        _("It was read, but a check shows that it must not be believed."),
        _("Ask the party that gave it to you for a new one."),
    ),
    MalformedError: ErrorText(
        _("This could not be read"),
        _("It is not in a form that we know, or a part of it is missing."),
        _("Check that you copied or scanned the whole code."),
    ),
    ProtocolError: ErrorText(
        _("The other service sent something we cannot accept"),
        _("The message does not follow the agreed protocol, so we stopped."),
        _("Go back to the service you came from and start again there."),
    ),
    EsspassError: ERROR_TEXTS["server_error"],
    Exception: ERROR_TEXTS["bad_request"],
}
