"""What a message will do to its case, in words: read off the case before and after."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext

from esspass.exchange.copy import find_document
from esspass.exchange.model import Case, CaseStatus, DocumentStatus, MessageAction
from issuer.back_office import exchange_texts as texts
from issuer.exchange.drafting import Preview


def describe_effects(preview: Preview) -> list[str]:
    """Return one sentence for each thing that the message changes."""
    if preview.before is None:
        title = texts.case_title(preview.after.type)
        return [gettext("A new case is opened: %(title)s.", title=title)]
    found = [
        *_document(preview),
        *_participants(preview.before, preview.after),
        *_fates(preview.before, preview.after),
        *_status(preview.before, preview.after),
    ]
    return found or [gettext("The message is added to the case. Nothing else changes.")]


def _document(preview: Preview) -> Iterator[str]:
    message, before = preview.message, preview.before
    assert before is not None  # asked before
    if message.action is MessageAction.UPDATE:
        yield gettext(
            "Version %(new)s takes the place of version %(old)s.",
            new=message.version, old=message.version - 1,
        )  # fmt: skip
    elif meant := find_document(before, message.related_set_id):
        words = {"title": texts.sed_title(meant.sed), "day": texts.day_words(meant.latest_at)}
        if message.sed.startswith("X"):
            yield gettext("It is about “%(title)s” of %(day)s.", **words)
        else:
            yield gettext("It answers “%(title)s” of %(day)s.", **words)


def _participants(before: Case, after: Case) -> Iterator[str]:
    for each in after.participants:
        if each not in before.participants:
            yield gettext("%(who)s joins the case and gets what was said.", who=_name(each))
    for each in before.participants:
        if each not in after.participants:
            if each == after.me:
                yield gettext("We leave the case. Our copy is archived.")
            else:
                yield gettext("%(who)s leaves the case.", who=_name(each))


def _fates(before: Case, after: Case) -> Iterator[str]:
    for document in after.documents:
        known = find_document(before, document.set_id)
        if known is None or known.status is document.status:
            continue
        title = texts.sed_title(document.sed)
        if document.status is DocumentStatus.INVALIDATED:
            yield gettext("“%(title)s” no longer counts.", title=title)
        elif document.status is DocumentStatus.REJECTED:
            yield gettext("“%(title)s” is rejected.", title=title)


def _status(before: Case, after: Case) -> Iterator[str]:
    if before.status is after.status:
        return
    if after.status is CaseStatus.CLOSED:
        yield gettext("The case is closed for everybody.")
    elif after.status is CaseStatus.OPEN:
        yield gettext("The case is open again.")


def _name(institution_id: str) -> str:
    return texts.institution_name(institution_id)
