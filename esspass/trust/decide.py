"""Is this issuer trusted? Decisions on the lists, with the evidence for each.

The procedure is the table of statuses at issuance and now; lists without status (Annexes D, E, F)
answer for the present only (ETSI TS 119 602, clause 6.6.0). ``Refused`` is a no, ``Undecided`` is
neither: a list that is not fresh never gives a yes, and never a no that a newer issue could lift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.x509.oid import NameOID

from esspass.errors import MalformedError, UndecidedError, UntrustedIssuerError
from esspass.trust.authorization import decide_type
from esspass.trust.errors import IssuerRefusedError, IssuerUndecidedError
from esspass.trust.listing import (
    Listing,
    Question,
    failure_with,
    find_listing,
    require_fresh,
)
from esspass.trust.model import (
    ListType,
    ServiceKind,
    Status,
    StatusInterval,
    parse_country,
)
from esspass.trust.path import verify_path
from esspass.trust.profiles import PROFILES
from esspass.trust.timestamps import create_timestamp
from esspass.trust.view import TrustView

LISTED = "listed"
NOT_RECORDED = "not_recorded"
IAT_PRECISION = 24 * 3600
"""A day: as coarse as issuers round ``iat``. It costs nothing, ``iat`` is their own word anyway."""

_PID_PREFIX = "urn:eudi:pid:"


@dataclass(frozen=True, slots=True)
class TrustDecision:
    """A yes, and what it rests on: list, issue, dates, entity, statuses, freshness."""

    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """What an attestation says of its own issue.

    It was issued between ``issued_at`` and ``latest``, because issuers round ``iat`` down
    (RFC 9901, section 10.1). ``existed_at``: a moment at which it is proved, by other evidence
    than its own ``iat``, to have existed.
    """

    vct: str
    institution_id: str | None
    country: str | None
    issued_at: int
    latest: int
    existed_at: int | None = None


def list_of_type(vct: str) -> ListType:
    """Return the list that issuers of a type are on: PIDs have their own."""
    return ListType.PID_PROVIDERS if vct.startswith(_PID_PREFIX) else ListType.PUB_EAA_PROVIDERS


def decide_attestation_issuer(
    view: TrustView,
    chain: Sequence[x509.Certificate],
    *,
    vct: str,
    institution_id: str | None,
    country: str | None,
    issued_at: int,
    now: int,
    existed_at: int | None = None,
) -> TrustDecision:
    """Decide whether the signer of an attestation was, and is, entitled to issue it.

    ``chain`` is the attestation's ``x5c``, leaf first; ``country`` an ISO code or None when not
    disclosed; ``issued_at`` its ``iat``, rounded down by a day at most. Raises IssuerRefusedError
    and IssuerUndecidedError.
    """
    latest = min(issued_at + IAT_PRECISION, now)
    since = _clamp(int(chain[0].not_valid_before_utc.timestamp()), issued_at, latest)
    claim = Claim(vct, institution_id, country, min(since, now), latest, existed_at)
    return decide_claim(view, chain, claim, now)


def decide_claim(
    view: TrustView, chain: Sequence[x509.Certificate], claim: Claim, now: int
) -> TrustDecision:
    """Decide as ``decide_attestation_issuer``, on a window of issuance given as such."""
    list_type = list_of_type(claim.vct)
    at = claim.issued_at if PROFILES[list_type].has_status else now
    listing = find_listing(view, Question(list_type, ServiceKind.ISSUANCE, chain, at), now)
    _verify_name(view, listing, chain[0], claim, now)
    return decide_listing(view, listing, claim, now)


def decide_listing(view: TrustView, listing: Listing, claim: Claim, now: int) -> TrustDecision:
    """Decide on statuses, type and freshness once the listed service is known."""
    parameters = _describe(view, listing, now)
    if listing.service.status is None:
        parameters |= {"status_at_issuance": NOT_RECORDED, "status_now": LISTED}
        require_fresh(view, listing.snapshot, now, listing.entity.name)
        return TrustDecision(parameters)
    then = _status_at_issuance(listing, claim, parameters)
    parameters["status_at_issuance"] = then.status.value
    current = _interval_at(listing, now, parameters)
    parameters["status_now"] = current.status.value
    parameters["status_since"] = create_timestamp(current.starts)
    _refuse_unlisted(then, parameters)
    require_fresh(view, listing.snapshot, now, listing.entity.name)
    parameters.update(decide_type(view, listing.entity, claim, parameters, now))
    _doubt_withdrawn(current, claim, parameters)
    return TrustDecision(parameters)


def decide_status_issuer(
    view: TrustView,
    chain: Sequence[x509.Certificate],
    *,
    issuer_chain: Sequence[x509.Certificate],
    now: int,
) -> TrustDecision:
    """Decide whether ``chain`` may sign statuses for attestations signed with ``issuer_chain``.

    It must lead to a Revocation service of the body whose Issuance service vouches for the
    attestation (ARF PuBPNot_05). Raises IssuerRefusedError and IssuerUndecidedError.
    """
    issuer = _find_issuer(view, issuer_chain, now)
    listing = _find_revocation(view, issuer, chain, now)
    parameters = _describe(view, listing, now)
    parameters["status_now"] = LISTED
    if listing.service.status is not None:
        current = _interval_at(listing, now, parameters)
        parameters["status_now"] = current.status.value
        if current.status is not Status.NOTIFIED:
            raise IssuerUndecidedError(
                "the body no longer vouches for its statuses; ask the issuing institution",
                code="status_service_withdrawn",
                parameters=parameters,
            )
    require_fresh(view, listing.snapshot, now, listing.entity.name)
    return TrustDecision(parameters)


def decide_wallet_provider(
    view: TrustView, chain: Sequence[x509.Certificate], now: int
) -> TrustDecision:
    """Decide whether a wallet provider's key is listed now (Annex E)."""
    return _decide_current(view, ListType.WALLET_PROVIDERS, chain, now)


