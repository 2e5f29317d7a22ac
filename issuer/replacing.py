"""A replacement certificate for a desk, asked for by the person it is about.

Regulation (EC) 987/2009, Article 25(A)(1): who falls ill abroad without a card gets a certificate
from the institution that insures them. The desk's request is believed for what its certificate
proves, the person for their PID alone. Whatever the answer, only the person learns a refusal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from esspass.attestations import PID, Ehic
from esspass.errors import (
    EsspassError,
    ExpiredError,
    MalformedError,
    SignatureError,
    UnavailableError,
    UndecidedError,
    UntrustedIssuerError,
    VerificationError,
)
from esspass.fetch import Fetcher
from esspass.inspection.inspect import inspect_presentation
from esspass.inspection.status import StatusSource
from esspass.keys.certificates import create_x5t_s256
from esspass.keys.jwk import encode_base64url
from esspass.openid4vci.replacement import (
    DELIVERY_TYPE,
    ReplacementDelivery,
    ReplacementRequest,
    VerifiedReplacementRequest,
    create_delivery,
    verify_replacement_request,
)
from esspass.trust import TrustView, decide_relying_party
from esspass.verdict import Outcome
from esspass.web import LOCALES
from issuer.history import Event, History
from issuer.matching import NoMatchError, match_person, parse_identity
from issuer.paper import SPOKEN, PaperOffice, Wish
from issuer.records import Record, Records, RecordState, StateError
from issuer.renewals import day_of, last_day
from issuer.replacements import Delivery, Replacement, Replacements
from issuer.sign_in_pid import NUMBER_CLAIM

MAX_PRESENTATION = 64 * 1024
DAILY_LIMIT = 3  # certificates per person
_ACCEPTED = (200, 201, 202, 204)
CertificateMaker = Callable[[Record, ReplacementRequest, int], ReplacementDelivery]


class Reason(StrEnum):
    """Why a request ended as it did; the words are in ``citizen_texts``."""

    SENT = "sent"
    PENDING = "delivery_pending"
    MALFORMED = "request_malformed"
    FORGED = "request_forged"
    NOT_LISTED = "desk_not_listed"
    ELSEWHERE = "deliver_uri_elsewhere"
    EXPIRED = "request_expired"
    UNDECIDED = "cannot_check_now"
    IDENTITY = "identity_not_confirmed"
    NO_MATCH = "no_match"
    NOT_ENTITLED = "not_entitled"
    UNAVAILABLE = "certificate_unavailable"
    TOO_MANY = "too_many"
    USED = "request_used"


class Refusal(VerificationError):  # noqa: N818 - an outcome that ends the procedure, no fault
    """The person is told ``reason``, and nobody else."""

    code = "refused"

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"no certificate: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ReplacementOffice:
    """Answers requests for replacement certificates, and delivers what was granted.

    ``make`` makes the certificate of a decision; ``daily_limit`` is per person.
    """

    base_url: str
    view: Callable[[int], TrustView]
    statuses: StatusSource
    records: Records
    replacements: Replacements
    history: History
    make: CertificateMaker
    fetcher: Fetcher
    daily_limit: int = DAILY_LIMIT

    def answer(self, token: str, presentation: str, now: int) -> Reason:
        """Answer a desk's request for the person of the presented PID.

        Returns SENT or PENDING; raises Refusal. The same request of the same person is answered
        the same way again, and tries a delivery that is still to be made.
        """
        verified = self._verify_desk(token, now)
        person_id = self._identify(presentation, verified.request.jti, now)
        request_id = create_request_id(verified)
        known = self.replacements.find(request_id)
        if known is None:
            self._issue(verified, request_id, person_id, now)
        elif known.person_id != person_id:
            raise Refusal(Reason.USED)
        return Reason.SENT if self.deliver(request_id, now) else Reason.PENDING

    def _verify_desk(self, token: str, now: int) -> VerifiedReplacementRequest:
        try:
            verified = verify_replacement_request(token, now)
            decide_relying_party(self.view(now), verified.chain, now)
        except (MalformedError, VerificationError, UndecidedError) as error:
            raise Refusal(_explain(error)) from error
        return verified

    def _identify(self, presentation: str, nonce: str, now: int) -> str:
        """Return the person whose PID was presented for this request, to us."""
        if len(presentation) > MAX_PRESENTATION:
            raise Refusal(Reason.IDENTITY)
        try:
            verdict = inspect_presentation(
                presentation, nonce=nonce, audience=self.base_url, trust=self.view(now),
                statuses=self.statuses, now=now,
            )  # fmt: skip
            if verdict.outcome is Outcome.INDETERMINATE:
                raise Refusal(Reason.UNDECIDED)
            credential = verdict.accept()
            if credential.vct != PID:
                raise Refusal(Reason.IDENTITY)
            return match_person(self.records, parse_identity(credential.claims, NUMBER_CLAIM))
        except NoMatchError as error:
            raise Refusal(Reason.NO_MATCH) from error
        except (MalformedError, VerificationError) as error:
            raise error if isinstance(error, Refusal) else Refusal(Reason.IDENTITY) from error

    def _issue(
        self, verified: VerifiedReplacementRequest, request_id: str, person_id: str, now: int
    ) -> None:
        request = verified.request
        record = self._entitled(person_id, request, now)
        given = Replacement(
            request_id, person_id, record.id, verified.organization, request.country,
            request.treatment_from, request.treatment_until, now,
        )  # fmt: skip
        if self.replacements.count(person_id, day_of(now)) >= self.daily_limit:
            raise Refusal(Reason.TOO_MANY)
        body = self._make(record, request, now)  # takes a second, so outside the transaction
        with self.records.database.atomic():
            if not self.replacements.add(given, day_of(now), self.daily_limit):
                raise Refusal(self._occupied(request_id, person_id))
            delivery = Delivery(request_id, request.deliver_uri, body)
            self.replacements.enqueue(delivery, request.expires_at)
            self.history.add(record.id, Event.REPLACEMENT_ISSUED, now)

    def _make(self, record: Record, request: ReplacementRequest, now: int) -> str:
        try:
            return create_delivery(self.make(record, request, now), request)
        except StateError as error:  # withdrawn meanwhile
            raise Refusal(Reason.NOT_ENTITLED) from error
        except (MalformedError, VerificationError, UnavailableError) as error:
            raise Refusal(Reason.UNAVAILABLE) from error

    def _occupied(self, request_id: str, person_id: str) -> Reason:
        """Another call came first: with this request, or with the last one of the day."""
        known = self.replacements.find(request_id)
        if known is None:
            return Reason.TOO_MANY
        return Reason.UNDECIDED if known.person_id == person_id else Reason.USED

    def _entitled(self, person_id: str, request: ReplacementRequest, now: int) -> Record:
        """The person's own card, in force on every day of the treatment, the insurance running."""
        for record in self.records.of_person(person_id, ["ehic"]):
            if covers(record, request.treatment_from, request.treatment_until, now):
                return record
        raise Refusal(Reason.NOT_ENTITLED)

    def deliver(self, request_id: str, now: int) -> bool:
        """Send a certificate that waits; return whether the desk has it.

        A desk may get it twice if we are killed between its answer and our note of it; ``jti``
        tells it so.
        """
        delivery = self.replacements.claim(request_id, now)
        if delivery is None:
            known = self.replacements.find(request_id)
            return known is not None and known.sent_at is not None
        try:
            body = delivery.body.encode()
            self.fetcher.post(delivery.deliver_uri, body, DELIVERY_TYPE).require(*_ACCEPTED)
        except (UnavailableError, MalformedError):
            return False
        self.replacements.complete(request_id, now)
        return True

    def deliver_due(self, now: int, most: int = 20) -> int:
        """Try what waits, the longest waiting first; return how many desks have theirs now."""
        return sum(self.deliver(request_id, now) for request_id in self.replacements.due(now, most))


