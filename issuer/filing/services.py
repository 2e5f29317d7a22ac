"""The parts of applications and letters, put together."""

from __future__ import annotations

from esspass.errors import EsspassError
from esspass.fetch import Fetcher
from esspass.keys.signer import KeySigner
from issuer.config import IssuerConfig
from issuer.filing.applicants import Applicants
from issuer.filing.cards import CardMaker
from issuer.filing.corrections import Corrections, Corrector
from issuer.filing.desk import FilingDesk
from issuer.filing.documents import DocumentMaker
from issuer.filing.enquiries import Enquiries
from issuer.filing.examining import Examiner
from issuer.filing.facts import FactFinder
from issuer.filing.filings import Filings
from issuer.filing.writer import LetterWriter
from issuer.mailbox import Letter, Mailbox, MailboxPush
from issuer.paper import SPOKEN, PaperOffice, Wish
from issuer.service import Issuer

_ENGLISH = "en"


def create_filing_desk(config: IssuerConfig, issuer: Issuer) -> FilingDesk:
    """Put the desk for applications together, on the register of ``issuer``."""
    database = issuer.records.database
    filings, applicants = Filings(database), Applicants(database)
    facts = FactFinder(config, issuer.records, issuer.entitlements)
    documents = DocumentMaker(config)
    letters = LetterWriter(
        config.institution_name, Mailbox(database), filings, applicants, issuer.records,
        CardMaker(issuer, documents),
    )  # fmt: skip
    examiner = Examiner(issuer, filings, applicants, facts, documents)
    corrector = Corrector(filings, Corrections(database), examiner, letters)
    return FilingDesk(
        issuer, filings, applicants, examiner, letters, corrector, Enquiries(database)
    )


def create_mailbox_push(
    config: IssuerConfig, signer: KeySigner, fetcher: Fetcher, paper: PaperOffice
) -> MailboxPush:
    """Put together what pushes letters, each with its paper where one can be made."""
    locale = SPOKEN.get(config.country, _ENGLISH)

    def attach(letter: Letter, now: int) -> bytes | None:
        if not letter.record_id:
            return None
        try:
            return paper.create(letter.record_id, Wish(locale, _second(locale)), now).pdf
        except EsspassError:  # a letter goes without its paper rather than not at all
            return None

    database = paper.issuance.records.database
    return MailboxPush(
        Mailbox(database), config.mailbox_url, config.base_url, signer, fetcher, attach
    )


def _second(locale: str) -> str | None:
    return _ENGLISH if locale != _ENGLISH else None