def decide_relying_party(
    view: TrustView, chain: Sequence[x509.Certificate], now: int
) -> TrustDecision:
    """Decide whether an access certificate comes from a listed provider now (Annex F)."""
    return _decide_current(view, ListType.WRPAC_PROVIDERS, chain, now)


def _decide_current(
    view: TrustView, list_type: ListType, chain: Sequence[x509.Certificate], now: int
) -> TrustDecision:
    question = Question(list_type, ServiceKind.ISSUANCE, chain, now)
    listing = find_listing(view, question, now)
    require_fresh(view, listing.snapshot, now, listing.entity.name)
    statuses = {"status_at_issuance": NOT_RECORDED, "status_now": LISTED}
    return TrustDecision({**_describe(view, listing, now), **statuses})


def _find_issuer(view: TrustView, issuer_chain: Sequence[x509.Certificate], now: int) -> Listing:
    """Find the body behind an attestation; only whose it is matters here, not when."""
    leaf = issuer_chain[0]
    at = max(now, int(leaf.not_valid_before_utc.timestamp()))
    at = min(at, int(leaf.not_valid_after_utc.timestamp()))
    errors: list[UntrustedIssuerError | UndecidedError] = []
    for list_type in (ListType.PUB_EAA_PROVIDERS, ListType.PID_PROVIDERS):
        question = Question(list_type, ServiceKind.ISSUANCE, issuer_chain, at)
        try:
            return find_listing(view, question, now)
        except (UntrustedIssuerError, UndecidedError) as error:
            errors.append(error)
    undecided = [error for error in errors if isinstance(error, UndecidedError)]
    raise (undecided or errors)[0]


def _find_revocation(
    view: TrustView, issuer: Listing, chain: Sequence[x509.Certificate], now: int
) -> Listing:
    parameters = _describe(view, issuer, now)
    failure: UntrustedIssuerError | MalformedError = UntrustedIssuerError(
        "the body lists no key for statuses", code="status_issuer_unknown"
    )
    for service in issuer.entity.services:
        if service.kind is not ServiceKind.REVOCATION:
            continue
        try:
            verify_path(chain, service.certificates, now)
        except (UntrustedIssuerError, MalformedError) as error:
            failure = error
        else:
            key_id = next(iter(service.key_ids))
            return Listing(issuer.snapshot, issuer.entity, service, key_id)
    require_fresh(view, issuer.snapshot, now, issuer.entity.name)
    code = "status_issuer_unknown" if failure.code == "no_path" else failure.code
    raise IssuerRefusedError(
        "the status is signed by a key that the issuer's entry does not list",
        code=code,
        parameters=failure_with(failure, parameters).parameters,
    )


