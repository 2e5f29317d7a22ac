"""Letters to persons and employers, over the API: what was written to whom, when it was read."""

from __future__ import annotations

from typing import Any

from esspass.attestations.specification import LOCALES
from esspass.errors import VerificationError
from issuer.api import letter_shapes as shapes
from issuer.api.blueprint import blueprint
from issuer.api.listing import write_page
from issuer.mailbox import Letter, Mailbox
from issuer.services import services

_TAG = ["Letters"]


class UnknownLetterError(VerificationError):
    """There is no such letter."""

    code = "unknown_letter"


@blueprint.get("/letters")
@blueprint.input(shapes.LetterFilter, location="query", arg_name="wanted")
@blueprint.output(shapes.LetterPage)
@blueprint.doc(tags=_TAG)
def list_letters(wanted: shapes.LetterFilter) -> dict[str, Any]:
    """List letters, the latest first."""
    return _search(wanted, "")


@blueprint.post("/search/letters")
@blueprint.input(shapes.LetterSearch, arg_name="wanted")
@blueprint.output(shapes.LetterPage)
@blueprint.doc(tags=_TAG)
def search_letters(wanted: shapes.LetterSearch) -> dict[str, Any]:
    """Find the letters to a person or an employer."""
    return _search(wanted, wanted.recipient)


@blueprint.get("/letters/<letter_id>")
@blueprint.output(shapes.Letter)
@blueprint.doc(tags=_TAG)
def get_letter(letter_id: str) -> dict[str, Any]:
    """Read a letter in every language; for its recipient it stays unread."""
    letter = _mailbox().get(letter_id)
    if letter is None:
        raise UnknownLetterError
    return {
        **_summary(letter),
        "subject": {locale: letter.subject(locale) for locale in LOCALES},
        "text": {locale: letter.text(locale) for locale in LOCALES},
    }


def _mailbox() -> Mailbox:
    return services().filing.letters.mailbox


def _search(wanted: shapes.LetterFilter, recipient: str) -> dict[str, Any]:
    page = _mailbox().search(wanted.recipient_kind, recipient, wanted.page, wanted.size)
    return write_page(map(_summary, page.letters), wanted, page.total)


def _summary(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "recipient_kind": letter.kind,
        "recipient": letter.number,
        "topic": letter.topic,
        "decision": letter.record_id or None,
        "created_at": letter.created_at,
        "read_at": letter.read_at,
        "sent_at": letter.sent_at,
    }