def covers(record: Record, begins: date, ends: date, now: int) -> bool:
    """Say whether a decision is the person's own card, in force on every one of these days."""
    document = record.document
    if not isinstance(document, Ehic) or document.represented is not None:
        return False
    last = last_day(document)
    return (
        record.state is RecordState.GRANTED
        and (document.starts or document.issued_on) <= begins
        and day_of(now) <= ends
        and (last is None or ends <= last)
    )


def create_certificate_maker(paper: PaperOffice, country: str) -> CertificateMaker:
    """Return what makes certificates on paper, in the institution's language and the desk's."""

    def make(record: Record, request: ReplacementRequest, now: int) -> ReplacementDelivery:
        first, second = (SPOKEN.get(code, LOCALES[0]) for code in (country, request.country))
        wish = Wish(
            first,
            second if second != first else None,
            request.treatment_from,
            request.treatment_until,
        )
        try:
            made = paper.create(record.id, wish, now)
        except UnavailableError as error:  # the sealed code serves the desk without a page, too
            if error.code != "pdf_unavailable":
                raise
            return ReplacementDelivery(paper.create_code(record.id, wish, now), None)
        assert made.core_text is not None  # a card's paper bears a code
        return ReplacementDelivery(made.core_text, made.pdf)

    return make


def create_request_id(verified: VerifiedReplacementRequest) -> str:
    """Name a request: its ``jti`` is unique within the desk alone."""
    text = f"{create_x5t_s256(verified.chain[0])}\0{verified.request.jti}"
    return encode_base64url(hashlib.sha256(text.encode()).digest())


def _explain(error: EsspassError) -> Reason:
    if error.code == Reason.ELSEWHERE:
        return Reason.ELSEWHERE
    reasons = (
        (SignatureError, Reason.FORGED),
        (ExpiredError, Reason.EXPIRED),
        (UntrustedIssuerError, Reason.NOT_LISTED),
        (UndecidedError, Reason.UNDECIDED),
    )
    found = [reason for kind, reason in reasons if isinstance(error, kind)]
    return found[0] if found else Reason.MALFORMED
