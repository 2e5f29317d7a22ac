"""The relying party: from asking to the answer taken, each request answered once.

HAIP 1.0, section 5: signed request by reference, ``direct_post.jwt``, a key for each request.
On the same device the answer is given only to the browser that asked, by a ``response_code`` it
receives on return (OpenID4VP 1.0, section 14.3); across devices only to whoever asked.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from esspass.errors import EsspassError, MalformedError, ProtocolError, VerificationError
from esspass.jose.jwe import (
    create_encryption_key,
    read_encryption_key,
    write_encryption_key,
)
from esspass.keys.signer import Signer
from esspass.openid4vp.dcql import (
    DcqlQuery,
    VpToken,
    parse_dcql,
    parse_vp_token,
    verify_minimal,
)
from esspass.openid4vp.link import RequestLink, create_request_link
from esspass.openid4vp.request_object import (
    RequestParameters,
    create_client_id,
    create_request_object,
)
from esspass.openid4vp.response import AuthorizationResponse, parse_response
from esspass.openid4vp.transactions import Progress, StoredTransaction, Transactions
from esspass.openid4vp.verifier_info import RegistrarDataset

LIFETIME = 300
ACCEPTED = "accepted"
MAX_WALLET_NONCE = 512


class Flow(StrEnum):
    """Whether wallet and browser are on one device."""

    SAME_DEVICE = "same_device"
    CROSS_DEVICE = "cross_device"


class State(StrEnum):
    """How far a request has come."""

    WAITING = "waiting"
    FETCHED = "fetched"
    CHECKING = "checking"
    ACCEPTED = "accepted"
    REFUSED = "refused"  # the wallet declined, or had nothing; it may still answer
    FAILED = "failed"  # an answer came and must not be believed
    EXPIRED = "expired"  # or unknown, or already taken


@dataclass(frozen=True, slots=True)
class Transaction:
    """A request just made. ``browser_secret`` goes into the session of the browser that asked."""

    id: str
    client_id: str
    request_uri: str
    browser_secret: str = field(repr=False)
    expires_at: int

    def link(self, base: str = "openid4vp://") -> str:
        """Return the link for a wallet; ``base`` is a scheme or the address of a web wallet."""
        return create_request_link(RequestLink(self.client_id, self.request_uri, "post"), base)


@dataclass(frozen=True, slots=True)
class Answer:
    """Presentations that answer ``query`` in shape; nothing in them is believed yet.

    A key binding must name ``nonce`` and, as audience, ``audience``.
    """

    transaction_id: str
    context: str
    flow: Flow
    query: DcqlQuery
    nonce: str
    audience: str
    vp_token: VpToken = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReceiveResult:
    """What the wallet is told: where to send the browser, on the same device, and a receipt."""

    redirect_uri: str | None = None
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class RequestState:
    """How far a request has come; ``reason`` is an error code when refused or failed."""

    state: State
    reason: str = ""
    expires_at: int = 0


def keep_all(answer: Answer, _now: int) -> VpToken:
    """Keep every presentation until it is taken."""
    return answer.vp_token


def forget(_context: str, _reason: str, _now: int) -> None:
    """Leave it at the note in the transaction."""


def give_none(_answer: Answer, _now: int) -> str | None:
    """Give no receipt."""
    return None


Examine = Callable[[Answer, int], VpToken]
CreateReceipt = Callable[[Answer, int], str | None]
NoteFailure = Callable[[str, str, int], None]


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Asks for credentials under one access certificate.

    ``examine`` judges an answer while the wallet waits: it raises to refuse it, which the wallet
    learns, and returns the presentations to keep until they are taken (none, if it has kept what
    it needs). ``note_failure`` is told the context and reason of every answer that was refused.
    ``create_receipt`` signs what the wallet may keep of an accepted answer. ``lifetime`` is in
    seconds.
    """

    base_url: str
    access_signer: Signer
    transactions: Transactions
    lifetime: int = LIFETIME
    examine: Examine = keep_all
    note_failure: NoteFailure = forget
    create_receipt: CreateReceipt = give_none

    @property
    def client_id(self) -> str:
        """The identifier in the ``x509_hash`` scheme, prefix included."""
        return create_client_id(self.access_signer)

    def start(
        self,
        dcql: Mapping[str, Any],
        *,
        now: int,
        flow: Flow | str = Flow.CROSS_DEVICE,
        redirect_uri: str | None = None,
        context: str = "",
        dataset: RegistrarDataset | None = None,
    ) -> Transaction:
        """Make a request. ``redirect_uri`` is where the browser returns on the same device.

        ``context`` is the caller's own note, given back with the answer. Raises MalformedError
        for a query that must not be sent, or a same-device flow without ``redirect_uri``.
        """
        verify_minimal(parse_dcql(dcql))
        if (flow == Flow.SAME_DEVICE) is (redirect_uri is None):
            raise MalformedError("the same device, and only it, needs a redirect_uri")
        self.transactions.purge(now)
        stored = StoredTransaction(
            id=secrets.token_urlsafe(18),
            flow=Flow(flow),
            context=context,
            nonce=secrets.token_urlsafe(24),
            state=secrets.token_urlsafe(24),
            query=dcql,
            dataset=asdict(dataset) if dataset is not None else None,
            redirect_uri=redirect_uri,
            encryption_key=write_encryption_key(create_encryption_key()),
            created_at=now,
            expires_at=now + self.lifetime,
        )
        browser_secret = secrets.token_urlsafe(24)
        self.transactions.add(stored, browser_secret)
        request_uri = f"{self.base_url}/openid4vp/request/{stored.id}"
        return Transaction(
            stored.id, self.client_id, request_uri, browser_secret, stored.expires_at
        )

    def request_object(self, transaction_id: str, wallet_nonce: str | None, now: int) -> str:
        """Return the signed request. Raises ProtocolError (404) when it may not be fetched.

        Each fetch returns the same request; the number of fetches is bounded.
        """
        if wallet_nonce is not None and not 0 < len(wallet_nonce) <= MAX_WALLET_NONCE:
            raise ProtocolError("wallet_nonce is empty or too long")
        stored = self.transactions.fetch(transaction_id, now)
        if stored is None:
            raise ProtocolError("this request is unknown, answered or over", status=404)
        parameters = RequestParameters(
            response_uri=f"{self.base_url}/openid4vp/response/{stored.id}",
            nonce=stored.nonce,
            state=stored.state,
            dcql_query=stored.query,
            encryption_jwk=read_encryption_key(stored.encryption_key).public_jwk(),
            issued_at=stored.created_at,
            expires_at=stored.expires_at,
            dataset=RegistrarDataset(**stored.dataset) if stored.dataset else None,
        )
        return create_request_object(parameters, self.access_signer, wallet_nonce)

    def receive(self, transaction_id: str, form: Mapping[str, str], now: int) -> ReceiveResult:
        """Take a wallet's answer, once. Raises ProtocolError; nothing of a refused one is kept.

        What does not open with the request's own key, or names another state, changes nothing.
        """
        stored = self.transactions.find_open(transaction_id, now)
        if stored is None:
            raise ProtocolError("this request is unknown, answered or over", status=404)
        try:
            response = parse_response(form, read_encryption_key(stored.encryption_key))
        except (MalformedError, VerificationError) as error:
            raise ProtocolError(str(error)) from error
        if response.state != stored.state:
            raise ProtocolError("state belongs to another request")
        if response.error is not None:
            self.transactions.note_refusal(stored.id, response.error, now)
            return ReceiveResult()
        if not self.transactions.claim_answer(stored.id, now):
            raise ProtocolError("this request is already answered")
        answer, kept = self._examine(stored, response, now)
        code = secrets.token_urlsafe(24) if stored.redirect_uri else None
        self.transactions.note_outcome(stored.id, ACCEPTED, kept, code, now + self.lifetime)
        redirect_uri = _add_response_code(stored.redirect_uri, code)
        return ReceiveResult(redirect_uri, self.create_receipt(answer, now))

    def _examine(
        self, stored: StoredTransaction, response: AuthorizationResponse, now: int
    ) -> tuple[Answer, VpToken]:
        try:
            query = parse_dcql(stored.query)
            vp_token = parse_vp_token(response.unverified_vp_token, query)
            answer = self._answer(stored, query, vp_token)
            return answer, self.examine(answer, now)
        except EsspassError as error:
            until = now + self.lifetime
            self.transactions.note_outcome(stored.id, error.code, None, None, until)
            self.note_failure(stored.context, error.code, now)
            raise ProtocolError("the presentation was not accepted") from error

    def _answer(self, stored: StoredTransaction, query: DcqlQuery, vp_token: VpToken) -> Answer:
        return Answer(
            transaction_id=stored.id,
            context=stored.context,
            flow=Flow(stored.flow),
            query=query,
            nonce=stored.nonce,
            audience=self.client_id,
            vp_token=vp_token,
        )

    def take(
        self, transaction_id: str, browser_secret: str, response_code: str | None, now: int
    ) -> Answer:
        """Give the accepted answer to the browser that asked, once, and forget it.

        Raises ProtocolError ``access_denied`` (403) for another browser, a wrong or missing
        ``response_code``, or an answer that is not there.
        """
        stored = self.transactions.take(transaction_id, browser_secret, response_code, now)
        if stored is None:
            message = "this answer belongs to another browser, or is gone"
            raise ProtocolError(message, code="access_denied", status=403)
        kept = {name: tuple(texts) for name, texts in (stored.vp_token or {}).items()}
        return self._answer(stored, parse_dcql(stored.query), kept)

    def status(self, transaction_id: str, now: int) -> RequestState:
        """Tell how far a request has come."""
        progress = self.transactions.progress(transaction_id, now)
        if progress is None:
            return RequestState(State.EXPIRED)
        return replace(_state(progress), expires_at=progress.expires_at)

    def cancel(self, transaction_id: str) -> None:
        """Withdraw a request."""
        self.transactions.cancel(transaction_id)


def _state(progress: Progress) -> RequestState:
    if progress.outcome == ACCEPTED:
        return RequestState(State.ACCEPTED)
    if progress.outcome:
        state = State.FAILED if progress.answered else State.REFUSED
        return RequestState(state, progress.outcome)
    if progress.answered:
        return RequestState(State.CHECKING)
    return RequestState(State.FETCHED if progress.fetched else State.WAITING)


def _add_response_code(redirect_uri: str | None, code: str | None) -> str | None:
    if redirect_uri is None or code is None:
        return None
    separator = "&" if "?" in redirect_uri else "?"
    return f"{redirect_uri}{separator}{urlencode({'response_code': code})}"
