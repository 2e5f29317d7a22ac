"""A card that is missing abroad, from institution to institution: S044 asks, S045 answers.

The machine answers when the register says the person is entitled on every day of the stay; it may
grant, never refuse. Everything else is a clerk's task.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from esspass.attestations import Institution, iso_country
from esspass.cwt import parse_cwt
from esspass.errors import MalformedError, UnavailableError, VerificationError
from esspass.exchange.entitlement import (
    ANSWER,
    CASE_TYPE,
    ISSUED,
    REQUEST,
    Certificate,
    EntitlementAnswer,
    EntitlementRequest,
    create_answer,
    create_request,
    read_answer,
    read_request,
)
from esspass.exchange.model import Case, Message
from esspass.inspection import inspect_paper
from esspass.inspection.status import Statuses
from esspass.inspection.submission import read_code
from esspass.trust import TrustView
from esspass.verdict import Outcome
from issuer.exchange.desk import Desk
from issuer.exchange.notifying import create_attachments
from issuer.exchange.registering import CORE_TYPE, SOON
from issuer.exchange.stays import Seal, Stay, Stays
from issuer.history import Event, History
from issuer.matching import Identity, NoMatchError, match_person
from issuer.paper import SPOKEN, PaperError, PaperOffice, Wish
from issuer.records import Record, Records, StateError
from issuer.replacing import covers

ANSWER_BY_HAND = "answer_entitlement_request"
_MAX_CORE = 10_000
_DEFAULT_LOCALE = "en"
_UNBOUND = frozenset({"holder_binding", "person"})
"""Checks of who shows a document; nobody shows one that an institution sends."""


@dataclass(frozen=True, slots=True)
class EntitlementOffice:
    """Asks for certificates, and gives them; ``country`` (ISO) is that of the institution."""

    country: str
    desk: Desk
    records: Records
    history: History
    paper: PaperOffice
    stays: Stays
    view: Callable[[int], TrustView]
    statuses: Statuses

    def register_reactions(self) -> None:
        """Have requests and answers come here."""
        reactions = self.desk.keeper.reactions
        reactions.register(REQUEST, self.answer)
        reactions.register(ANSWER, self.take)

    def answer(self, case: Case, message: Message, now: int) -> None:
        """Answer an S044 when the register entitles, else leave it to a clerk."""
        if any(each.sed == ANSWER and each.sender == case.me for each in case.documents):
            return
        request = read_request(message.content, self.country)
        try:
            record = self._entitled(request, now)
            self._grant(case, message, record, request, now)
        except (NoMatchError, StateError, PaperError) as error:
            self.desk.tasks.add(
                ANSWER_BY_HAND, now, case_id=case.id, reference=message.message_id,
                due_at=now + SOON, detail=error.code,
            )  # fmt: skip

    def _entitled(self, request: EntitlementRequest, now: int) -> Record:
        """The person's own card, in force on every day. Raises NoMatchError, StateError."""
        person = request.person
        identity = Identity(person.surnames, person.forenames, person.date_of_birth, person.pin)
        person_id = match_person(self.records, identity)
        for record in self.records.of_person(person_id, ["ehic"]):
            if covers(record, request.starts, request.ends, now):
                return record
        raise StateError("no card covers these days", code="not_entitled")

    def _grant(
        self, case: Case, message: Message, record: Record, request: EntitlementRequest, now: int
    ) -> None:
        """Make the certificate and send it. Raises StateError, PaperError, UnavailableError."""
        first = SPOKEN.get(self.country, _DEFAULT_LOCALE)
        directory = self.view(now).directory
        partner = directory.find(message.sender) if directory else None
        second = SPOKEN.get(partner.country, _DEFAULT_LOCALE) if partner else _DEFAULT_LOCALE
        wish = Wish(first, second if second != first else None, request.starts, request.ends)
        core, pdf = self._create(record, wish, now)
        certificate = Certificate(record.number, request.starts, request.ends)
        content = create_answer(EntitlementAnswer(ISSUED, certificate), message.content)
        self.desk.send(
            case.id, ANSWER, content, now, related_set_id=message.set_id,
            attachments=list(create_attachments(record.number, core, pdf)),
        )  # fmt: skip
        self.history.add(record.id, Event.REPLACEMENT_ISSUED, now)

    def _create(self, record: Record, wish: Wish, now: int) -> tuple[str | None, bytes | None]:
        try:
            made = self.paper.create(record.id, wish, now)
        except UnavailableError as error:
            if error.code != "pdf_unavailable":
                raise
            return self.paper.create_code(record.id, wish, now), None
        return made.core_text, made.pdf

    def ask(
        self, request: EntitlementRequest, country: str, now: int, actor: str, reference: str
    ) -> Stay | None:
        """Ask an institution of ``country`` (ISO); None when nobody there takes such requests.

        The same ``reference`` asks once. Raises MalformedError, VerificationError, UndecidedError.
        """
        found = self.desk.find_partners(CASE_TYPE, "CP", country, now)
        if not found:
            return None
        whom = min(found)
        content = create_request(request, Institution(whom, whom, country))
        case_id = self.desk.start(
            CASE_TYPE, [whom], REQUEST, content, now, actor=actor, reference=f"s044/{reference}"
        )
        stay = Stay(case_id, whom, country, request.person, request.starts, request.ends, now)
        self.stays.add(stay)
        return self.stays.get(case_id)

    def take(self, case: Case, message: Message, now: int) -> None:
        """Note the answer that came, and look at the seal of what was sent."""
        answer = read_answer(message.content)
        seal = self._inspect(message, answer.certificate, now)
        self._add_missing(case, message.sender)
        self.stays.answer(case.id, answer, seal, now)

    def _add_missing(self, case: Case, sender: str) -> None:
        """A request may have been sent from the page of cases, or just before a kill."""
        for logged in self.desk.view(case.id).messages:
            if logged.message.sed == REQUEST and logged.message.sender == case.me:
                country = iso_country(sender.partition(":")[0])
                asked = read_request(logged.message.content, country)
                stay = Stay(
                    case.id, sender, country, asked.person, asked.starts, asked.ends,
                    logged.received_at,
                )  # fmt: skip
                self.stays.add(stay)

    def _inspect(self, message: Message, certificate: Certificate | None, now: int) -> Seal:
        core = self._read_core(message)
        if certificate is None or core is None:
            return Seal.NONE
        try:
            paper = read_code(core).paper
            if paper is None:
                return Seal.BROKEN
            verdict = inspect_paper(
                parse_cwt(paper), trust=self.view(now), statuses=self.statuses, now=now
            )
            shown = verdict.evidence.presented() if verdict.evidence else None
        except (MalformedError, VerificationError):
            return Seal.BROKEN
        asked = [f.outcome for f in verdict.findings if f.check not in _UNBOUND]
        if Outcome.FAILED in asked or shown is None:
            return Seal.BROKEN
        if shown.document_number != certificate.number:
            return Seal.BROKEN
        return Seal.GOOD if set(asked) == {Outcome.PASSED} else Seal.UNDECIDED

    def _read_core(self, message: Message) -> str | None:
        for attachment in message.attachments:
            if attachment.media_type == CORE_TYPE and attachment.size <= _MAX_CORE:
                data = self.desk.attachment(message.case_id, attachment.sha256)
                return data.decode("utf-8", "replace")
        return None
