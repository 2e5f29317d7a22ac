"""The issuer's own words for errors that people meet on its pages."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web import ErrorText
from issuer.loading.texts import FILE_ERRORS

_BACK_TO_WALLET = _("Go back to your wallet and start again from the offer.")
_BACK_TO_LIST = _("Go back to the list of decisions.")

ERROR_TEXTS: Mapping[str, ErrorText] = {
    **FILE_ERRORS,
    "request_over": ErrorText(
        _("This request is over"),
        _("Your wallet's request was completed, has expired, or belongs to another browser."),
        _BACK_TO_WALLET,
    ),
    "request_not_pushed": ErrorText(
        _("Start in your wallet"),
        _("This page is opened by a wallet that has announced its request before."),
        _BACK_TO_WALLET,
    ),
    "sign_in_failed": ErrorText(
        _("You could not be signed in"),
        _("The sign-in service sent an answer that we cannot accept."),
        _BACK_TO_WALLET,
    ),
    "sign_in_declined": ErrorText(
        _("You did not sign in"),
        _("The sign-in service tells us that you stopped, so nothing was issued."),
        _BACK_TO_WALLET,
    ),
    "identity_incomplete": ErrorText(
        _("Your identity is incomplete"),
        _("The sign-in service did not tell us your full name and date of birth."),
        _("Use another way to sign in, or ask the institution."),
    ),
    "unknown_record": ErrorText(
        _("There is no such decision"),
        _("The address names a decision that is not in this register."),
        _BACK_TO_LIST,
    ),
    "unknown_document": ErrorText(
        _("There is no such document"),
        _("The address names a document that is not in the register of incoming documents."),
        _("Go back to the list of incoming documents."),
    ),
    "wrong_state": ErrorText(
        _("This is no longer possible"),
        _("Somebody has decided or withdrawn this document in the meantime."),
        _("Open the decision again to see where it stands."),
    ),
    "sign_in_over": ErrorText(
        _("This sign-in is over"),
        _("It took too long, or it was begun in another browser."),
        _("Sign in again."),
    ),
    "acr_too_low": ErrorText(
        _("You could not be signed in"),
        _("The sign-in service did not check your identity as strictly as this office asks."),
        _("Sign in again with a second factor."),
    ),
    "no_staff_role": ErrorText(
        _("You have no role here"),
        _("The sign-in service knows you, but gives you no role in this office."),
        _("Ask those who manage the accounts of your institution."),
    ),
    "staff_removed": ErrorText(
        _("Your access was ended"),
        _("A supervisor of this office has ended your access."),
        _("Ask a supervisor if you think this is wrong."),
    ),
    "provider_signs_in": ErrorText(
        _("You sign in with your institution's account"),
        _("Passkeys are for those who have no such account here."),
        _("Use the button for your institution's account on the sign-in page."),
    ),
    "unknown_member": ErrorText(
        _("There is no such member of staff"),
        _("Nobody of this name works here, or somebody else changed it before you."),
        _("Open the list of staff again."),
    ),
    "last_supervisor": ErrorText(
        _("One supervisor must stay"),
        _("Without a supervisor nobody could give roles any more."),
        _("Make somebody else supervisor first."),
    ),
    "bad_role": ErrorText(
        _("There is no such role"),
        _("The form named a role that this office does not know."),
        _("Open the list of staff again."),
    ),
    "second_person_needed": ErrorText(
        _("A second person must agree"),
        _("This decision is too risky for one person alone."),
        _("Put it before an approver."),
    ),
    "same_person": ErrorText(
        _("Somebody else must agree"),
        _("You proposed this yourself, so your own agreement does not count."),
        _("Ask an approver or a supervisor."),
    ),
    "approver_needed": ErrorText(
        _("An approver must agree"),
        _("The second person is an approver or a supervisor, and you are not."),
        _("Ask an approver or a supervisor."),
    ),
    "unknown_draft": ErrorText(
        _("There is no such draft"),
        _("It was sent or thrown away, or somebody else is writing it."),
        _("Go back to the list of drafts."),
    ),
    "draft_changed": ErrorText(
        _("The draft has changed"),
        _("It was changed, sent or thrown away after this page was opened. Nothing was sent."),
        _("Open the draft again to see how it stands."),
    ),
    "second_look_over": ErrorText(
        _("This proposal is over"),
        _("Somebody has agreed to it or sent it back, or another proposal waits already."),
        _("Open the decision again to see where it stands."),
    ),
    "status_not_expressible": ErrorText(
        _("This document cannot be suspended"),
        _("It was issued on a status list that only knows valid and withdrawn."),
        _("Withdraw it if it must not count."),
    ),
    "no_seal": ErrorText(
        _("This institution has no seal for paper"),
        _("A paper is sealed with a key of its own, and none is set up."),
        _("Ask those who run this service."),
    ),
    "pdf_unavailable": ErrorText(
        _("No file can be made here"),
        _("A part of the software that sets pages is not installed on this machine."),
        _("Ask those who run this service."),
    ),
    "document_over": ErrorText(
        _("The document is over"),
        _("Its last day has passed, so no paper of it is made."),
        _("Check the dates of the decision."),
    ),
    "not_on_paper": ErrorText(
        _("This document cannot be put on paper"),
        _("It lacks details that the form asks for, or holds more than its code can carry."),
        _("Check the details of the decision."),
    ),
    "offer_not_open": ErrorText(
        _("The offer is no longer open"),
        _("It was taken, cancelled, or has expired."),
        _("Make a new offer if the person still needs one."),
    ),
    "unknown_offer": ErrorText(
        _("There is no such offer"),
        _("The address names an offer that was never made here."),
        _BACK_TO_LIST,
    ),
    "unknown_filing": ErrorText(
        _("There is no such application"),
        _("The address names an application that is not yours, or that was deleted."),
        _("Open your list of applications."),
    ),
    "enquiry_answered": ErrorText(
        _("This question is answered"),
        _("Every question is answered once. Nothing was added."),
        _("Open the application to see what you answered."),
    ),
    "filing_sent": ErrorText(
        _("This application was sent"),
        _("What was sent cannot be changed on this page."),
        _("Open your list of applications to see how it stands."),
    ),
    "number_needed": ErrorText(
        _("Your personal number is missing"),
        _("The sign-in service did not tell us your personal number, so we cannot find you."),
        _("Use another way to sign in, or ask the institution."),
    ),
    "file_too_many": ErrorText(
        _("Too many workers"),
        _("An application holds at most 500 workers."),
        _("Divide the list, and apply for each part."),
    ),
    "credential_request_denied": ErrorText(
        _("This document cannot be offered"),
        _("It is over, or it cannot be written in this form."),
        _("Check the dates and details of the decision."),
    ),
}
