"""The words of the pages about doubts."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.exchange.dialogue import DIALOGUE
from esspass.web.settings import Text
from issuer.exchange.doubt_office import ANSWERED, DOUBT, WITHDRAW
from issuer.exchange.doubts import SetAside

WAYS: Mapping[str, tuple[Text, Text]] = {
    DIALOGUE: (
        _("Open the dialogue of Decision A1"),
        _("A reasoned request. It must be acknowledged and answered, and can go further."),
    ),
    "LA_BUC_06": (
        _("Ask a question about the applicable legislation"),
        _("Message A005; the institution replies with A006. For what a few words can clear up."),
    ),
    "H_BUC_01": (
        _("Ask a general question"),
        _("Message H001; the institution replies with H002."),
    ),
}
DOUBT_TASKS: Mapping[str, Text] = {
    DOUBT: _("An inspector doubts a document: ask abroad, or do not pursue it"),
    ANSWERED: _("Read the answer about a document that an inspector doubts"),
    WITHDRAW: _("Withdraw the document, as the answer in the dialogue says"),
}
SET_ASIDE: Mapping[str, Text] = {
    SetAside.CLEARED: _("It is cleared up already"),
    SetAside.INSUFFICIENT: _("The reasons do not suffice"),
    SetAside.ELSEWHERE: _("Another institution is asking already"),
    SetAside.OTHER: _("Another reason"),
}
UNREACHABLE: Mapping[str, Text] = {
    "receiver_not_ready": _(
        "The institution cannot be reached in this way. Choose another, or write on paper."
    ),
    "unknown_institution": _("The directory does not know this institution. Write on paper."),
    "no_exchange_key": _("This institution takes no part in the exchange. Write on paper."),
    "person_missing": _(
        "The doubt names no person, so the institution could not find the decision. Write on paper."
    ),
    "content_invalid": _("The message cannot be written from this. Shorten or correct the text."),
}
