"""What the institution does with doubts: takes them from verifiers, asks abroad, tells of it.

Regulation (EC) No 987/2009, Article 5(2). The issuing institution alone decides about its document;
this institution asks, by a question or by the dialogue of Decision A1, and tells who doubted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from esspass.errors import MalformedError, UnavailableError, VerificationError
from esspass.exchange.dialogue import DIALOGUE, OUTCOMES, read_standing_of_case
from esspass.exchange.doubt import Sender, open_enquiry, verify_doubt, verify_watch
from esspass.exchange.doubt_content import Asked, create_question, create_reasoned_request
from esspass.exchange.model import Case, Message
from esspass.exchange.standing import (
    DocumentStanding,
    Stage,
    Standing,
    create_standing,
    verify_standing_request,
)
from esspass.jose.jwe import EncryptionKey
from esspass.keys.signer import Signer
from esspass.trust import TrustView, decide_relying_party
from issuer.exchange.desk import Desk, NewAttachment
from issuer.exchange.doubts import Doubts, ReceivedDoubt, UnknownDoubtError, name_message
from issuer.records import Record, Records, RecordState

DOUBT, ANSWERED, WITHDRAW = "doubt", "doubt_answered", "withdraw_document"
WAYS = {DIALOGUE: "DA01", "LA_BUC_06": "A005", "H_BUC_01": "H001"}
"""How the issuing institution may be asked: case type and first message."""
KEPT = 90 * 86400
_REPLY_DAYS = 30
_SOON = 5 * 86400  # when a clerk should have looked: an aim of ours, no law
DocumentReader = Callable[[str, str], DocumentStanding]


class DecidedDoubtError(VerificationError):
    """Somebody has decided about this doubt before."""

    code = "wrong_state"


@dataclass(frozen=True, slots=True)
class DoubtOffice:
    """The service. ``read_document`` says how the document of an institution and number stands."""

    base_url: str
    institution_id: str
    signer: Signer = field(repr=False)
    key: EncryptionKey | None = field(repr=False)
    view: Callable[[int], TrustView]
    doubts: Doubts
    records: Records
    desk: Desk
    read_document: DocumentReader

    def receive(self, envelope: str, now: int) -> str:
        """Take a doubt of a listed relying party, once; return its id here.

        Raises MalformedError, VerificationError, UndecidedError (``no_exchange_key``); those of
        trust say who is not listed.
        """
        token, content = self._open(envelope)
        doubt, sender = verify_doubt(token, content, self.base_url, now)
        decide_relying_party(self.view(now), sender.chain, now)
        evidence = _read_text(content)
        with self.doubts.database.atomic():
            doubt_id, is_new = self.doubts.add(doubt, sender, evidence, now)
            if is_new:
                self.desk.tasks.add(
                    DOUBT, now, reference=doubt_id, due_at=now + _SOON, detail=doubt.document.number
                )
        return doubt_id

    def receive_watch(self, envelope: str, now: int) -> None:
        """Take a wish to be told of a listed relying party, once. Raises as ``receive``."""
        token, _nothing = self._open(envelope)
        watch, sender = verify_watch(token, self.base_url, now)
        decide_relying_party(self.view(now), sender.chain, now)
        self.doubts.add_watch(watch, sender, now)

    def _open(self, envelope: str) -> tuple[str, bytes | None]:
        if self.key is None:
            raise UnavailableError("this institution has no exchange key", code="no_exchange_key")
        return open_enquiry(envelope, self.key)

    def answer_doubt(self, request: str, jti: str, now: int) -> str:
        """Sign how a doubt stands for the verifier that sent it.

        Raises as ``receive``, and UnknownDoubtError also for a doubt of somebody else.
        """
        sender = self._verify_request(request, jti, now)
        received = self.doubts.get(name_message(sender.address, jti))
        standing = self.find_standing(received, now)
        return self._sign(standing, sender, jti, now)

    def answer_watch(self, request: str, jti: str, now: int) -> str:
        """Sign how a watched document stands for the verifier that watches it."""
        sender = self._verify_request(request, jti, now)
        watch = self.doubts.find_watch(name_message(sender.address, jti))
        if watch is None:
            raise UnknownDoubtError
        document = self.read_document(watch.institution_id, watch.document_number)
        standing = Standing(Stage.WATCHED, watch.received_at, document=document)
        return self._sign(standing, sender, jti, now)

    def _verify_request(self, request: str, jti: str, now: int) -> Sender:
        identifier, sender = verify_standing_request(request, self.base_url, now)
        decide_relying_party(self.view(now), sender.chain, now)
        if identifier != jti:
            raise UnknownDoubtError
        return sender

    def _sign(self, standing: Standing, sender: Sender, jti: str, now: int) -> str:
        return create_standing(standing, self.base_url, sender.address, jti, self.signer, now)

    def find_standing(self, received: ReceivedDoubt, now: int) -> Standing:
        """Return how a doubt stands: waiting, in a case, or set aside."""
        document = received.doubt.document
        found = self.read_document(document.institution, document.number)
        if received.case_id is not None:
            return replace(self.read_case(received.case_id, now), document=found)
        since = received.decided_at or received.received_at
        stage = Stage.RECEIVED if received.set_aside is None else Stage.NOT_PURSUED
        return Standing(stage, since, document=found)

    def read_case(self, case_id: str, now: int) -> Standing:
        """Return how the case of a question or dialogue stands. Raises UnknownCaseError."""
        view = self.desk.view(case_id)
        messages = [logged.message for logged in view.messages]
        return read_standing_of_case(view.case, messages, view.deadlines, now)

    def ask(
        self, doubt_id: str, way: str, asked: Asked, now: int, *, actor: str, with_evidence: bool
    ) -> str:
        """Ask the institution that issued the document; return the case.

        ``way`` is one of ``WAYS``. Asked twice it is one case. Raises UnknownDoubtError,
        DecidedDoubtError, and as ``Desk.start``.
        """
        received = self._undecided(doubt_id)
        sed, doubt = WAYS[way], received.doubt
        if way == DIALOGUE:
            content = create_reasoned_request(doubt, asked)
        else:
            reply_by = datetime.fromtimestamp(now, UTC).date() + timedelta(days=_REPLY_DAYS)
            content = create_question(doubt, asked.words, reply_by)
        self.view(now)  # asked for here, because a transaction must not wait for the network
        with self.doubts.database.atomic():  # no case if somebody sets it aside meanwhile
            case_id = self.desk.start(
                way, (doubt.document.institution,), sed, content, now,
                attachments=_attach(received) if with_evidence else (),
                actor=actor, reference=f"doubt:{doubt_id}",
            )  # fmt: skip
            if not self.doubts.pursue(doubt_id, case_id, now, actor):
                raise DecidedDoubtError
            self.desk.tasks.done_about(DOUBT, doubt_id, now, actor)
        return case_id

    def set_aside(self, doubt_id: str, why: str, now: int, actor: str) -> None:
        """Do not pursue a doubt. Raises UnknownDoubtError, DecidedDoubtError."""
        self._undecided(doubt_id)
        if not self.doubts.set_aside(doubt_id, why, now, actor):
            raise DecidedDoubtError
        self.desk.tasks.done_about(DOUBT, doubt_id, now, actor)

    def _undecided(self, doubt_id: str) -> ReceivedDoubt:
        received = self.doubts.get(doubt_id)
        if received.decided_at is not None:
            raise DecidedDoubtError
        return received

    def take_question(self, case: Case, message: Message, now: int) -> None:
        """React to a question about a document of ours: link the case and the decision."""
        number = message.content.get("PortableDocument", {}).get("documentNumber", "")
        record = self.records.find_number(number) if number else None
        if record is not None:
            self.doubts.note_question(case.id, record.id, message.sed, now)

    def take_answer(self, case: Case, message: Message, now: int) -> None:
        """React to an answer: whoever asked for it has to read it."""
        received = self.doubts.of_case(case.id)
        if received is not None:
            self.desk.tasks.add(
                ANSWERED, now, case_id=case.id, reference=f"{message.set_id}/{message.version}",
                due_at=now + _SOON, detail=received.doubt.document.number,
            )  # fmt: skip

    def find_promised(self, case_id: str, now: int) -> Record | None:
        """Return the decision that we said in a dialogue we withdraw, while it still stands."""
        question = self.doubts.find_question(case_id)
        if question is None:
            return None
        record = self.records.get(question.record_id)
        if record.state not in (RecordState.GRANTED, RecordState.SUSPENDED):
            return None
        return record if self.read_case(case_id, now).outcome == "withdrawn" else None

    def work(self, now: int) -> int:
        """Make a task of each withdrawal promised; erase old evidence. Return how many are new."""
        self.doubts.erase_evidence(now - KEPT)
        for task in self.desk.tasks.open_of(WITHDRAW):
            if self.find_promised(task.case_id, now) is None:
                self.desk.tasks.settle(task.case_id, now, kind=WITHDRAW)
        promised = 0
        for case_id in self.doubts.answered(OUTCOMES, WITHDRAW):
            record = self.find_promised(case_id, now)
            if record is not None:
                promised += self.desk.tasks.add(
                    WITHDRAW, now, case_id=case_id, due_at=now + _SOON, detail=record.number
                )
        return promised


def _read_text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("the evidence is not a text") from error


def _attach(received: ReceivedDoubt) -> tuple[NewAttachment, ...]:
    named = received.doubt.evidence
    if named is None or received.evidence is None:
        return ()
    return (NewAttachment(named.name, named.media_type, received.evidence.encode()),)
