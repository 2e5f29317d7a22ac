"""What the scan page says, by key; the page fills in ``%(name)s`` itself, without a server.

The words of rules are not here: they come signed, with the rules.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web.settings import Text

_SETUP: Mapping[str, Text] = {
    "setup_title": _("New inspection"),
    "change_setup": _("Change the inspection"),
    "setup_hint": _("Asked once. The next inspection begins with the same answers."),
    "kind": _("What do you check?"),
    "kind_work": _("Work at a site (A1 certificate)"),
    "kind_care": _("Treatment (European Health Insurance Card)"),
    "purpose": _("Purpose"),
    "legal_basis": _("Legal basis: %(law)s."),
    "country_work": _("Country of the work"),
    "country_care": _("Country of the treatment"),
    "date_work": _("Day of the check"),
    "date_care": _("Day of the treatment"),
    "until": _("Until (if it is more than one day)"),
    "place_work": _("Place of work"),
    "place_care": _("Hospital or practice"),
    "employer_name": _("Employer on site: name"),
    "employer_id": _("Employer on site: number"),
    "provider": _("Provider"),
    "provider_statutory": _("Contracted with the public system"),
    "provider_private": _("Private"),
    "verdict_only": _("Keep verdicts only"),
    "verdict_only_hint": _(
        "Names and entries are shown once and never stored. The verdict cannot be checked later."
    ),
    "more_settings": _("Keeping, pace and sound"),
    "keep_hours": _("Keep on this device what was shown for"),
    "keep_hours_hint": _("Then names and entries are erased. The verdict stays."),
    "hours_1": _("1 hour"),
    "hours_8": _("8 hours"),
    "hours_24": _("24 hours"),
    "hours_168": _("7 days"),
    "pause_setting": _("Back to the camera"),
    "pause_5": _("after 5 seconds"),
    "pause_10": _("after 10 seconds"),
    "pause_20": _("after 20 seconds"),
    "pause_0": _("only when I say so"),
    "sound": _("A sound with every verdict"),
    "begin": _("Start the camera"),
    "save": _("Save"),
    "cancel": _("Cancel"),
    "problem": _("There is a problem"),
    "date_missing": _("Enter the day"),
    "until_before_date": _("The last day must not be before the first"),
}

_CASES: Mapping[str, Text] = {
    "this_case": _("This inspection"),
    "change": _("Change"),
    "all_cases": _("All inspections"),
    "cases": _("Inspections on this device"),
    "cases_hint": _(
        "They are kept here only until their time is over, and are sent when there is a network."
    ),
    "new_case": _("New inspection"),
    "persons_checked": _("Persons checked: %(count)s"),
    "persons_waiting": _("not sent yet: %(count)s"),
    "go_on": _("Continue"),
    "export": _("Save the case file"),
    "delete": _("Delete"),
    "delete_sure": _("This removes the inspection and everybody in it from this device."),
    "delete_yes": _("Yes, delete it"),
    "locked": _("Sign in to check documents"),
    "locked_out": _("This page is for staff who have signed in."),
    "locked_over": _(
        "Your sign-in has ended. Without a network this page works as long as a sign-in lasts."
    ),
    "locked_offline": _(
        "There is no network now. What you checked stays on this device until you sign in again."
    ),
    "sign_in": _("Sign in"),
    "kept": _("Works without a network"),
    "not_kept": _("Not kept for use without a network"),
    "failed": _("Something went wrong. Reload the page; what was checked is still there."),
}

_CAMERA: Mapping[str, Text] = {
    "scan": _("Scan a code"),
    "camera": _("Camera"),
    "camera_start": _("Start the camera"),
    "camera_stop": _("Stop the camera"),
    "camera_off": _("The camera is off."),
    "camera_choice": _("Which camera"),
    "camera_denied": _(
        "The camera may not be used. Allow it in the browser, or choose one of the other ways."
    ),
    "camera_missing": _("No camera was found. Choose one of the other ways."),
    "looking": _("Hold the code in front of the camera."),
    "torch": _("Light"),
    "frames": _("%(have)s of %(count)s"),
    "frames_hint": _("Keep the camera on the moving code: %(have)s of %(count)s parts read."),
    "other_ways": _("Other ways: scanner, image, text"),
    "scanner_hint": _(
        "A hand-held scanner works at any time. An image can also be dropped or pasted here."
    ),
    "image": _("Image of a code"),
    "image_too_large": _("This image is too large. Choose one of at most 20 MB."),
    "image_unreadable": _("This file is no image that can be read."),
    "image_no_code": _("There is no readable code in this image."),
    "text": _("Text of a code"),
    "check_text": _("Check this text"),
    "already_checked": _("This person has just been checked. Next person, please."),
    "foreign_not_ours": _("This is neither an A1 certificate nor a health insurance card."),
    "foreign_eu_covid_certificate": _("This is an EU COVID certificate, not an A1 certificate."),
    "foreign_a_url": _("This code holds an internet address, not a document."),
    "foreign_a_request": _("This code asks a wallet for something; it shows no document."),
    "foreign_an_offer": _("This code offers a document to a wallet; it shows no document."),
    "foreign_torn": _("This code is damaged or incomplete. Scan it again."),
    "foreign_too_large": _("This is too large for one of our documents."),
    "foreign_other_document": _("This is another document than the one this inspection is about."),
    "foreign_rules_missing": _("The rules for the decision are not on this device."),
    "foreign_rules_expired": _("The rules for the decision are out of date."),
}

_CREW: Mapping[str, Text] = {
    "crew": _("Crew"),
    "crew_empty": _("Nobody has been checked yet."),
    "filter": _("Show only"),
    "everybody": _("Everybody"),
    "no_name": _("No name kept"),
    "sync_pending": _("not sent yet"),
    "sync_sent": _("sent"),
    "sync_local": _("only on this device"),
    "sync_refused": _("refused by the server"),
    "send_now": _("Send now (%(count)s)"),
    "difference_noted": _("difference noted"),
}

_VERDICT: Mapping[str, Text] = {
    "outcome_COVERED": _("Covered"),
    "outcome_NOT_COVERED": _("Not covered"),
    "outcome_DOUBT": _("Doubt"),
    "outcome_CANNOT_DECIDE": _("Cannot be decided"),
    "outcome_NOT_A_CREDENTIAL": _("Not proof of anything"),
    "sentence_COVERED": _("The document is genuine and covers this person here."),
    "sentence_NOT_COVERED": _("The document does not cover this person here."),
    "sentence_DOUBT": _("The document stays valid until it is withdrawn. Ask the institution."),
    "sentence_CANNOT_DECIDE": _("Something that must be known is missing or too old."),
    "sentence_NOT_A_CREDENTIAL": _("Do not rely on what was shown."),
    "next_COVERED": _("Compare with an identity document with photo."),
    "next_NOT_COVERED": _("Ask for another document, and note what the person says."),
    "next_DOUBT": _("Send the issuing institution a reasoned request."),
    "next_CANNOT_DECIDE": _("Refresh the sources, then check again."),
    "next_NOT_A_CREDENTIAL": _("Ask for the document in the wallet or on paper."),
    "stale_sources": _("Too old on this device: %(names)s. Refresh them where there is a network."),
    "compare": _("Compare:"),
    "next": _("Next:"),
    "questions": _("Only you can answer this"),
    "more_questions": _("More questions, if you have reason to ask"),
    "yes": _("Yes"),
    "no": _("No"),
    "identity": _("Compare with the identity document"),
    "identity_compare": _("Same name, same date of birth, same face?"),
    "identity_represented": _("The document is about a person whom somebody else represents."),
    "identity_missing": _("This document carries no name. Ask for an identity document."),
    "identity_hint": _(
        "Accents and alphabets may differ, one of two surnames may be missing, a day or month of"
        " birth may be unknown."
    ),
    "icao": _("As in the machine-readable lines"),
    "born": _("Born on"),
    "shown": _("What was shown"),
    "shown_paper": _("Signed data and paper"),
    "signed_data": _("What the institution signed"),
    "your_paper": _("What does your paper say?"),
    "paper_question": _("Compare line by line. Only what was signed counts."),
    "difference_report": _("Report a difference"),
    "difference_label": _("What differs on the paper?"),
    "difference_save": _("Note it in the case"),
    "document_number": _("Document number"),
    "institution": _("Institution"),
    "legislation": _("Social security of"),
    "issuing_country": _("Issued in"),
    "period": _("Period"),
    "until_further_notice": _("until further notice"),
    "employers": _("Employers"),
    "states": _("Countries of activity"),
    "places": _("Places of work"),
    "expires": _("Document expires"),
    "not_shown": _("not shown"),
    "rules": _("What the rules say"),
    "rule_INFO": _("For your information."),
    "rule_DOUBT": _("Doubt"),
    "rule_CANNOT_DECIDE": _("Cannot be decided"),
    "rule_NOT_COVERED": _("Not covered"),
    "rule_NOT_A_CREDENTIAL": _("Not proof of anything"),
    "rules_version": _("Version of the rules: %(version)s"),
    "evidence": _("Checks and sources"),
    "checked_at": _("Checked"),
    "erased": _("Names and entries are not kept."),
    "reason_unknown": _("This check did not succeed."),
    "next_person": _("Next person"),
    "returning": _("Time until the camera starts again"),
    "returning_in": _("Camera in %(seconds)s s"),
    "pause": _("Pause"),
    "paused": _("Paused"),
    "resume": _("Go on"),
    "press_enter": _("Or press Enter."),
}

_SOURCES: Mapping[str, Text] = {
    "sources": _("Sources"),
    "refresh": _("Refresh the sources"),
    "online": _("online"),
    "offline": _("no network"),
    "as_of": _("as of %(moment)s"),
    "issued_ago": _("issued %(ago)s ago"),
    "never_loaded": _("never loaded"),
    "freshness_FRESH": _("current"),
    "freshness_GRACE": _("overdue"),
    "freshness_EXPIRED": _("too old"),
    "sources_advice": _(
        "What is too old decides nothing. Go where there is a network and refresh the sources."
    ),
    "source_pub-eaa-providers": _("List of issuers"),
    "source_pid-providers": _("List of identity issuers"),
    "source_wallet-providers": _("List of wallet providers"),
    "source_wrpac-providers": _("List of access certificates"),
    "source_directory": _("Directory of institutions"),
    "source_inspection-rules": _("Rules of inspection"),
    "source_status": _("List of withdrawn documents"),
    "clock_behind": _("The clock of this device is behind by %(by)s or more. Set it right."),
    "clock_ahead": _("The clock of this device is ahead by %(by)s or more. Set it right."),
}

PAGE_TEXTS: Mapping[str, Text] = {
    **_SETUP,
    **_CASES,
    **_CAMERA,
    **_CREW,
    **_VERDICT,
    **_SOURCES,
}
