"""Why is this issuer trusted, or not? In sentences: list, entry, date, and whom to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509

from esspass.errors import UndecidedError, UntrustedIssuerError
from esspass.trust.decide import (
    Claim,
    TrustDecision,
    decide_claim,
    decide_listing,
    list_of_type,
)
from esspass.trust.errors import IssuerRefusedError, IssuerUndecidedError
from esspass.trust.listing import Listing, require_list
from esspass.trust.model import (
    PENDING,
    ListSnapshot,
    ServiceKind,
    TrustedEntity,
    TrustedService,
    create_key_id,
)
from esspass.trust.path import has_same_identity, is_valid_at
from esspass.trust.timestamps import create_timestamp
from esspass.trust.view import TrustView


@dataclass(frozen=True, slots=True)
class Explanation:
    """``trusted`` is None when the lists allow neither answer; ``code`` is empty when trusted."""

    trusted: bool | None
    code: str
    sentences: tuple[str, ...]
    parameters: Mapping[str, str]


def explain_certificate(
    view: TrustView, chain: Sequence[x509.Certificate], vct: str, issued_at: int, now: int
) -> Explanation:
    """Explain the standing of a signer, or of a listed certificate itself, leaf first."""
    subject = f"The certificate {chain[0].subject.rfc4514_string()}"
    claim = _create_claim(vct, None, issued_at, now)
    try:
        listing = _find_certificate(view, chain[0], vct)
        if listing is not None:
            _verify_listed(listing, chain[0], claim.issued_at)
            return _explain_listing(view, listing, claim, now, subject)
        decision = decide_claim(view, chain, claim, now)
    except (UntrustedIssuerError, UndecidedError) as error:
        return _create_failure(view, error, claim, subject)
    return _create_success(view, decision, claim, subject)


def explain_institution(
    view: TrustView, institution_id: str, vct: str, issued_at: int, now: int
) -> Explanation:
    """Explain the standing of an institution by its EESSI id."""
    subject = f"The institution {institution_id}"
    claim = _create_claim(vct, institution_id, issued_at, now)
    try:
        listing = _find_institution(view, institution_id, vct)
        return _explain_listing(view, listing, claim, now, subject)
    except (UntrustedIssuerError, UndecidedError) as error:
        return _create_failure(view, error, claim, subject)


def describe_service(service: TrustedService) -> list[str]:
    """Return a line per status of a service, newest first."""
    if service.status is None:
        return ["listed"]
    return [
        f"{interval.status} since {_date(interval.starts)}"
        + ("" if position == 0 else " (before)")
        + f", key {min(interval.key_ids).hex()[:16]}"
        for position, interval in enumerate(service.intervals())
    ]


def _create_claim(vct: str, institution_id: str | None, issued_at: int, now: int) -> Claim:
    """A date given by a person is meant as it stands, not as rounded."""
    moment = min(issued_at, now)
    return Claim(vct, institution_id, None, moment, moment)


def _explain_listing(
    view: TrustView, listing: Listing, claim: Claim, now: int, subject: str
) -> Explanation:
    """A listed certificate vouches for what it signed while it was the service's key."""
    decision = decide_listing(view, listing, claim, now)
    return _create_success(view, decision, claim, subject)


def _find_certificate(view: TrustView, certificate: x509.Certificate, vct: str) -> Listing | None:
    """Find a certificate that is listed itself, now or in the history."""
    newest = require_list(view, list_of_type(vct))
    key_id = create_key_id(certificate)
    for entity in newest.entities:
        for service in entity.services:
            listed = any(has_same_identity(certificate, c) for c in service.certificates)
            former = any(key_id in interval.key_ids for interval in service.history)
            if (listed or former) and service.kind is ServiceKind.ISSUANCE:
                return Listing(newest, entity, service, key_id)
    return None


def _verify_listed(listing: Listing, certificate: x509.Certificate, issued_at: int) -> None:
    if not is_valid_at(certificate, issued_at):
        raise IssuerRefusedError(
            "the certificate was not valid at that time",
            code="certificate_expired",
            parameters={"list": listing.snapshot.list_type, "entity": listing.entity.name},
        )


