"""Why a row or a file was refused, in words for a clerk."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web import ErrorText
from esspass.web.reason_texts import REASONS
from esspass.web.settings import Text
from issuer.loading.store import Stage

_FORM = _("The details do not have the form that this document needs.")

ROW_ERRORS: Mapping[str, Text] = {
    "value_missing": _("This column must have a value."),
    "wrong_columns": _("The row does not have the columns that the first line names."),
    "bad_date": _("This is no date. Write it as 2026-11-21 or 21.11.2026."),
    "bad_country": _("This is no country. Write its two letters, such as LT."),
    "bad_countries": _("One of these is no country. Write two letters each, such as LT PL."),
    "bad_sector": _("This is no sector. Write its letter, A to V, as in NACE Rev. 2.1."),
    "bad_flag": _("Write yes or no."),
    "bad_code": _("This is not one of the codes that the document knows."),
    "bad_text": _("The text is too long, or holds characters that cannot be printed."),
    "incomplete": _("A part of the details is there and another one that belongs to it is not."),
    "other_person": _("Somebody with this personal number was born on another day."),
    "number_taken": _("Another decision has this document number."),
    "repeated": _("An earlier row of this file has the same document number."),
    "not_issued_here": _("This institution does not issue documents of this kind."),
    "unknown_mapping": _("The columns of this file are no longer known here."),
    "schema_violation": _FORM,
    "end_before_start": _("The period ends before it starts."),
    "expiry_before_issuance": _("The document expires before it was issued."),
    "birth_after_start": _("The period starts before the person was born."),
    "country_mismatch": _("Two details name different countries where they must agree."),
}
_OTHER_FILE = _("Choose another file, or correct this one and try again.")
FILE_ERRORS: Mapping[str, ErrorText] = {
    "not_utf8": ErrorText(
        _("This file is not text in UTF-8"),
        _("Names with their accents can only be read from UTF-8."),
        _("Save the file as “CSV UTF-8” and choose it again."),
    ),
    "bad_csv": ErrorText(
        _("This is no table"),
        _("The first line must name every column once, and quotation marks must be closed."),
        _OTHER_FILE,
    ),
    "bad_json": ErrorText(
        _("This is no JSON"),
        _("The file must be a list of records, or hold one record on each line."),
        _OTHER_FILE,
    ),
    "no_rows": ErrorText(
        _("There are no records in this file"),
        _("Below the line with the names of the columns nothing follows."),
        _OTHER_FILE,
    ),
    "too_many_rows": ErrorText(
        _("There are too many records"),
        _("One load takes up to 100,000."),
        _("Split the file into several."),
    ),
    "column_missing": ErrorText(
        _("A column is missing"),
        _("The first line does not name every column that must be there."),
        _("Compare it with the template for this kind of document."),
    ),
    "unknown_mapping": ErrorText(
        _("These columns are not known here"), _("There is no such kind of file."), _OTHER_FILE
    ),
    "no_file": ErrorText(_("Choose a file"), _("You have not chosen a file."), _OTHER_FILE),
    "bad_page": ErrorText(
        _("The other system's answer cannot be used"),
        _("It is no list of records, or leads to another place."),
        _("Ask those who run this service."),
    ),
    "unknown_load": ErrorText(
        _("There is no such load"),
        _("The address names a file that was never taken in here."),
        _("Go back to the list of loads."),
    ),
    "wrong_stage": ErrorText(
        _("This is no longer possible"),
        _("Somebody has started or discarded this load in the meantime."),
        _("Open the load again to see where it stands."),
    ),
}
STAGES: Mapping[Stage, tuple[Text, str]] = {
    Stage.CHECKING: (_("Being checked"), "info"),
    Stage.CHECKED: (_("Waits for your word"), "unsure"),
    Stage.LOADING: (_("Being loaded"), "info"),
    Stage.LOADED: (_("Loaded"), "good"),
    Stage.DISCARDED: (_("Discarded"), "neutral"),
}


def describe_row_error(code: str) -> Text:
    """Return the sentence for a refused row."""
    return ROW_ERRORS.get(code) or REASONS.get(code) or _FORM
