"""A doubt between institutions in words: its stage, its steps, and how the document stands."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from esspass.exchange.sed import sed_type
from esspass.exchange.standing import DocumentState, Stage, StepState
from esspass.exchange.wording import code_words
from esspass.web.settings import Text

STAGES: Mapping[str, tuple[str, Text, Text]] = {
    Stage.WATCHED: (
        "info",
        _("Watched"),
        _("You will see it here when the institution that issued the document changes it."),
    ),
    Stage.RECEIVED: (
        "info",
        _("Received"),
        _("The national institution has the doubt. One of its staff decides how to ask."),
    ),
    Stage.ASKED: (
        "doubt",
        _("Question asked"),
        _("The national institution has put a question to the institution that issued it."),
    ),
    Stage.DIALOGUE: (
        "doubt",
        _("Under dialogue"),
        _("The two institutions are talking about this document."),
    ),
    Stage.AUTHORITIES: (
        "doubt",
        _("Before the competent authorities"),
        _("The institutions did not agree. The authorities of both States are talking about it."),
    ),
    Stage.CONCILIATION: (
        "doubt",
        _("In conciliation"),
        _("The Administrative Commission tries to reconcile the two States."),
    ),
    Stage.ENDED: ("info", _("Ended"), _("The institutions have ended their talk.")),
    Stage.NOT_PURSUED: (
        "info",
        _("Not pursued"),
        _("The national institution does not pursue the doubt."),
    ),
}
OUTCOMES: Mapping[str, Text] = {
    "maintained": _("The document is maintained."),
    "corrected": _("The document is corrected."),
    "withdrawn": _("The document is withdrawn."),
    "agreed": _("The two sides agree."),
    "not_agreed": _("The two sides do not agree."),
    "answered": _("The question is answered."),
}
DOCUMENT_STATES: Mapping[str, tuple[str, Text]] = {
    DocumentState.UNKNOWN: (
        "info",
        _("The national institution has not been told of this document."),
    ),
    DocumentState.IN_FORCE: ("good", _("The national institution knows it, and it is in force.")),
    DocumentState.SUSPENDED: (
        "unsure",
        _("The institution that issued it has suspended it. It still binds."),
    ),
    DocumentState.CHANGED: ("unsure", _("The institution that issued it has changed it.")),
    DocumentState.WITHDRAWN: ("bad", _("The institution that issued it has withdrawn it.")),
}
STEP_STATES: Mapping[str, tuple[str, Text]] = {
    StepState.DONE: ("good", _("Done")),
    StepState.CURRENT: ("info", _("Awaited")),
    StepState.LATE: ("unsure", _("Late")),
    StepState.TO_COME: ("neutral", _("Only if needed")),
    StepState.LEFT_OUT: ("neutral", _("Not needed")),
}


def configure_dialogue(app: Flask) -> None:
    """Give templates the words of dialogues."""
    app.jinja_env.globals.update(
        dialogue_stages=STAGES,
        dialogue_outcomes=OUTCOMES,
        document_states=DOCUMENT_STATES,
        step_states=STEP_STATES,
        step_title=step_title,
        withdrawal_reason=describe_withdrawal,
    )


def step_title(sed: str) -> str:
    """Return what a message is called in the reader's language."""
    return sed_type(sed).title(str(get_locale()))


def describe_withdrawal(reason: str) -> str:
    """Return why a document was withdrawn: a code of X008 in words, or the words themselves.

    ``replaced:<number>`` names the document that took its place.
    """
    code, _, number = reason.partition(":")
    if code == "replaced" and number:
        words = gettext("Document %(number)s took its place. Ask for that one.", number=number)
        return str(words)
    return code_words("X008", reason, str(get_locale()))
