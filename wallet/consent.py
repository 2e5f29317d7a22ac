"""Consent: what exactly would be shown to whom, what stays hidden, and which ways there are.

Everything on the consent page is computed from the signed credential itself, so that what the
citizen reads and what the verifier gets are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography import x509

from esspass.attestations import DescribedClaim, describe_claims
from esspass.keys.jwk import encode_base64url
from esspass.openid4vp.dcql import SD_JWT_VC, Candidate, DcqlMatch, Holding, Selection, match_dcql
from esspass.openid4vp.verifier_info import OverAsking, find_over_asking
from esspass.sdjwt import create_presentation, parse_sd_jwt_vc
from esspass.verdict import Outcome
from wallet.credentials import HeldCredential
from wallet.history import SharedClaims
from wallet.presentation_request import PresentationRequest


class Caution(StrEnum):
    """Why a request deserves a second look (Regulation (EU) 910/2014, Article 5b(3))."""

    OVER_ASKING = "over_asking"
    NOT_REGISTERED = "not_registered"
    NO_PURPOSE = "no_purpose"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the citizen agrees to, in the terms of ``DcqlMatch.select``."""

    options: Mapping[int, int | None] = field(default_factory=dict)
    holdings: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The claims of one credential that would be shown, and those that would not."""

    shown: tuple[DescribedClaim, ...]
    hidden: tuple[DescribedClaim, ...]


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A request, every way to answer it out of what is held, and what to be careful about.

    ``beyond`` is what it asks for over and above its registration.
    """

    received: PresentationRequest
    match: DcqlMatch
    held: Mapping[str, HeldCredential] = field(repr=False)
    cautions: tuple[Caution, ...]
    beyond: tuple[OverAsking, ...] = ()

    def disclosure(self, candidate: Candidate, locale: str) -> Disclosure:
        """Say in words what choosing this candidate would show."""
        return describe_disclosure(self.held[candidate.holding_id], candidate, locale)

    def shared(self, selection: Selection) -> tuple[SharedClaims, ...]:
        """Return the claims of an answer by path, for the history."""
        return tuple(
            self._shared(candidate) for chosen in selection.values() for candidate in chosen
        )

    def _shared(self, candidate: Candidate) -> SharedClaims:
        shown = self.disclosure(candidate, "en").shown
        vct = self.held[candidate.holding_id].vct
        return SharedClaims(vct, tuple(claim.path for claim in shown))


def create_consent_request(
    received: PresentationRequest, held: Sequence[HeldCredential]
) -> ConsentRequest:
    """Match a request against the held credentials; good ones come first.

    Raises NoMatchError when nothing answers it.
    """
    ordered = sorted(held, key=lambda each: each.checked.outcome != Outcome.PASSED.value)
    match = match_dcql(received.request.dcql_query, [create_holding(each) for each in ordered])
    by_id = {each.id: each for each in ordered}
    dataset = received.request.dataset
    registered = dataset is not None and dataset.credentials
    beyond = find_over_asking(match.query, dataset) if dataset and registered else ()
    return ConsentRequest(received, match, by_id, find_cautions(received), beyond)


def create_holding(held: HeldCredential) -> Holding:
    """Describe a held credential to the query language."""
    vc = parse_sd_jwt_vc(held.text)
    return Holding(
        id=held.id,
        format=SD_JWT_VC,
        vct=held.vct,
        claims=vc.claims,
        disclosable=frozenset(vc.processed.paths),
        aki=frozenset(key for each in vc.chain if (key := _authority_key(each)) is not None),
    )


def find_cautions(received: PresentationRequest) -> tuple[Caution, ...]:
    """List what speaks against answering without a second look."""
    dataset = received.request.dataset
    found = []
    if dataset is None or not dataset.credentials:
        found.append(Caution.NOT_REGISTERED)
    elif find_over_asking(received.request.dcql_query, dataset):
        found.append(Caution.OVER_ASKING)
    if not received.purpose("en"):
        found.append(Caution.NO_PURPOSE)
    return tuple(found)


def describe_disclosure(held: HeldCredential, candidate: Candidate, locale: str) -> Disclosure:
    """Split all claims of a credential into shown and hidden.

    Compared by what they say, not by place: elements of an array shift when others stay hidden.
    """
    presented = parse_sd_jwt_vc(create_presentation(held.text, candidate.paths))
    shown = describe_claims(held.vct, presented.claims, locale)
    left = Counter((claim.label, claim.value) for claim in shown)
    hidden = []
    for claim in describe_claims(held.vct, parse_sd_jwt_vc(held.text).claims, locale):
        if left[claim.label, claim.value]:
            left[claim.label, claim.value] -= 1
        else:
            hidden.append(claim)
    return Disclosure(tuple(shown), tuple(hidden))


def _authority_key(certificate: x509.Certificate) -> str | None:
    """Return the authority key identifier, base64url (OpenID4VP 1.0, section 6.1.1.1)."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return None
    identifier = extension.value.key_identifier
    return encode_base64url(identifier) if identifier else None
