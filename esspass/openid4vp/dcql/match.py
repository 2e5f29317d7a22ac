"""Which held credentials answer a query, and which claims of them (OpenID4VP 1.0, section 6.4).

A claim with an unwelcome value counts as absent, and all ways of not matching are one error, so
a verifier learns nothing from asking (sections 15.4.1 and 15.9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import ProtocolError
from esspass.openid4vp.dcql.paths import ClaimPath, find_claims
from esspass.openid4vp.dcql.query import (
    ClaimsQuery,
    CredentialQuery,
    CredentialSetQuery,
    DcqlQuery,
    TrustedAuthority,
    Value,
)


class NoMatchError(ProtocolError):
    """Nothing held answers the request; the verifier learns no more than from a refusal."""

    code = "access_denied"


@dataclass(frozen=True, slots=True)
class Holding:
    """A credential the wallet holds.

    ``claims`` are all its claims; ``disclosable`` the paths that are shown only on request;
    ``aki`` the authority key identifiers of its chain, base64url.
    """

    id: str
    format: str
    vct: str
    claims: Mapping[str, Any] = field(repr=False)
    disclosable: frozenset[ClaimPath] = frozenset()
    aki: frozenset[str] = frozenset()
    holder_bound: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A holding that answers a credential query by disclosing ``paths`` and no others.

    ``paths`` are concrete: indices instead of None. What stands under them goes with them.
    """

    holding_id: str
    paths: tuple[ClaimPath, ...]


Selection = Mapping[str, tuple[Candidate, ...]]


@dataclass(frozen=True, slots=True)
class SetMatch:
    """A credential set query and those of its options that can be answered."""

    required: bool
    options: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class DcqlMatch:
    """Every way to answer a query."""

    query: DcqlQuery
    candidates: Mapping[str, tuple[Candidate, ...]]
    sets: tuple[SetMatch, ...]

    def select(
        self,
        options: Mapping[int, int | None] | None = None,
        holdings: Mapping[str, Sequence[str]] | None = None,
    ) -> Selection:
        """Turn the holder's choice into an answer, credential query id to candidates.

        ``options`` maps the place of a set to the place of an option in it (None: skip an
        optional set); ``holdings`` a query id to the holdings to show. Unsaid, required sets take
        their first option, optional sets are skipped, and a query takes its first candidate.
        Raises NoMatchError for a choice that does not answer the request.
        """
        chosen: dict[str, tuple[Candidate, ...]] = {}
        for place, each in enumerate(self.sets):
            option = (options or {}).get(place, 0 if each.required else None)
            for query_id in _chosen_option(each, option):
                wanted = (holdings or {}).get(query_id)
                chosen[query_id] = self._chosen_candidates(query_id, wanted)
        if not chosen:
            raise NoMatchError
        return chosen

    def _chosen_candidates(
        self, query_id: str, wanted: Sequence[str] | None
    ) -> tuple[Candidate, ...]:
        candidates = self.candidates[query_id]
        if wanted is None:
            return candidates[:1]
        kept = tuple(each for each in candidates if each.holding_id in wanted)
        if not kept or (len(kept) > 1 and not self.query.credential(query_id).multiple):
            raise NoMatchError
        return kept


def match_dcql(query: DcqlQuery, holdings: Sequence[Holding]) -> DcqlMatch:
    """Find every way to answer ``query``. Raises NoMatchError when a required set has none."""
    candidates = {
        each.id: tuple(found for holding in holdings if (found := _candidate(each, holding)))
        for each in query.credentials
    }
    sets = tuple(_set_match(each, candidates) for each in query.sets)
    if any(each.required and not each.options for each in sets):
        raise NoMatchError
    if not any(each.options for each in sets):
        raise NoMatchError
    return DcqlMatch(query, candidates, sets)


def _chosen_option(each: SetMatch, option: int | None) -> tuple[str, ...]:
    if option is None and not each.required:
        return ()
    if option is None or not 0 <= option < len(each.options):
        raise NoMatchError
    return each.options[option]


def _set_match(each: CredentialSetQuery, candidates: Mapping[str, Sequence[Candidate]]) -> SetMatch:
    possible = (option for option in each.options if all(candidates[name] for name in option))
    return SetMatch(each.required, tuple(possible))


def _candidate(query: CredentialQuery, holding: Holding) -> Candidate | None:
    if holding.format != query.format or holding.vct not in query.vct_values:
        return None
    if query.require_cryptographic_holder_binding and not holding.holder_bound:
        return None
    if query.trusted_authorities and not any(
        _vouches(authority, holding) for authority in query.trusted_authorities
    ):
        return None
    for combination in query.combinations:
        paths = _disclosures(combination, holding)
        if paths is not None:
            return Candidate(holding.id, paths)
    return None


def _vouches(authority: TrustedAuthority, holding: Holding) -> bool:
    """Only ``aki`` (section 6.1.1.1) can be decided from a credential alone."""
    return authority.type == "aki" and not holding.aki.isdisjoint(authority.values)


def _disclosures(
    combination: Sequence[ClaimsQuery], holding: Holding
) -> tuple[ClaimPath, ...] | None:
    """Return the disclosable paths that show ``combination``; None when a claim is missing."""
    selected: dict[ClaimPath, None] = {}
    for claim in combination:
        found = [
            path
            for path, value in find_claims(holding.claims, claim.path).items()
            if not claim.values or _welcome(value, claim.values)
        ]
        if not found:
            return None
        selected.update(dict.fromkeys(found))
    return tuple(path for path in selected if _is_disclosable(path, holding.disclosable))


def _is_disclosable(path: ClaimPath, disclosable: frozenset[ClaimPath]) -> bool:
    """Whether showing ``path`` whole takes a disclosure on the way to it, of it or beneath it."""
    return any(_matches(path, each) for each in disclosable)


def _matches(path: ClaimPath, pattern: ClaimPath) -> bool:
    pairs = zip(path, pattern, strict=False)
    return all(ours == theirs or _is_wildcard(theirs, ours) for ours, theirs in pairs)


def _is_wildcard(pattern: str | int | None, component: str | int | None) -> bool:
    return pattern is None and isinstance(component, int)


def _welcome(value: Any, values: Sequence[Value]) -> bool:
    """Type and value both match (section 6.3): true is not 1."""
    return any(type(value) is type(each) and value == each for each in values)
