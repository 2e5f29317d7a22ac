"""May this body issue this type of attestation? The institution directory answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from esspass.trust.anchors import DIRECTORY
from esspass.trust.directory import Institution, InstitutionDirectory
from esspass.trust.errors import IssuerRefusedError, IssuerUndecidedError
from esspass.trust.model import Freshness, TrustedEntity, freshness, parse_country
from esspass.trust.view import TrustView


class TypeClaim(Protocol):
    """Type, issuing institution (None when not disclosed), and when it was issued."""

    @property
    def vct(self) -> str: ...
    @property
    def institution_id(self) -> str | None: ...
    @property
    def issued_at(self) -> int: ...
    @property
    def latest(self) -> int: ...


def decide_type(
    view: TrustView,
    entity: TrustedEntity,
    claim: TypeClaim,
    parameters: Mapping[str, str],
    now: int,
) -> dict[str, str]:
    """Check that the directory lets ``entity`` issue the type, at issuance and now.

    Without a disclosed institution id any institution of the body will do. Returns further
    parameters. Raises IssuerRefusedError (``institution_unknown``, ``institution_mismatch``,
    ``type_not_authorised``) and IssuerUndecidedError (``directory_unavailable``,
    ``directory_stale``, ``type_authorisation_ended``).
    """
    directory = _require_directory(view, parameters, now)
    found = {
        **parameters,
        "directory_sequence_number": str(directory.sequence_number),
        "vct": claim.vct,
    }
    institutions = _institutions(directory, entity, claim, found)
    then = [i for i in institutions if i.may_issue(claim.vct, claim.issued_at, claim.latest)]
    if not then:
        raise IssuerRefusedError(
            "the issuer was not entitled to issue this type of attestation",
            code="type_not_authorised",
            parameters=found,
        )
    if not any(i.may_issue(claim.vct, now, now) for i in then):
        raise IssuerUndecidedError(
            "the issuer is no longer entitled to issue this type; ask the issuing institution",
            code="type_authorisation_ended",
            parameters=found,
        )
    return {**found, "institution": then[0].institution_id}


def _require_directory(
    view: TrustView, parameters: Mapping[str, str], now: int
) -> InstitutionDirectory:
    source = {f"directory_{k}": v for k, v in view.describe_source(DIRECTORY).items()}
    found = {**parameters, **source}
    if view.directory is None:
        raise IssuerUndecidedError(
            "the institution directory could not be had, so the type could not be checked",
            code="directory_unavailable",
            parameters=found,
        )
    if freshness(view.directory.next_update, now) is not Freshness.FRESH:
        raise IssuerUndecidedError(
            "the institution directory is out of date", code="directory_stale", parameters=found
        )
    return view.directory


def _institutions(
    directory: InstitutionDirectory,
    entity: TrustedEntity,
    claim: TypeClaim,
    parameters: Mapping[str, str],
) -> Sequence[Institution]:
    if claim.institution_id is None:
        return [i for i in directory.of_entity(entity.names) if _same_country(i, entity)]
    institution = directory.find(claim.institution_id)
    if institution is None:
        raise IssuerRefusedError(
            "the institution is not in the directory",
            code="institution_unknown",
            parameters=parameters,
        )
    if institution.entity not in entity.names or not _same_country(institution, entity):
        raise IssuerRefusedError(
            "the attestation names an institution of another body",
            code="institution_mismatch",
            parameters=parameters,
        )
    return [institution]


def _same_country(institution: Institution, entity: TrustedEntity) -> bool:
    return entity.country is None or parse_country(institution.country) == entity.country
