"""An answer held to the query it answers (OpenID4VP 1.0, sections 8.1 and 8.6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from esspass.errors import MalformedError, VerificationError
from esspass.openid4vp.dcql.paths import ClaimPath, covers, find_claims
from esspass.openid4vp.dcql.query import ClaimsQuery, CredentialQuery, DcqlQuery

VpToken = Mapping[str, tuple[str, ...]]
MAX_PRESENTATIONS = 16


def parse_vp_token(value: Any, query: DcqlQuery) -> VpToken:
    """Read a VP token: presentations by credential query id.

    Raises MalformedError (its shape) or VerificationError: ``unasked_credential``,
    ``too_many_presentations``, ``incomplete_answer`` (a required set is not answered).
    """
    if not isinstance(value, Mapping) or not value:
        raise MalformedError("vp_token is an object with an array for each credential")
    unasked = value.keys() - {each.id for each in query.credentials}
    if unasked:
        raise VerificationError("a credential was not asked for", code="unasked_credential")
    answer = {name: _presentations(entries) for name, entries in value.items()}
    if any(
        len(texts) > 1 and not query.credential(name).multiple for name, texts in answer.items()
    ):
        raise VerificationError("more than one credential", code="too_many_presentations")
    for each in query.sets:
        if each.required and not any(set(option) <= answer.keys() for option in each.options):
            raise VerificationError("not all that was asked for", code="incomplete_answer")
    return answer


def _presentations(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_PRESENTATIONS:
        raise MalformedError("a vp_token entry is a non-empty array")
    if not all(isinstance(text, str) and text for text in value):
        raise MalformedError("a presentation of an SD-JWT VC is a string")
    return tuple(value)


def verify_presented(
    query: CredentialQuery, vct: str, claims: Mapping[str, Any], disclosed: Collection[ClaimPath]
) -> tuple[ClaimPath, ...]:
    """Check that a verified credential is what ``query`` asked for.

    Returns the disclosed paths that were not asked for: the holder is told, they are not kept
    (GDPR, Article 5(1)(c)). ``values`` is not enforced: it serves privacy, not security
    (section 6.4.1). Raises VerificationError ``wrong_type`` or ``claims_missing``.
    """
    if vct not in query.vct_values:
        raise VerificationError("another type of credential was asked for", code="wrong_type")
    for combination in query.combinations:
        if all(_is_shown(claim, claims) for claim in combination):
            return tuple(path for path in sorted(disclosed, key=str) if _excess(path, combination))
    raise VerificationError("claims that were asked for are missing", code="claims_missing")


def _is_shown(claim: ClaimsQuery, claims: Mapping[str, Any]) -> bool:
    """Indices are read as any element: hidden elements shift the others."""
    path = tuple(None if isinstance(component, int) else component for component in claim.path)
    return bool(find_claims(claims, path))


def _excess(path: ClaimPath, combination: Collection[ClaimsQuery]) -> bool:
    return not any(covers(claim.path, path) for claim in combination)