def _verify_name(
    view: TrustView, listing: Listing, leaf: x509.Certificate, claim: Claim, now: int
) -> None:
    """O of the certificate is the listed name (Annex H), and all countries are one.

    A certificate without O, as outside issuers make them, is compared by its CN.
    """
    entity = listing.entity
    parameters = _describe(view, listing, now)
    names = _attributes(leaf, NameOID.ORGANIZATION_NAME) or _attributes(leaf, NameOID.COMMON_NAME)
    if not names & set(entity.names):
        raise IssuerRefusedError(
            "the certificate names another body than the list",
            code="name_mismatch",
            parameters=parameters,
        )
    countries = {parse_country(code) for code in _attributes(leaf, NameOID.COUNTRY_NAME)}
    countries |= {parse_country(code) for code in (entity.country, claim.country) if code}
    if len(countries) != 1:
        raise IssuerRefusedError(
            "attestation, certificate and list name different countries",
            code="country_mismatch",
            parameters=parameters,
        )


def _status_at_issuance(
    listing: Listing, claim: Claim, parameters: dict[str, str]
) -> StatusInterval:
    """Return what was in force at issuance, for the very key that signed (rows 4 and 8).

    The key, or the body, may have come onto the list within the rounding of ``iat``.
    """
    starts = {interval.starts for interval in listing.service.intervals()}
    later = sorted(start for start in starts if claim.issued_at < start <= claim.latest)
    found = False
    for moment in (claim.issued_at, *later):
        if not listing.service.intervals_at(moment):
            continue
        found = True
        then = _interval_at(listing, moment, parameters)
        if listing.key_id in then.key_ids:
            return then
    if found:
        raise IssuerRefusedError(
            "this was signed with a key that the list did not hold at that time",
            code="key_not_listed_at_issuance",
            parameters=parameters,
        )
    raise IssuerRefusedError(
        "the issuer was not on the list yet when it issued this",
        code="not_listed_at_issuance",
        parameters={**parameters, "status_at_issuance": "none"},
    )


def _interval_at(listing: Listing, moment: int, parameters: dict[str, str]) -> StatusInterval:
    """Return the status in force; two that began at one moment must agree (row 03A of 4.3.4)."""
    found = listing.service.intervals_at(moment)
    if len({interval.status for interval in found}) != 1:
        raise IssuerUndecidedError(
            "the list gives no single status for that moment; ask its operator",
            code="list_inconsistent",
            parameters=parameters,
        )
    key_ids = frozenset(key_id for interval in found for key_id in interval.key_ids)
    return StatusInterval(found[0].status, found[0].starts, key_ids)


def _refuse_unlisted(then: StatusInterval, parameters: dict[str, str]) -> None:
    """Rows 5 and 6: a later return to the list does not heal what was issued without."""
    if then.status is Status.WITHDRAWN:
        raise IssuerRefusedError(
            "the issuer was withdrawn from the list when it issued this",
            code="withdrawn_at_issuance",
            parameters=parameters,
        )


def _doubt_withdrawn(current: StatusInterval, claim: Claim, parameters: dict[str, str]) -> None:
    """Rows 2 and 3: withdrawal is not retroactive, but ``iat`` is the issuer's own word."""
    if current.status is not Status.WITHDRAWN:
        return
    if claim.existed_at is not None and claim.existed_at < current.starts:
        raise IssuerUndecidedError(
            "the issuer has since left the list; this was issued while it was listed",
            code="issuer_left_list",
            parameters=parameters,
        )
    raise IssuerUndecidedError(
        "the issuer has left the list and only its own word says that this is older; "
        "ask the issuing institution",
        code="issuer_left_list_unproven",
        parameters=parameters,
    )


def _describe(view: TrustView, listing: Listing, now: int) -> dict[str, str]:
    parameters = view.describe_list(listing.snapshot, now)
    parameters["entity"] = listing.entity.name
    parameters["contact"] = listing.entity.contact.electronic
    if listing.entity.country:
        parameters["country"] = listing.entity.country
    if listing.archived is not None:
        parameters["archived_sequence_number"] = str(listing.archived)
    return parameters


def _attributes(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> set[str]:
    return {str(name.value) for name in certificate.subject.get_attributes_for_oid(oid)}


def _clamp(value: int, lowest: int, highest: int) -> int:
    """Return ``value`` when it lies in the window, else the window's beginning."""
    return value if lowest < value <= highest else lowest
