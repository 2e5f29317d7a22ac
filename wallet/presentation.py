"""Presentation: sign exactly what was agreed to, encrypt it, send it, remember it.

OpenID4VP 1.0, sections 8 and 8.5 (``direct_post.jwt``). No match and no consent are the same
answer, ``access_denied``, sent only when the citizen has seen the request (sections 15.4.1, 15.9).
A request that must not be answered is refused to a trusted verifier's face, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from esspass.errors import EsspassError, MalformedError, ProtocolError
from esspass.fetch import Fetcher
from esspass.jose.jws import parse_json_object
from esspass.openid4vp.dcql import Candidate, NoMatchError, Selection
from esspass.openid4vp.link import RequestLink
from esspass.openid4vp.refusal import Refusal, RefusedRequestError
from esspass.openid4vp.response import (
    create_error_response,
    create_refusal_response,
    create_response,
)
from esspass.sdjwt import create_key_binding, create_presentation
from wallet.consent import Choice, ConsentRequest, create_consent_request, find_cautions
from wallet.credentials import Credentials
from wallet.discovery import Decide, read_organization
from wallet.history import Encounter, Event, History, SharedClaims
from wallet.keys import Holder, HolderKeys
from wallet.links import read_host
from wallet.presentation_request import PresentationRequest, fetch_request
from wallet.receipts import verify_receipt

_NO_RECEIPT: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Answered:
    """How a request ended: the event, its history entry, and where the verifier wants to go on."""

    event: Event
    history_id: str
    redirect_uri: str | None = None


class UnanswerableError(ProtocolError):
    """A trusted verifier asked in a way that must not be answered.

    ``stopped`` is how it ended; ``told`` whether the verifier took the error.
    """

    def __init__(self, cause: RefusedRequestError, stopped: Answered, *, told: bool) -> None:
        super().__init__(str(cause), code=cause.code)
        self.stopped, self.told = stopped, told


@dataclass(frozen=True, slots=True)
class Presentation:
    """Answers requests for holders."""

    fetcher: Fetcher
    keys: HolderKeys
    credentials: Credentials
    history: History

    def fetch(
        self, holder_id: str, link: RequestLink, decide: Decide, now: int
    ) -> PresentationRequest:
        """Fetch and verify a request; a refused one is noted with its host and reason.

        Raises UnanswerableError after a trusted verifier was told (section 8.5), else as
        ``fetch_request``.
        """
        try:
            return fetch_request(link, self.fetcher, decide, now)
        except RefusedRequestError as error:
            raise self._stop(holder_id, link, error, now) from error
        except EsspassError as error:
            encounter = Encounter("", _host(link.request_uri), reason=error.code)
            self.history.add(holder_id, Event.FAILED, encounter, now)
            raise

    def ask(self, holder_id: str, received: PresentationRequest) -> ConsentRequest:
        """Return what the citizen is asked. Raises NoMatchError."""
        return create_consent_request(received, self.credentials.of_holder(holder_id))

    def share(self, holder: Holder, asked: ConsentRequest, choice: Choice, now: int) -> Answered:
        """Sign and send what was agreed to.

        Raises NoMatchError for a choice that does not answer the request, ProtocolError when the
        verifier refuses the answer, UnavailableError. What failed on the way is noted as failed,
        with what was in it: the verifier may have read it.
        """
        selection = asked.match.select(choice.options, choice.holdings)
        shared = asked.shared(selection)
        vp_token = self._sign(holder, asked, selection, now)
        received = asked.received
        try:
            told = self._post(
                received.request.response_uri, create_response(vp_token, received.request)
            )
        except EsspassError as error:
            self._note(holder.id, received, Event.FAILED, now, shared, error.code)
            raise
        receipt = _read_receipt(told, received, vp_token, now)
        entry = self._note(holder.id, received, Event.SHARED, now, shared, receipt=receipt)
        return Answered(Event.SHARED, entry, _read_redirect(told))

    def refuse(
        self, holder_id: str, received: PresentationRequest, event: Event, now: int
    ) -> Answered:
        """Say no. ``event`` is REFUSED or NO_MATCH, for the history only."""
        redirect_uri = None
        try:
            redirect_uri = _read_redirect(
                self._post(received.request.response_uri, create_error_response(received.request))
            )
        except (ProtocolError, MalformedError):
            redirect_uri = None  # section 8.2: the verifier need not take an error well
        entry = self._note(holder_id, received, event, now)
        return Answered(event, entry, redirect_uri)

    def _stop(
        self, holder_id: str, link: RequestLink, error: RefusedRequestError, now: int
    ) -> UnanswerableError:
        """Tell the verifier once and note it; that it cannot be told changes nothing here."""
        told, redirect_uri = self._tell(error.refusal)
        host = _host(error.refusal.response_uri if error.refusal else link.request_uri)
        encounter = Encounter(read_organization(error.chain), host, reason=error.code)
        entry = self.history.add(holder_id, Event.FAILED, encounter, now)
        return UnanswerableError(error, Answered(Event.FAILED, entry, redirect_uri), told=told)

    def _tell(self, refusal: Refusal | None) -> tuple[bool, str | None]:
        if refusal is None:
            return False, None
        try:
            told = self._post(refusal.response_uri, create_refusal_response(refusal))
        except EsspassError:
            return False, None
        return True, _read_redirect(told)

    def _sign(
        self, holder: Holder, asked: ConsentRequest, selection: Selection, now: int
    ) -> Mapping[str, list[str]]:
        return {
            query_id: [self._sign_one(holder, asked, candidate, now) for candidate in chosen]
            for query_id, chosen in selection.items()
        }

    def _sign_one(
        self, holder: Holder, asked: ConsentRequest, candidate: Candidate, now: int
    ) -> str:
        copy = self.credentials.take_copy(asked.held[candidate.holding_id])
        if copy is None:
            raise NoMatchError
        request = asked.received.request
        return create_key_binding(
            create_presentation(copy.text, candidate.paths),
            self.keys.read(holder, copy.key_id),
            nonce=request.nonce,
            audience=request.client_id,
            now=now,
        )

    def _post(self, response_uri: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """POST the answer; return what the verifier says to it (section 8.2)."""
        answer = self.fetcher.post_form(response_uri, form, {"Accept": "application/json"})
        if 400 <= answer.status < 500:
            raise ProtocolError("the verifier refused the answer", code="answer_refused")
        answer.require(200)
        return parse_json_object(answer.body) if answer.body else {}

    def _note(
        self, holder_id: str, received: PresentationRequest, event: Event, now: int,
        shared: tuple[SharedClaims, ...] = (), reason: str = "",
        receipt: Mapping[str, Any] = _NO_RECEIPT,
    ) -> str:  # fmt: skip
        encounter = Encounter(
            party=received.party.name,
            host=received.party.host,
            purpose=received.purposes,
            shared=shared,
            warnings=tuple(caution.value for caution in find_cautions(received)),
            reason=reason,
            receipt=receipt,
        )
        return self.history.add(holder_id, event, encounter, now)


def _read_redirect(told: Mapping[str, Any]) -> str | None:
    redirect_uri = told.get("redirect_uri")
    return redirect_uri if is_web_address(redirect_uri) else None


def _read_receipt(
    told: Mapping[str, Any], received: PresentationRequest, vp_token: Mapping[str, list[str]],
    now: int,
) -> Mapping[str, Any]:  # fmt: skip
    """Read the verifier's receipt; one that must not be believed is none."""
    token = told.get("verification_receipt")
    presented = [text for texts in vp_token.values() for text in texts]
    if not isinstance(token, str):
        return _NO_RECEIPT
    try:
        return verify_receipt(token, received.request.chain, presented, now)
    except EsspassError:
        return _NO_RECEIPT


def is_web_address(value: object) -> bool:
    """Whether a verifier's ``redirect_uri`` may be offered as a link: http(s), and nothing odd."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname) and "@" not in parts.netloc


def _host(url: str) -> str:
    try:
        return read_host(url)
    except MalformedError:
        return ""
