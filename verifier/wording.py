"""Words of the verifier: what documents are called, and what a person reads about an error."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web import ErrorText
from esspass.web.settings import Text

KIND_NAMES: Mapping[str, Text] = {
    "pda1": _("A1 certificate"),
    "ehic": _("European Health Insurance Card"),
}

ERROR_TEXTS: Mapping[str, ErrorText] = {
    "access_denied": ErrorText(
        _("This result is not for this browser"),
        _("A result is shown only in the browser in which the check was started."),
        _("Go back to that browser, or start a new check here."),
    ),
    "not_found": ErrorText(
        _("Check not found"),
        _("There is no such check, or its time of keeping is over."),
        _("Start a new check."),
    ),
    "evidence_erased": ErrorText(
        _("What was shown is gone"),
        _("A verdict can be changed by answers only while what was shown is kept."),
        _("Check the document again."),
    ),
    "case_full": ErrorText(
        _("This case is full"),
        _("A case holds at most 1,000 persons."),
        _("Open another case."),
    ),
    "not_care": ErrorText(
        _("Not for this case"),
        _("A replacement certificate is for a treatment."),
        _("Open a case for a treatment."),
    ),
    "cannot_ask": ErrorText(
        _("This cannot be asked here"),
        _("What was shown is erased, or names no institution, or none is set up to be asked."),
        _("Check the document again, or write to the institution."),
    ),
    "pdf_unavailable": ErrorText(
        _("No PDF can be made here"),
        _("The library that draws PDF files is not installed on this server."),
        _("Take the report in JSON, or print the page."),
    ),
}
