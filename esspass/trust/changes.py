"""Changes to entries, as values: a new status, a new key, a new entitlement.

Each begins at ``PENDING`` until an issue of the list gives it a date; a change of a change that
was never published leaves no trace.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from cryptography import x509

from esspass.errors import MalformedError
from esspass.trust.directory import Authorization, Institution
from esspass.trust.model import (
    PENDING,
    ServiceKind,
    Status,
    StatusInterval,
    TrustedEntity,
    TrustedService,
)


def change_status(service: TrustedService, status: Status) -> TrustedService:
    """Give a service another status from the next issue on."""
    if service.status is status:
        return service
    return _succeed(service, replace(service, status=status, starts=PENDING))


def roll_service(
    services: Sequence[TrustedService],
    kind: ServiceKind,
    certificate: x509.Certificate,
    *,
    keeps_history: bool,
) -> tuple[TrustedService, ...]:
    """Replace the certificate of the service of a kind, or add a service beside it."""
    old = next((service for service in services if service.kind is kind), None)
    if old is None:
        raise MalformedError("the body has no service of that kind", code="unknown_service")
    if certificate in old.certificates:
        raise MalformedError("that certificate is listed already", code="already_listed")
    if not keeps_history:
        return (*services, replace(old, certificates=(certificate,)))
    rolled = _succeed(old, replace(old, certificates=(certificate,), starts=PENDING))
    return tuple(rolled if service is old else service for service in services)


def authorize(
    institutions: tuple[Institution, ...],
    institution_id: str,
    entity: TrustedEntity,
    vcts: Sequence[str],
) -> tuple[Institution, ...]:
    """Let an institution issue types from the next issue of the directory on."""
    country = entity.country or ""
    known = next((i for i in institutions if i.institution_id == institution_id), None)
    if known is not None and (known.entity, known.country) != (entity.name, country):
        raise MalformedError(
            f"{institution_id} belongs to {known.entity}", code="institution_taken"
        )
    base = known or Institution(institution_id, entity.name, country, ())
    current = {a.vct for a in base.authorizations if a.ends is None}
    added = tuple(Authorization(v, PENDING) for v in dict.fromkeys(vcts) if v not in current)
    changed = replace(base, authorizations=(*base.authorizations, *added))
    if known is None:
        return (*institutions, changed)
    return tuple(changed if i is known else i for i in institutions)


def end_authorizations(
    institutions: tuple[Institution, ...], institution_id: str, vcts: Collection[str]
) -> tuple[Institution, ...]:
    """End types (all when none is named) at the next issue; one never published just goes."""
    known = next((i for i in institutions if i.institution_id == institution_id), None)
    ending = [
        a
        for a in (known.authorizations if known else ())
        if a.ends is None and (not vcts or a.vct in vcts)
    ]
    if known is None or not ending:
        raise MalformedError(
            f"{institution_id} is not entitled to that", code="unknown_authorization"
        )
    remaining = tuple(
        replace(a, ends=PENDING) if a in ending else a
        for a in known.authorizations
        if not (a in ending and a.starts == PENDING)
    )
    changed = replace(known, authorizations=remaining)
    return tuple(changed if i is known else i for i in institutions)


def replace_entity(
    entities: Sequence[TrustedEntity], changed: TrustedEntity
) -> tuple[TrustedEntity, ...]:
    """Put ``changed`` in the place of its namesake."""
    return tuple(changed if entity.name == changed.name else entity for entity in entities)


def settle_entity(entity: TrustedEntity, issued_at: int) -> TrustedEntity:
    """Let pending statuses begin with the issue that first says them."""
    services = tuple(
        replace(service, starts=issued_at) if service.starts == PENDING else service
        for service in entity.services
    )
    return replace(entity, services=services)


def settle_institution(institution: Institution, issued_at: int) -> Institution:
    """Let pending entitlements begin and end with the issue that first says so."""
    settled = tuple(
        replace(
            a,
            starts=issued_at if a.starts == PENDING else a.starts,
            ends=issued_at if a.ends == PENDING else a.ends,
        )
        for a in institution.authorizations
    )
    return replace(institution, authorizations=settled)


def _succeed(old: TrustedService, new: TrustedService) -> TrustedService:
    """Push the old status into the history, unless it was never published."""
    if old.status is None or old.starts is None or old.starts == PENDING:
        return _merge(new)
    former = StatusInterval(old.status, old.starts, old.key_ids)
    return replace(new, history=(former, *old.history))


def _merge(new: TrustedService) -> TrustedService:
    """Take back a pending change that a second one undid."""
    last = new.history[0] if new.history else None
    if last is None or last.status is not new.status or last.key_ids != new.key_ids:
        return new
    return replace(new, starts=last.starts, history=new.history[1:])
