"""Brings messages to their receivers, and what becomes of those that cannot be brought.

A dead letter is an X050 in the case and a task for a clerk. A refusal that time can heal (a key
or a competence that the receiver's directory does not show yet) is tried a few times; a message
that came before another is tried as long as an institution that does not answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from esspass.errors import (
    MalformedError,
    UnavailableError,
    UndecidedError,
    VerificationError,
)
from esspass.exchange.engine import note_undelivered
from esspass.exchange.envelope import MEDIA_TYPE, create_digest, seal_message
from esspass.exchange.model import Message, MessageAction
from esspass.exchange.partners import find_entry, require_directory
from esspass.exchange.receipt import Receipt, Result, verify_receipt
from esspass.fetch import Fetcher
from esspass.trust import ExchangeEntry, TrustView
from issuer.bearer import create_identifier
from issuer.exchange.gateway import SCHEME, Gateway
from issuer.exchange.keeping import Keeper
from issuer.exchange.log import Entry
from issuer.exchange.outbox import UNDELIVERED, Delivery, DeliveryStatus

WITH_GATEWAY = "with_gateway"
_BUSINESS, _TECHNICAL = "01", "02"  # of X050
_NO_ANSWER = frozenset({"unavailable", "answer_too_large", "malformed", "bad_signature"})
_WAITING = frozenset({"reordered", "unknown_case"})
_HEALING = frozenset({
    "unknown_institution", "unknown_signer", "sender_without_competence", "wrong_encryption_key",
    "not_decryptable", "not_yet_valid",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Courier:
    """Delivers for the institution ``me``."""

    me: str
    view: Callable[[int], TrustView]
    fetcher: Fetcher
    keeper: Keeper
    gateway: Gateway | None = None

    def deliver_due(self, now: int, most: int = 20) -> int:
        """Try what waits; return how many messages their receivers have now.

        An institution that does not answer is left alone for the rest of the round.
        """
        delivered, silent = 0, set[str]()
        outbox = self.keeper.outbox
        for delivery in outbox.due(now, most):
            if delivery.receiver in silent or not outbox.claim(delivery, now):
                continue
            try:
                delivered += self._deliver(delivery, now)
            except (UndecidedError, MalformedError, VerificationError) as error:
                silent.add(delivery.receiver)
                self._fail(delivery, error.code, now, refused=False)
        return delivered

    def _deliver(self, delivery: Delivery, now: int) -> bool:
        """Bring one message; raises when the receiver gave no answer that can be believed."""
        entry = self.keeper.log.get(delivery.message_id)
        directory = require_directory(self.view(now).directory, now)
        partner = find_entry(directory, delivery.receiver)
        if partner.endpoint.startswith(SCHEME):
            return self._deliver_by_gateway(delivery, entry, now)
        receipt, text = self._send(entry, partner, delivery.receiver, now)
        if receipt.result is Result.DELIVERED:
            at = receipt.received_at
            return self.keeper.outbox.settle(delivery, DeliveryStatus.DELIVERED, at, receipt=text)
        if receipt.code in _WAITING:
            self._fail(delivery, receipt.code, now, refused=False)
        elif receipt.code in _HEALING:
            self._fail(delivery, receipt.code, now, refused=True)
        else:
            self._bury(delivery, entry.message, receipt.code, now, text)
        return False

    def _deliver_by_gateway(self, delivery: Delivery, entry: Entry, now: int) -> bool:
        """Hand it over once, and ask each time whether the gateway has the receipt by now."""
        if self.gateway is None:
            raise UnavailableError("there is no AS4 gateway here", code="no_gateway")
        try:
            self.gateway.hand_over(entry, delivery.queued_at, now)
        except MalformedError as error:  # time does not heal it
            self._bury(delivery, entry.message, error.code, now)
            return False
        found = self.gateway.find_receipt(delivery.message_id, delivery.receiver)
        if found is None:
            self._fail(delivery, WITH_GATEWAY, now, refused=False)
            return False
        text, at = found
        return self.keeper.outbox.settle(delivery, DeliveryStatus.DELIVERED, at, receipt=text)

    def _send(
        self, entry: Entry, partner: ExchangeEntry, receiver: str, now: int
    ) -> tuple[Receipt, str]:
        files = self.keeper.log.attachments(entry.message)
        envelope = seal_message(entry.signed, entry.message, files, partner.encryption)
        body = envelope.encode("ascii")
        text = self.fetcher.post(partner.endpoint, body, MEDIA_TYPE).require(200).text
        digests = (entry.digest, create_digest(body))
        return verify_receipt(text, partner, receiver, self.me, digests, now), text

    def _fail(self, delivery: Delivery, code: str, now: int, *, refused: bool) -> None:
        if self.keeper.outbox.is_hopeless(delivery, now, refused=refused):
            message = self.keeper.log.get(delivery.message_id).message
            self._bury(delivery, message, code, now)
        else:
            self.keeper.outbox.postpone(delivery, code, now, refused=refused)

    def _bury(
        self, delivery: Delivery, message: Message, code: str, now: int, receipt: str = ""
    ) -> None:
        """Give up: the case gets an X050, the clerks a task."""
        keeper = self.keeper
        with keeper.database.atomic():
            if not keeper.outbox.settle(delivery, DeliveryStatus.ERROR, now, code, receipt):
                return
            keeper.tasks.add(
                UNDELIVERED, now, case_id=delivery.case_id,
                reference=f"{delivery.message_id}/{delivery.receiver}/{now}", due_at=now,
                detail=code,
            )  # fmt: skip
            keeper.note(
                create_exception(message, delivery.receiver, code, now, refused=bool(receipt)), now,
                lambda case: note_undelivered(case, message.message_id, delivery.receiver, now),
            )  # fmt: skip


def create_exception(
    message: Message, receiver: str, code: str, now: int, *, refused: bool
) -> Message:
    """Return the X050 that says why a message did not reach a receiver.

    It comes from the receiver if that refused, else from our own access point.
    """
    return replace(
        message,
        message_id=create_identifier(),
        sed="X050",
        set_id=create_identifier(),
        version=1,
        action=MessageAction.NEW,
        sender=receiver if refused else message.sender,
        receivers=(message.sender,),
        sent_at=now,
        content={"Exception": _describe(message, receiver, code)},
        related_set_id=message.set_id,
        attachments=(),
        after={},
        facts=(),
    )


def _describe(message: Message, receiver: str, code: str) -> dict[str, str]:
    return {
        "senderID": message.sender,
        "receiverID": receiver,
        "SEDType": message.sed,
        "BUCType": message.case_type,
        "typeException": _TECHNICAL if code in _NO_ANSWER else _BUSINESS,
        "cause": code,
    }