def _find_institution(view: TrustView, institution_id: str, vct: str) -> Listing:
    newest = require_list(view, list_of_type(vct))
    institution = view.directory.find(institution_id) if view.directory else None
    if institution is None:
        raise IssuerRefusedError(
            "the institution is not in the directory",
            code="institution_unknown",
            parameters={"list": newest.list_type.value},
        )
    for entity in newest.entities:
        for service in entity.services:
            if institution.entity in entity.names and service.kind is ServiceKind.ISSUANCE:
                return Listing(newest, entity, service, next(iter(service.key_ids)))
    raise IssuerRefusedError(
        f"{institution.entity}, the body behind the institution, is on no list",
        code="unknown_issuer",
        parameters={"list": newest.list_type.value, "entity": institution.entity},
    )


def _create_success(
    view: TrustView, decision: TrustDecision, claim: Claim, subject: str
) -> Explanation:
    sentence = (
        f"{subject} is TRUSTED to issue {claim.vct}, for what it issued "
        f"on {_date(claim.issued_at)} and today."
    )
    sentences = (sentence, *_describe_evidence(view, decision.parameters, claim))
    return Explanation(True, "", sentences, decision.parameters)


def _create_failure(
    view: TrustView,
    error: UntrustedIssuerError | UndecidedError,
    claim: Claim,
    subject: str,
) -> Explanation:
    trusted = None if isinstance(error, UndecidedError) else False
    parameters: Mapping[str, str] = {}
    if isinstance(error, IssuerRefusedError | IssuerUndecidedError):
        parameters = error.parameters
    answer = "is NOT TRUSTED" if trusted is False else "is neither trusted nor refused"
    sentence = (
        f"{subject} {answer} to issue {claim.vct}, for what it issued "
        f"on {_date(claim.issued_at)}: {error} ({error.code})."
    )
    sentences = (sentence, *_describe_evidence(view, parameters, claim))
    return Explanation(trusted, error.code, sentences, parameters)


def _describe_evidence(view: TrustView, parameters: Mapping[str, str], claim: Claim) -> list[str]:
    newest = view.newest(list_of_type(claim.vct))
    if newest is None:
        return ["No issue of the list is at hand. Ask the list operator for it."]
    entity = next((e for e in newest.entities if e.name == parameters.get("entity")), None)
    lines = [_describe_list(newest, parameters)]
    lines += _describe_entity(entity)
    lines += _describe_directory(view, entity, claim)
    lines.append(_describe_contact(newest, entity))
    return lines


def _describe_list(newest: ListSnapshot, parameters: Mapping[str, str]) -> str:
    following = newest.next_update
    due = "no further issue" if following is None else f"next issue due {_date(following)}"
    state = parameters.get("freshness", "")
    return (
        f"List: {newest.list_type}, number {newest.sequence_number}, "
        f"issued {_date(newest.issued_at)}, {due} {state}".rstrip()
        + "."
    )


def _describe_entity(entity: TrustedEntity | None) -> list[str]:
    if entity is None:
        return ["Entry: none on that list."]
    lines = [f"Entry: {entity.name}, {entity.country}."]
    for service in entity.services:
        lines += [f"  {service.kind}: {line}." for line in describe_service(service)]
    return lines


def _describe_directory(view: TrustView, entity: TrustedEntity | None, claim: Claim) -> list[str]:
    if view.directory is None:
        return ["Institution directory: none at hand."]
    lines = [f"Institution directory: number {view.directory.sequence_number}."]
    for institution in view.directory.of_entity(entity.names if entity else ()):
        types = [a for a in institution.authorizations if a.vct == claim.vct]
        periods = [
            f"from {_date(a.starts)}" + ("" if a.ends is None else f" until {_date(a.ends)}")
            for a in types
        ]
        entitled = ", ".join(periods) or "never entitled"
        lines.append(f"  {institution.institution_id}: {claim.vct} {entitled}.")
    return lines


def _describe_contact(newest: ListSnapshot, entity: TrustedEntity | None) -> str:
    ask = f"about the list, {newest.operator_names[0]} ({newest.operator_contact})"
    if entity is not None:
        ask = f"about the attestation, {entity.name} ({entity.contact.electronic}); {ask}"
    return f"Ask: {ask}."


def _date(moment: int) -> str:
    return "the next issue" if moment == PENDING else create_timestamp(moment)
