"""The purposes of a code in words: a name, and who asks what."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web.settings import Text

PURPOSE_TEXTS: Mapping[str, tuple[Text, Text]] = {
    "labour-inspection": (
        _("Labour inspection"),
        _("An inspector asks which country's social security covers this work."),
    ),
    "contributions": (
        _("Check of contributions"),
        _("Somebody checks whether contributions are due in this country."),
    ),
    "care": (
        _("Treatment"),
        _("A doctor or hospital asks whether your health insurance covers it."),
    ),
    "reimbursement": (
        _("Settlement of costs"),
        _("Somebody asks who pays for treatment already given."),
    ),
    "replacement": (
        _("Replacement certificate"),
        _("A desk asks your institution for a certificate in place of your card."),
    ),
}


def name_purpose(purpose: str) -> str:
    """Return the name of a purpose; the id of one that has no name."""
    return str(PURPOSE_TEXTS[purpose][0]) if purpose in PURPOSE_TEXTS else purpose
