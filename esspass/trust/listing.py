"""Find the listed service behind a message's certificates (ETSI TS 119 615, clause 4.3.4).

The newest issue of a list governs. Older issues serve one purpose: to hold the certificate of a
key that the newest one names only by its identifier (trust table, row 8).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509

from esspass.errors import MalformedError, UntrustedIssuerError
from esspass.trust.errors import IssuerRefusedError, IssuerUndecidedError
from esspass.trust.model import (
    UNREADABLE,
    Freshness,
    ListSnapshot,
    ListType,
    ServiceKind,
    TrustedEntity,
    TrustedService,
    create_key_id,
    freshness,
)
from esspass.trust.path import names_anchor, verify_path
from esspass.trust.view import TrustView

_STALE = {
    Freshness.GRACE: (
        "list_in_grace",
        "the list should have been renewed; ask its operator for the next issue",
    ),
    Freshness.EXPIRED: ("list_expired", "the list is out of date and proves nothing about today"),
    Freshness.CLOSED: ("list_closed", "the list is closed: its operator publishes it no longer"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """Which list, which kind of key, whose certificates, and when they must have been valid."""

    list_type: ListType
    kind: ServiceKind
    chain: Sequence[x509.Certificate]
    at: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Where the signer stands in the newest issue; ``key_id`` is the key that vouches.

    ``archived`` is the sequence number of the older issue that still had the certificate.
    """

    snapshot: ListSnapshot
    entity: TrustedEntity
    service: TrustedService
    key_id: bytes
    archived: int | None = None


@dataclass(frozen=True, slots=True)
class _Match:
    entity: TrustedEntity
    service: TrustedService

    @property
    def key_id(self) -> bytes:
        return create_key_id(self.service.certificates[0])


def find_listing(view: TrustView, question: Question, now: int) -> Listing:
    """Return the listed service that vouches for ``question.chain``.

    Raises IssuerUndecidedError (``list_unavailable``, ``anchor_only_in_history``, or the list's
    lack of freshness) and IssuerRefusedError (``unknown_issuer``, ``issuer_removed``, or the
    reason of ``verify_path``).
    """
    newest = require_list(view, question.list_type)
    match, failure = _match(newest, question)
    if match is not None:
        return Listing(newest, match.entity, match.service, match.key_id)
    for older in view.snapshots[question.list_type][1:]:
        match, _ = _match(older, question)
        if match is not None:
            return _follow(view, older, match, question, now)
    parameters = view.describe_list(newest, now)
    if _in_history(newest, question):
        raise IssuerUndecidedError(
            "the issuer's former key is listed without its certificate; "
            "an older issue of the list would hold it",
            code="anchor_only_in_history",
            parameters=parameters,
        )
    require_fresh(view, newest, now)
    if failure is not None:
        raise failure_with(failure, parameters)
    raise IssuerRefusedError(
        "the issuer is on no list", code="unknown_issuer", parameters=parameters
    )


def require_list(view: TrustView, list_type: ListType) -> ListSnapshot:
    """Return the newest issue. Raises IssuerUndecidedError (``list_unavailable``)."""
    newest = view.newest(list_type)
    if newest is None:
        raise IssuerUndecidedError(
            "the list of issuers could not be had, so the issuer could not be looked up",
            code="list_unavailable",
            parameters={"list": list_type.value, **view.describe_source(list_type)},
        )
    return newest


def require_fresh(
    view: TrustView, snapshot: ListSnapshot, now: int, entity: str | None = None
) -> None:
    """Raise IssuerUndecidedError unless the issue still speaks for today."""
    state = freshness(snapshot.next_update, now)
    if state is not Freshness.FRESH:
        code, message = _STALE[state]
        parameters = view.describe_list(snapshot, now)
        named = {} if entity is None else {"entity": entity}
        raise IssuerUndecidedError(message, code=code, parameters={**parameters, **named})


def failure_with(
    failure: UntrustedIssuerError | MalformedError, parameters: dict[str, str]
) -> IssuerRefusedError:
    """Give a path failure the parameters of the list it happened on."""
    return IssuerRefusedError(str(failure), code=failure.code, parameters=parameters)


def _match(
    snapshot: ListSnapshot, question: Question
) -> tuple[_Match | None, UntrustedIssuerError | MalformedError | None]:
    """Try every service that could vouch; keep the last reason why a likely one did not."""
    failure: UntrustedIssuerError | MalformedError | None = None
    for entity, service in _services(snapshot, question.kind):
        if not any(names_anchor(question.chain, anchor) for anchor in service.certificates):
            continue
        try:
            verify_path(question.chain, service.certificates, question.at)
        except (UntrustedIssuerError, MalformedError) as error:
            failure = error
        else:
            return _Match(entity, service), None
    return None, failure


def _services(
    snapshot: ListSnapshot, kind: ServiceKind
) -> Iterator[tuple[TrustedEntity, TrustedService]]:
    for entity in snapshot.entities:
        for service in entity.services:
            if service.kind is kind:
                yield entity, service


def _follow(
    view: TrustView, older: ListSnapshot, match: _Match, question: Question, now: int
) -> Listing:
    """Find in the newest issue the service that once had the key of an older one."""
    newest = require_list(view, question.list_type)
    key_id = match.key_id
    for entity, service in _services(newest, question.kind):
        if any(key_id in interval.key_ids for interval in service.history):
            return Listing(newest, entity, service, key_id, archived=older.sequence_number)
    parameters = view.describe_list(newest, now)
    raise IssuerRefusedError(
        "the issuer has been taken off the list",
        code="issuer_removed",
        parameters={
            **parameters,
            "entity": match.entity.name,
            "last_listed": str(older.sequence_number),
        },
    )


def _in_history(snapshot: ListSnapshot, question: Question) -> bool:
    named = {_authority_key_id(certificate) for certificate in question.chain}
    named.update(create_key_id(certificate) for certificate in question.chain)
    return any(
        not named.isdisjoint(interval.key_ids)
        for _entity, service in _services(snapshot, question.kind)
        for interval in service.history
    )


def _authority_key_id(certificate: x509.Certificate) -> bytes | None:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None
    return extension.value.key_identifier
