"""Letters, for whoever signed in: their own, and those of employers they may act for."""

from __future__ import annotations

from flask import redirect, url_for
from flask_babel import get_locale
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from issuer.endpoints.applicant import applicant, require_applicant, show
from issuer.endpoints.paper import answer_pdf
from issuer.mailbox import Letter, Recipient
from issuer.paper import SPOKEN, Wish
from issuer.records import Record, RecordState
from issuer.service import OfferError
from issuer.services import services

blueprint = require_applicant(page_blueprint("letters", __name__))
_ENGLISH = "en"


@blueprint.get("/letters")
def index() -> str:
    """List the letters, the latest first."""
    services().filing.letters.write_due(now())
    person, mailbox = applicant(), services().filing.letters.mailbox
    found = mailbox.of(Recipient.PERSON, person.pin)
    for employer in _employers():
        found += mailbox.of(Recipient.EMPLOYER, employer["employer_number"])
    found.sort(key=lambda letter: -letter.created_at)
    return show("apply/letters.html", letters=found, locale=str(get_locale()))


def _employers() -> list[dict[str, str]]:
    return services().filing.applicants.represented(applicant().pin)


@blueprint.get("/letters/<letter_id>")
def letter(letter_id: str) -> str:
    """Show a letter, with its paper and the way into the wallet."""
    found = _own_letter(letter_id)
    services().filing.letters.mailbox.mark_read(found.id, now())
    return _show(found)


def _show(found: Letter, offer_id: str = "") -> str:
    record, issuer = _granted(found), services().issuer
    wallet = services().config.wallet_url
    return show(
        "apply/letter.html", letter=found, locale=str(get_locale()), record=record,
        can_take=record is not None and found.kind is Recipient.PERSON,
        has_paper=record is not None and services().paper.seal is not None,
        offer=issuer.offer_uri(offer_id) if offer_id else "",
        wallet_link=issuer.offer_uri(offer_id, f"{wallet}/offer") if offer_id and wallet else "",
    )  # fmt: skip


def _own_letter(letter_id: str) -> Letter:
    found = services().filing.letters.mailbox.get(letter_id)
    if found is None or not _is_own(found):
        raise NotFound
    return found


def _is_own(found: Letter) -> bool:
    person = applicant()
    if found.kind is Recipient.PERSON:
        return found.number == person.pin
    return services().filing.applicants.represents(person.pin, found.number)


def _granted(found: Letter) -> Record | None:
    """The decision that goes with a letter, while it is in force."""
    if not found.record_id:
        return None
    record = services().issuer.records.get(found.record_id)
    return record if record.state is RecordState.GRANTED else None


@blueprint.post("/letters/<letter_id>/offer")
def offer(letter_id: str) -> Response | str:
    """Offer the document to the wallet of the person who reads the letter."""
    found, issuer = _own_letter(letter_id), services().issuer
    record = _granted(found)
    if record is None or found.kind is not Recipient.PERSON:
        return redirect(url_for("letters.letter", letter_id=letter_id), 303)
    for vct in issuer.types_of(record):
        try:
            made = issuer.create_offer(record.id, vct, tx_code=False, now=now())
        except OfferError:
            continue
        return _show(found, made.id)
    raise OfferError(code="not_issuable")


@blueprint.get("/letters/<letter_id>/paper.pdf")
def paper(letter_id: str) -> Response:
    """Return the sealed file, in the language of issue and the reader's own."""
    found = _own_letter(letter_id)
    record = _granted(found)
    if record is None:
        raise NotFound
    first = SPOKEN.get(services().config.country, _ENGLISH)
    reader = str(get_locale())
    second = reader if reader != first else (_ENGLISH if first != _ENGLISH else None)
    made = services().paper.create(record.id, Wish(first, second), now())
    return answer_pdf(made.pdf, made.number)
