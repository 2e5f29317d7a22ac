"""What other institutions send: verified, kept once, and answered with a signed receipt.

The receipt is made after the message is kept, so a kill between the two costs the sender another
try, which finds the message here and gets the same answer. What is refused is recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from esspass.errors import EsspassError, MalformedError, VerificationError
from esspass.exchange.content import verify_content
from esspass.exchange.engine import apply_message, open_case
from esspass.exchange.envelope import (
    Received,
    create_digest,
    open_envelope,
    verify_signed,
)
from esspass.exchange.model import Message, MessageAction, RefusedMessageError
from esspass.exchange.partners import require_directory
from esspass.exchange.receipt import Receipt, Result, create_receipt
from esspass.exchange.shape import JOINING
from esspass.jose.jwe import EncryptionKey
from esspass.keys.signer import Signer
from esspass.trust import TrustView
from issuer.exchange.keeping import Arrival, Keeper, retry
from issuer.exchange.log import IN, Entry
from issuer.exchange.quota import Quota
from issuer.exchange.refusals import Refusals


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes envelopes for the institution ``me``."""

    me: str
    signer: Signer = field(repr=False)
    key: EncryptionKey = field(repr=False)
    view: Callable[[int], TrustView]
    keeper: Keeper
    quota: Quota

    @property
    def refusals(self) -> Refusals:
        """What it refused."""
        return Refusals(self.keeper.database)

    def receive(self, envelope: str, now: int) -> str:
        """Take a message; return the receipt, be it of delivery or of refusal.

        Raises UndecidedError when it cannot be said now: the sender is to try again.
        """
        directory = require_directory(self.view(now).directory, now)
        try:
            signed, files = open_envelope(envelope, self.key)
        except (MalformedError, VerificationError) as error:
            return self._refuse("", create_digest(envelope.encode()), "", error, now)
        digest = create_digest(signed.encode("ascii"))
        try:
            received = verify_signed(signed, files, directory, self.me, now)
        except (MalformedError, VerificationError) as error:
            return self._refuse("", digest, "", error, now)
        message = received.message
        try:
            entry = self.take(received, now)
        except (MalformedError, VerificationError) as error:
            return self._refuse(message.sender, digest, message.message_id, error, now)
        return create_receipt(
            Receipt(
                self.me, message.sender, digest, message.message_id, entry.at, Result.DELIVERED
            ),
            self.signer,
        )

    def take(self, received: Received, now: int) -> Entry:
        """Keep what was verified; return its entry. Raises MalformedError, VerificationError."""
        return retry(lambda: self._keep(received, now))

    def _keep(self, received: Received, now: int) -> Entry:
        """Keep a message once; what is here already is answered as it was then."""
        message, keeper = received.message, self.keeper
        known = keeper.log.find(message)
        if known is not None:
            if known.digest != received.digest:
                raise RefusedMessageError("another message has these numbers", code="replayed")
            return known
        found = keeper.cases.find(message.case_id)
        if found is None and not opens_case(message):
            raise RefusedMessageError("the case is not known here", code="unknown_case")
        verify_content(message.sed, message.case_version, message.content)
        arrival = Arrival(message, received.signed, IN, received.attachments)
        case = (
            open_case(message, self.me) if found is None else apply_message(found[0], message, now)
        )
        if keeper.log.holds(message.message_id):
            raise RefusedMessageError("another message has this id", code="replayed")
        if found is None:
            with keeper.database.atomic():
                self.quota.take(message, now)
                keeper.open(case, arrival, now)
        else:
            keeper.change(case, found[1], arrival, now)
        return arrival.entry(0, now)

    def _refuse(
        self, sender: str, digest: str, message_id: str, error: EsspassError, now: int
    ) -> str:
        self.refusals.add(sender, digest, error.code, now)
        receipt = Receipt(self.me, sender, digest, message_id, now, Result.REFUSED, error.code)
        return create_receipt(receipt, self.signer)


def opens_case(message: Message) -> bool:
    """Say whether an institution may get to know a case by this message."""
    return message.action is MessageAction.START or message.sed in JOINING
