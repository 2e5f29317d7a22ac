"""Has the issuer withdrawn it? Status lists fetched whole, kept for their ``ttl``.

Token Status List, sections 8.3 and 11. Whole lists from one address, so that no issuer learns
whom an inspector checks. Fails closed: whatever keeps the answer away is undecided, never valid.
Without a network the tokens of a snapshot serve until they expire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cryptography import x509

from esspass.errors import (
    EsspassError,
    ExpiredError,
    MalformedError,
    UnavailableError,
    UndecidedError,
    VerificationError,
)
from esspass.fetch import Fetcher
from esspass.jose.claims import parse_date
from esspass.jose.jws import verify_jws
from esspass.keys.certificates import parse_leaf_key
from esspass.statuslist import (
    MEDIA_TYPE,
    StatusListCache,
    StatusReference,
    VerifiedStatusList,
    parse_status_list_token,
    verify_status_list_token,
)
from esspass.trust import TrustView, decide_status_issuer

DEFAULT_TTL = 300
MAX_TTL = 24 * 3600


class StatusUndecidedError(UndecidedError):
    """The status cannot be had, or not be believed; ``parameters`` say which list, since when."""

    code = "status_unreachable"

    def __init__(self, message: str, *, code: str, parameters: Mapping[str, str]) -> None:
        super().__init__(message, code=code)
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """A status value; ``age`` is seconds since the list was issued."""

    value: int
    issued_at: int
    fetched_at: int
    age: int
    parameters: Mapping[str, str] = field(default_factory=dict)


class Statuses(Protocol):
    """Answers which status a reference names, from the network or from what was kept of it."""

    def fetch_status(
        self,
        reference: StatusReference,
        issuer_chain: Sequence[x509.Certificate],
        view: TrustView,
        now: int,
    ) -> StatusAnswer:
        """Return the status. Raises as ``StatusSource.fetch_status``."""
        ...


@dataclass(frozen=True, slots=True)
class _Believed:
    statuses: VerifiedStatusList
    fetched_at: int
    parameters: Mapping[str, str]

    def answer(self, reference: StatusReference, now: int) -> StatusAnswer:
        issued_at, age = self.statuses.issued_at, max(0, now - self.statuses.issued_at)
        parameters = {
            "uri": reference.uri,
            "issued_at": str(issued_at),
            "fetched_at": str(self.fetched_at),
            "age": str(age),
            **self.parameters,
        }
        value = self.statuses.statuses.get(reference.index)
        return StatusAnswer(value, issued_at, self.fetched_at, age, parameters)


@dataclass(frozen=True, slots=True)
class StatusSource:
    """Answers for any reference; one per app."""

    fetcher: Fetcher
    cache: StatusListCache

    def fetch_status(
        self,
        reference: StatusReference,
        issuer_chain: Sequence[x509.Certificate],
        view: TrustView,
        now: int,
    ) -> StatusAnswer:
        """Return the status that ``reference`` names, from the cache while it is fresh.

        Call it only for a credential whose signature and issuer are already believed. Raises
        StatusUndecidedError (``status_unreachable``, ``status_expired``, ``status_mismatch``,
        ``status_untrusted``, ``status_malformed``), IssuerUndecidedError, or VerificationError
        for an index beyond the list.
        """
        question = _Question(reference.uri, issuer_chain, view, now)
        believed = self._cached(question) or self._fetched(question)
        return believed.answer(reference, now)

    def _cached(self, question: _Question) -> _Believed | None:
        """Return the last list seen while its ``ttl`` runs; a bad one is no answer, ask anew."""
        known = self.cache.get(question.uri)
        if known is None:
            return None
        token, fetched_at = known
        try:
            believed = question.believe(token, fetched_at)
        except StatusUndecidedError:
            return None
        ttl = min(believed.statuses.ttl or DEFAULT_TTL, MAX_TTL)
        return believed if fetched_at <= question.now < fetched_at + ttl else None

    def _fetched(self, question: _Question) -> _Believed:
        try:
            answer = self.fetcher.get(question.uri, {"Accept": MEDIA_TYPE}).require(200)
            token = answer.text
        except (UnavailableError, MalformedError) as error:
            raise self._unreachable(question) from error
        believed = question.believe(token, question.now)
        try:
            self.cache.put(question.uri, token, believed.statuses.issued_at, question.now)
        except VerificationError as error:
            raise question.undecided("older than the list seen before", error.code) from error
        return believed

    def _unreachable(self, question: _Question) -> StatusUndecidedError:
        """Say since when: the time of the last list we had."""
        known = self.cache.get(question.uri)
        return question.unreachable({"since": str(known[1])} if known else {})


@dataclass(frozen=True, slots=True)
class StatusSnapshot:
    """Answers without a network, from ``tokens``: by address, each with when it was fetched.

    A token serves until its ``exp``, one without for a day; how old it is, is in the answer.
    """

    tokens: Mapping[str, tuple[str, int]] = field(repr=False)

    def fetch_status(
        self,
        reference: StatusReference,
        issuer_chain: Sequence[x509.Certificate],
        view: TrustView,
        now: int,
    ) -> StatusAnswer:
        """Return the status that ``reference`` names. Raises as ``StatusSource`` does."""
        question = _Question(reference.uri, issuer_chain, view, now)
        if reference.uri not in self.tokens:
            raise question.unreachable({})
        believed = question.believe(*self.tokens[reference.uri])
        statuses = believed.statuses
        if statuses.expires_at is None and now >= statuses.issued_at + MAX_TTL:
            raise question.undecided("the list is too old", "status_expired")
        return believed.answer(reference, now)

    def signed_at(self, uri: str) -> int:
        """Return when the token of an address says, under its signature, that it was made; else 0.

        Whose signature it is, is not asked: enough to say that a clock may be wrong.
        """
        token, _ = self.tokens.get(uri, ("", 0))
        try:
            unverified = parse_status_list_token(token)
            verify_jws(unverified.jws, parse_leaf_key(unverified.chain))
            return parse_date(unverified.payload, "iat") or 0
        except (MalformedError, VerificationError):
            return 0


@dataclass(frozen=True, slots=True)
class _Question:
    """Which list, for an attestation of whom, according to which trust lists, when."""

    uri: str
    issuer_chain: Sequence[x509.Certificate]
    view: TrustView
    now: int

    def believe(self, token: str, fetched_at: int) -> _Believed:
        """Verify a token and its signer. Raises StatusUndecidedError, IssuerUndecidedError."""
        try:
            unverified = parse_status_list_token(token)
            key = parse_leaf_key(unverified.chain)
            statuses = verify_status_list_token(unverified, key, self.uri, self.now)
            decision = decide_status_issuer(
                self.view, unverified.chain, issuer_chain=self.issuer_chain, now=self.now
            )
        except (MalformedError, VerificationError) as error:
            message = "the issuer's list of withdrawn documents cannot be believed"
            reason = {**getattr(error, "parameters", {}), "reason": error.code}
            raise self.undecided(message, _code(error), reason) from error
        return _Believed(statuses, fetched_at, decision.parameters)

    def unreachable(self, since: Mapping[str, str]) -> StatusUndecidedError:
        """Make the error that says there is no list."""
        message = "the issuer's list of withdrawn documents could not be had"
        return self.undecided(message, "status_unreachable", since)

    def undecided(
        self, message: str, code: str, parameters: Mapping[str, str] | None = None
    ) -> StatusUndecidedError:
        """Make the error that names the list."""
        found = {**(parameters or {}), "uri": self.uri}
        return StatusUndecidedError(message, code=code, parameters=found)


def _code(error: EsspassError) -> str:
    if isinstance(error, ExpiredError):
        return "status_expired"
    if isinstance(error, MalformedError):
        return "status_malformed"
    return "status_mismatch" if error.code == "status_list_subject" else "status_untrusted"
